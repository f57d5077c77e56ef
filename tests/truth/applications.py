"""Every model builder of keras.applications: the graph that is read from its source, and the one that it builds.

usage: applications.py [VERSION...]   prints a line a builder (seconds of the static side) and how many are the same
"""

from __future__ import annotations

import subprocess
import sys
import time

from compare import difference, of, real, static
from interpreters import INTERPRETERS

LIST = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import {package} as keras
found = vars(keras.applications)
print(*[name for name in sorted(found) if name[:1].isupper() and callable(found[name])])
"""


def builders(version: str) -> list[str]:
    """The names of the model builders that a version has."""
    python, flags = INTERPRETERS[version]
    code = LIST.format(package="tf_keras" if flags else "keras")
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def call(builder: str, arguments: str = "weights=None") -> str:
    """The program that builds one."""
    return f"import keras\n\nmodel = keras.applications.{builder}({arguments})\n"


def compared(version: str, texts: list[str]) -> list[tuple[str | None, float]]:
    """For each program what the two sides do not agree on, None where they do, and the seconds of the static side."""
    found = []
    for text, truth in zip(texts, real(version, texts), strict=True):
        start = time.perf_counter()
        mine = static(version, of(version, text))
        found.append((difference(truth, mine), time.perf_counter() - start))
    return found


def main() -> None:
    for version in sys.argv[1:] or INTERPRETERS:
        names = builders(version)
        answers = compared(version, [call(name) for name in names])
        for name, (words, seconds) in zip(names, answers, strict=True):
            print(f"{version:8} {name:22} {seconds:6.2f} s  {'same' if words is None else words}", flush=True)
        same = sum(words is None for words, _ in answers)
        print(f"Keras {version}: {same} of {len(names)} builders have the same graph")


if __name__ == "__main__":
    main()
