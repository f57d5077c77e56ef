"""Places in text. Lines are 0-based; columns count Unicode code points, and become UTF-8, UTF-16 or UTF-32 units at the door."""

from __future__ import annotations

from typing import NamedTuple


class Position(NamedTuple):
    """A place between two characters: 0-based line, column in code points."""

    line: int
    character: int


class Range(NamedTuple):
    """From `start` up to but not including `end`."""

    start: Position
    end: Position


class Location(NamedTuple):
    """A range in a file; `path` is absolute."""

    path: str
    range: Range
