"""Random edits over real files: after each, what was remembered must not show.

usage: ten_thousand_edits.py [EDITS] [SEED] [FOLDER...] (default 10000, 1): prints each difference and each exception with the
text that it is about, and the figures at the end. Files: keras/src/applications, the rules' pages, and FOLDERs of programs.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from typing_edits import KINDS, Edit, Typing, applications, differences, pages

from kls.environment import read_environment

VERSIONS = ("2.15.0", "3.7.0", "3.12.0", "3.15.1")
ROUND = 40
"""Edits of one file before the next one's turn."""


def main() -> int:
    """Exit code 1 if anything differed."""
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    cases = {
        str(file): file.read_text(encoding="utf-8") for folder in sys.argv[3:] for file in Path(folder).glob("*.py")
    }
    small = sorted({**pages(), **cases}.items())
    large = sorted(applications().items())
    wrong = done = 0
    seconds = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        while done < edits:
            name, text = chance.choice(large if done % (ROUND * 8) == 0 else small)
            version = chance.choice(VERSIONS)
            typing = Typing(str(Path(folder, "model.py")), text, read_environment(sys.executable, [folder], version))
            typing.again()
            for _ in range(min(ROUND, edits - done)):
                typing.edit(Edit(chance.randrange(len(KINDS)), *(chance.randrange(1_000_000) for _ in range(3))))
                try:
                    found = _differences(typing, seconds)
                except Exception:
                    found = [traceback.format_exc()]
                done += 1
                if found:
                    wrong += 1
                    kept = Path(tempfile.gettempdir(), f"edit-{done}")
                    kept.with_suffix(".before.py").write_text(typing.before[-1], encoding="utf-8", errors="replace")
                    kept.with_suffix(".py").write_text(typing.document.text, encoding="utf-8", errors="replace")
                    print(f"{name}, Keras {version}, edit {done} ({kept}.py):", *found, sep="\n  ", flush=True)
                    break
            if len(sys.argv) < 3 or done % 1000 < ROUND:
                print(f"{done} edits, {wrong} wrong", file=sys.stderr, flush=True)
    print(f"{done} edits, {wrong} with a difference or an exception")
    print(f"{seconds[0]:.0f} s with what was remembered, {seconds[1]:.0f} s from nothing")
    return 1 if wrong else 0


def _differences(typing: Typing, seconds: list[float]) -> list[str]:
    start = time.process_time()
    again = typing.again()
    middle = time.process_time()
    first = typing.from_nothing()
    seconds[0] += middle - start
    seconds[1] += time.process_time() - middle
    return list(differences(again, first))


if __name__ == "__main__":
    sys.exit(main())
