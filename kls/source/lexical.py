"""Strings, brackets, comments and continued lines, found without parsing: enough to see where a statement can end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

TOKEN = re.compile(
    r"""
    \#[^\n]*
    | \"{3} | '{3}
    | "[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"?
    | '[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'?
    | [()\[\]{}]
    | \\\n
    """,
    re.X,
)
_MARK = re.compile(r"[#\"'()\[\]{}]|\\\n")
"""What a token starts with."""

_CLOSE = {'"""': re.compile(r'\\[\s\S]|"""'), "'''": re.compile(r"\\[\s\S]|'''")}

NEVER_IN_BRACKETS = re.compile(
    r"[ \t]*(?:(?:def|class|import|while|with|try|return|raise|assert|del|pass|global|nonlocal|break|continue)\b"
    r"|from\s+[\w.]+\s+import\b)"
)
"""Keywords that no expression contains: a line that starts with one proves that an open bracket was never closed."""


def end_of_triple(text: str, start: int, quote: str) -> int | None:
    """Where a string ends whose opening triple `quote` ends at `start`; None when it never does."""
    for match in _CLOSE[quote].finditer(text, start):
        if match.group() == quote:
            return match.end()
    return None


def next_clean_start(text: str, starts: Sequence[int], first: int, limit: int) -> tuple[int | None, int]:
    """Which of `starts` after `starts[first]` is the first outside strings, brackets and continued lines.

    Decorators belong to what follows them. Returns (its index, or None when there is none within `limit` characters;
    characters looked at).
    """
    position, depth, at = starts[first], 0, first + 1
    decorator = text[position] == "@"
    end = min(len(text), position + limit)
    while True:
        # No further than the next start: it may be the answer, and the text is long.
        border = starts[at] if at < len(starts) else len(text)
        mark = _MARK.search(text, position, border)
        if mark is None:
            if at >= len(starts) or border > end:
                return None, border - starts[first]
            if depth == 0 and not decorator:
                return at, border - starts[first]
            if depth == 0:
                decorator = border < len(text) and text[border] == "@"
            elif NEVER_IN_BRACKETS.match(text, border):
                return None, border - starts[first]
            position, at = border, at + 1
            continue
        match = TOKEN.match(text, mark.start())
        if match is None or mark.start() >= end:
            return None, mark.start() - starts[first]
        token, position = match.group(), match.end()
        if token in _CLOSE:
            close = end_of_triple(text, position, token)
            if close is None:
                return None, len(text) - starts[first]
            position = close
        elif token in "([{":
            depth += 1
        elif token in ")]}":
            depth = max(depth - 1, 0)
        # What lies inside a string, or right behind a backslash, starts nothing.
        inside = position + 1 if token == "\\\n" else position
        while at < len(starts) and starts[at] < inside:
            at += 1


class Statement(NamedTuple):
    """A logical line: its first and last physical lines, 0-based, and whether all its brackets and strings are closed."""

    first: int
    last: int
    closed: bool


def statements(text: str) -> list[Statement]:
    """The logical lines of a text that need not parse, in order. Blank lines and comments between them are in none.

    An open bracket ends where a line cannot belong to it any more: it is indented less than the statement (or as much,
    and closes nothing), starts like a statement, or follows a block's header that ends in a colon.
    """
    lines = text.split("\n")
    offsets = list(accumulate(lines, lambda start, line: start + len(line) + 1, initial=0))
    found: list[Statement] = []
    row = 0
    while row < len(lines):
        if not is_code(lines[row]):
            row += 1
            continue
        found.append(_statement(text, lines, offsets, row))
        row = found[-1].last + 1
    return found


def is_code(line: str) -> bool:
    """Whether the line holds more than white space and a comment."""
    stripped = line.lstrip(" \t\f")
    return bool(stripped) and not stripped.startswith("#")


def indent(line: str) -> str:
    """The white space that the line starts with."""
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def _statement(text: str, lines: list[str], offsets: list[int], first: int) -> Statement:
    """The logical line that starts on line `first`."""
    depth, row, position, closed = 0, first, offsets[first], True
    while True:
        end = offsets[row + 1] - 1
        match = TOKEN.search(text, position, end + 1) if position <= end else None
        if match is not None:
            token, position = match.group(), match.end()
            if token in _CLOSE:
                after = end_of_triple(text, position, token)
                position, closed = after or end, closed and after is not None
            elif token in "([{":
                depth += 1
            elif token in ")]}":
                depth = max(depth - 1, 0)
            while row + 1 < len(lines) and position >= offsets[row + 1]:
                row += 1
            continue
        if depth == 0 or row + 1 >= len(lines) or _ends_here(lines, first, row):
            return Statement(first, row, closed and depth == 0)
        row += 1
        position = offsets[row]


_HEADER = re.compile(r"[ \t]*(?:async\b|def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b")


def is_header(line: str) -> bool:
    """Whether the line starts with a word that opens a block."""
    return _HEADER.match(line) is not None


_ASSIGNMENT = re.compile(r"[ \t]*(?:\w+(?:\.\w+)+[ \t]*=(?!=)|\w+ [-+*/]?= .*[^,\s]$)")
"""An attribute's, or one spaced like a statement and not like a keyword argument."""


def _ends_here(lines: list[str], first: int, row: int) -> bool:
    """Whether a statement with an open bracket should be given up after line `row`."""
    following = lines[row + 1]
    if not is_code(following):
        return False
    depth, own = len(indent(following)), len(indent(lines[first]))
    if depth < own or (depth == own and following[own] not in ")]}"):
        return True
    if NEVER_IN_BRACKETS.match(following) or _ASSIGNMENT.match(following):
        return True
    if is_header(following) and following.rstrip().endswith(":"):
        return True
    return is_header(lines[first]) and lines[row].rstrip().endswith(":") and following.lstrip()[0] not in ")]}"
