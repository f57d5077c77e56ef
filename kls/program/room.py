"""Room for Python's own frames, so that calls within calls need no memory from the system.

CPython keeps frames in chunks of 16 KiB (`DATA_STACK_CHUNK_SIZE` in Python/pystate.c, since 3.11) and gives an empty chunk
back at once: where a loop makes calls across the end of a chunk, each asks the system for memory, which took up to half of an
analysis. A frame that does not fit into a chunk gets a larger one, and what it leaves of it serves the calls within.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SLOTS = 70_000
"""Values that the frame claims to need, of 8 bytes: its chunk is then 1 MiB. Memory that is never written to costs none."""


def with_room(act: Callable[[], T]) -> T:
    """What `act` gives, which calls deeply."""
    return act()


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)
