"""Columns in code points, which Python counts, and in the units of an encoding, which LSP and ast count."""

from __future__ import annotations

from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]
"""LSP's position encodings. A UTF-32 unit is a code point."""


def width(character: str, encoding: Encoding) -> int:
    """How many units one character takes. Lone surrogates, which JSON can send, count as if they were encoded."""
    code = ord(character)
    if encoding == "utf-8":
        return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
    return 2 if encoding == "utf-16" and code > 0xFFFF else 1


def to_units(line: str, column: int, encoding: Encoding) -> int:
    """How many units the first `column` characters of `line` take."""
    before = line[: max(column, 0)]
    if encoding == "utf-32" or before.isascii():
        return len(before)
    if encoding == "utf-8":
        return len(before.encode("utf-8", "surrogatepass"))
    return len(before.encode("utf-16-le", "surrogatepass")) // 2


def from_units(line: str, units: int, encoding: Encoding) -> int:
    """How many whole characters lie before `units` units; at most the line's length, at least 0."""
    if encoding == "utf-32" or line[: max(units, 0)].isascii():
        return min(max(units, 0), len(line))
    left = units
    for column, character in enumerate(line):
        left -= width(character, encoding)
        if left < 0:
            return column
    return len(line)
