"""`kls check` over the whole keras package: from nothing, from its cache, and from its cache with one file changed.

usage: packages.py [FOLDER] (default: the installed keras package). The folder is copied first, so nothing in it changes.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def check(folder: Path, cache: Path) -> tuple[float, str]:
    """Seconds, and the last line that is printed."""
    command = [sys.executable, "-m", "kls", "check", "--python", sys.executable, str(folder)]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "XDG_CACHE_HOME": str(cache)})
    if done.returncode == 2:
        sys.exit(done.stderr)
    return time.perf_counter() - start, done.stdout.rstrip().rpartition("\n")[2]


def main() -> None:
    """Print one line a run."""
    keras = importlib.util.find_spec("keras")
    assert keras is not None and keras.origin
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(keras.origin).parent
    with tempfile.TemporaryDirectory() as scratch:
        folder, cache = Path(scratch, source.name), Path(scratch, "cache")
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
        print(f"{os.cpu_count()} cores, {sum(1 for _ in folder.rglob('*.py'))} files")
        for what in ("from nothing", "from the cache", "one file changed"):
            if what == "one file changed":
                changed = next(folder.rglob("resnet.py"), next(folder.rglob("*.py")))
                changed.write_text(changed.read_text(encoding="utf-8") + "\nchanged = 1\n", encoding="utf-8")
            seconds, summary = check(folder, cache)
            print(f"{what:18}{seconds:6.1f} s   {summary}")


if __name__ == "__main__":
    main()
