"""Random programs, read by kls and run by Python: how many, and all that kls claims and is not so.

usage: fuzz.py [COUNT [FIRST]]   (default 2000 programs, seeds from 0)
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from program.random_programs import Program
from program.reading import execute, read, wrong


@dataclass
class Tally:
    """What came of the programs."""

    ran: int = 0
    names: int = 0
    known: int = 0


def check(seed: int, tally: Tally, unknown: bool = True) -> list[str]:
    """What kls claims of the program with this seed that is not so."""
    text = Program(seed, unknown=unknown).text
    reading = read(text)
    found: list[str] = []
    for _ in range(3 if unknown else 1):  # each run takes other ways where the program looks at what is unknown
        real, error = execute(text)
        if error is not None:
            continue  # what comes after is of no interest
        tally.ran += 1
        tally.names += len(reading.names)
        tally.known += sum(reading.is_known(value) for value in reading.names.values())
        found += [claim for claim in wrong(reading, real) if " is not bound, " not in claim]  # bound on some paths only
    return found


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    tally, bad = Tally(), 0
    for seed in range(first, first + count):
        found = check(seed, tally, unknown=seed % 3 > 0)
        if found:
            bad += 1
            print(f"seed {seed}: {found[0]}", flush=True)
    share = 100 * tally.known / max(tally.names, 1)
    print(
        f"{count} programs ({tally.ran} runs to the end): {bad} with a wrong claim; {share:.0f}% of the names are known"
    )


if __name__ == "__main__":
    main()
