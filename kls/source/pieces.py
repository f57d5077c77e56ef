"""Cutting a text into top-level pieces that parse on their own. The result depends on the text alone."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kls.source.lexical import next_clean_start
from kls.source.mend import parse_piece
from kls.source.parse import LARGEST_PIECE, Failure, Parsed, SourceError, parse_strict

MOST_BROKEN = 1_000
"""After this many pieces that do not parse a file is taken not to be Python, and its rest is left alone."""

MOST_PIECES = 100_000
"""Likewise for a file of that many statements: it is data."""

MOST_IN_VAIN = 1_000_000
"""Characters of one text in which the end of a piece is looked for without finding one that parses."""

_START = re.compile(r"\n(?=[^\s#)\]}\\])(?!(?:else|elif|except|finally|case)\b)")
"""What comes before a line that starts in column 0 and can start a statement. (Led by \\n, not ^: seven times as fast.)"""


@dataclass(frozen=True)
class Piece:
    """A top-level stretch of text, with the comments and blank lines that follow it, and its own ast.

    Line ends are \\n whatever the document has. Line numbers in `body` are ast's own: 1-based in the piece.
    """

    text: str
    name: tuple[str, int]
    """What sites call it, unlike any other piece of the document: a function or class keeps its name when it is edited, all
    else is called by its text; and 1 for the first one called so, 2 for the next."""
    line: int
    """0-based line in the document where the piece starts."""
    parsed: Parsed = field(compare=False, repr=False)

    @property
    def body(self) -> tuple[ast.stmt, ...]:
        """The statements; equal texts have the very same nodes for as long as one of them is held."""
        return self.parsed.body

    @property
    def errors(self) -> tuple[SourceError, ...]:
        """What could not be parsed; the statements named here are missing from `body` or stand for themselves."""
        return self.parsed.errors

    @property
    def key(self) -> tuple[str, tuple[str, int]]:
        """The piece's identity across edits elsewhere."""
        return self.text, self.name


def cut(text: str) -> tuple[Piece, ...]:
    """All pieces of `text`, whose lines end in \\n; joined they are `text` again."""
    seen: Counter[str] = Counter()
    pieces: list[Piece] = []
    line = 0
    for stretch, parsed in _stretches(text):
        called = _called(stretch, parsed)
        seen[called] += 1
        pieces.append(Piece(stretch, (called, seen[called]), line, parsed))
        line += stretch.count("\n")
    return tuple(pieces)


def _called(stretch: str, parsed: Parsed) -> str:
    node = parsed.body[0] if len(parsed.body) == 1 else None
    if isinstance(node, ast.ClassDef):
        return f"class {node.name}"
    return f"def {node.name}" if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else stretch


def _stretches(text: str) -> Iterator[tuple[str, Parsed]]:
    starts = [0, *(match.end() for match in _START.finditer(text)), len(text)] if text else [0]
    # Counts what was looked at in vain, not what that cost: what is remembered must not change the result.
    allowance = MOST_IN_VAIN
    count, broken, at, last = 0, 0, 0, len(starts) - 1
    while at < last:
        end = at + 1
        while end < last and text[starts[end - 1]] == "@":
            end += 1
        stretch = text[starts[at] : starts[end]]
        parsed = parse_strict(stretch)
        if isinstance(parsed, Failure):
            end, spent = _glue(text, starts, at, end, allowance)
            allowance -= spent
            stretch = text[starts[at] : starts[end]]
            parsed = parse_piece(stretch)
            broken += bool(parsed.errors)
        yield stretch, parsed
        at, count = end, count + 1
        if (broken >= MOST_BROKEN or count >= MOST_PIECES) and at < last:
            message = "too many syntax errors" if broken >= MOST_BROKEN else "too many statements"
            yield text[starts[at] :], Parsed((), (SourceError(f"{message}: the rest is not read", 0),))
            return


def _glue(text: str, starts: list[int], at: int, end: int, allowance: int) -> tuple[int, int]:
    """Where the piece that starts at `starts[at]` ends, seen that `starts[end]` is too early for it to parse.

    Returns (index of the end, characters looked at in vain). A string or bracket that holds the lines together ends the
    piece; when that does not parse either, whichever costs fewer lines stands: together, or each on its own.
    """
    if allowance <= 0:
        return end, 0
    clean, spent = next_clean_start(text, starts, at, LARGEST_PIECE)
    if clean is None or clean <= end:
        return end, spent
    together = text[starts[at] : starts[clean]]
    if isinstance(parse_strict(together), Parsed):
        return clean, 0
    spent += len(together)
    if clean - at > 200 or len(together) > 100_000:
        return end, spent
    apart = sum(_cost(text[starts[n] : starts[n + 1]]) for n in range(at, clean))
    return (clean if _cost(together) < apart else end), spent + len(together)


def _cost(stretch: str) -> int:
    """How many lines of the stretch are lost."""
    parsed = parse_piece(stretch)
    return len(parsed.errors) if parsed.body else stretch.count("\n") + 1
