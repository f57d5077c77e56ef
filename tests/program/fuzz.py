"""Random programs, read by kls and run by Python: how many, and all that kls claims and is not so.

usage: fuzz.py [COUNT [FIRST]]   (default 2000 programs, seeds from 0)
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).parent.parent))

from program.random_programs import Program
from program.reading import execute, read, wrong

SECONDS = 2.0
"""Processor time for one run: numbers may double their length at every turn of a loop."""


@dataclass
class Tally:
    """What came of the programs."""

    ran: int = 0
    left_out: int = 0
    """Runs that took too long, and programs that kls did not read to the end."""
    names: int = 0
    known: int = 0


class TooLong(BaseException):
    """A run has had its time. No program catches this."""


def check(seed: int, tally: Tally, unknown: bool = True) -> list[str]:
    """What kls claims of the program with this seed that is not so."""
    text = Program(seed, unknown=unknown).text
    reading = read(text)
    found: list[str] = []
    if not reading.finished:
        tally.left_out += 1
        return found
    for run in range(3 if unknown else 1):  # each run takes other ways where the program looks at what is unknown
        try:
            with drawing(random.Random(f"{seed} {run}")), limited():
                real, error = execute(text)
        except TooLong:
            tally.left_out += 1
            continue
        if error is not None:
            continue  # what comes after is of no interest
        tally.ran += 1
        tally.names += len(reading.names)
        tally.known += sum(reading.is_known(value) for value in reading.names.values())
        found += [claim for claim in wrong(reading, real) if " is not bound, " not in claim]  # bound on some paths only
    return found


@contextlib.contextmanager
def drawing(source: random.Random) -> Iterator[None]:
    """The bytes of `os.urandom`, which are what is unknown to kls, are drawn from `source`: the same each time."""
    real, os.urandom = os.urandom, source.randbytes
    try:
        yield
    finally:
        os.urandom = real


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """`TooLong` is raised in what takes more than its time."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


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
        f"{count} programs ({tally.ran} runs to the end, {tally.left_out} took too long): "
        f"{bad} with a wrong claim; {share:.0f}% of the names are known"
    )


if __name__ == "__main__":
    main()
