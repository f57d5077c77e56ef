"""A text, its lines and its pieces; immutable, so that an analysis and an edit never meet in one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from kls.source.parse import SourceError
from kls.source.pieces import Piece, cut
from kls.source.position import Position, Range
from kls.source.units import Encoding, from_units, to_units

__all__ = ["Change", "Document", "Encoding", "Piece", "SourceError"]

_TERMINATOR = re.compile(r"\r\n|\r|\n")
_BOM = "\ufeff"


class Change(NamedTuple):
    """One edit as LSP sends it: `text` in place of `range`, or of everything when there is none."""

    range: Range | None
    text: str


class Document:
    """A text. Lines end in \\n, \\r\\n or \\r and in nothing else, which is what LSP says and Python's tokenizer does.

    `cells` are the 0-based start lines of a notebook's cells, () for a plain file. The pieces are cut when they are
    first asked for, not when the document is made.
    """

    def __init__(self, text: str, cells: tuple[int, ...] = ()) -> None:
        self.text = text
        self.cells = cells

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their terminators; one more than there are terminators. Not to be changed."""
        return _TERMINATOR.split(self.text) if "\r" in self.text else self.text.split("\n")

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The top-level pieces in order; none for an empty text."""
        text = self.text[1:] if self.text.startswith(_BOM) else self.text
        return cut(_TERMINATOR.sub("\n", text) if "\r" in text else text)

    @cached_property
    def _starts(self) -> list[int]:
        """The offset of each line's first character."""
        if "\r" not in self.text:
            return list(accumulate(self.lines[:-1], lambda start, line: start + len(line) + 1, initial=0))
        return [0, *(match.end() for match in _TERMINATOR.finditer(self.text))]

    def range(self, piece: Piece, lineno: int, col_offset: int, end_lineno: int, end_col_offset: int) -> Range:
        """Where a node of `piece` is, from ast's numbers: 1-based lines in the piece, columns in UTF-8 bytes."""
        return Range(self._place(piece, lineno, col_offset), self._place(piece, end_lineno, end_col_offset))

    def _place(self, piece: Piece, lineno: int, column: int) -> Position:
        line = piece.line + lineno - 1
        if self.text.isascii() and line < len(self.lines):
            return Position(line, min(column, len(self.lines[line])))
        if line == 0 and self.text.startswith(_BOM):
            column += len(_BOM.encode())
        return self.from_units(Position(line, column), "utf-8")

    def to_units(self, position: Position, encoding: Encoding) -> Position:
        """`position`, in code points, with its column counted in units of `encoding`; clamped into the text."""
        line, character = self.clamp(position)
        return Position(line, to_units(self.lines[line], character, encoding))

    def from_units(self, position: Position, encoding: Encoding) -> Position:
        """The place whose column is counted in units of `encoding`, in code points.

        Beyond a line's end means its end, beyond the last line the end of the text, inside a character its start.
        """
        line, character = position
        if line < 0:
            return Position(0, 0)
        if line >= len(self.lines):
            return self.end
        return Position(line, from_units(self.lines[line], character, encoding))

    @property
    def end(self) -> Position:
        """The place behind the last character."""
        return Position(len(self.lines) - 1, len(self.lines[-1]))

    def clamp(self, position: Position) -> Position:
        """The nearest place that exists, by LSP's rules; columns in code points."""
        line, character = position
        if line < 0:
            return Position(0, 0)
        if line >= len(self.lines):
            return self.end
        return Position(line, min(max(character, 0), len(self.lines[line])))

    def offset(self, position: Position) -> int:
        """How many characters of the text lie before `position` (clamped, code points)."""
        line, character = self.clamp(position)
        return self._starts[line] + character

    def position(self, offset: int) -> Position:
        """The place behind `offset` characters; inside a \\r\\n that is the end of its line."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        return self.clamp(Position(line, offset - self._starts[line]))

    def edit(self, changes: Iterable[Change], encoding: Encoding = "utf-16") -> Document:
        """The document after LSP's incremental changes, each of which sees the text that the one before it left.

        Columns are in units of `encoding`. A range whose ends are the wrong way round is turned. Cells do not outlive
        an edit: notebooks are edited cell by cell and joined anew.
        """
        document = self
        for change in changes:
            if change.range is None:
                document = Document(change.text)
                continue
            start, end = (document.offset(document.from_units(place, encoding)) for place in change.range)
            if start > end:
                start, end = end, start
            document = Document(document.text[:start] + change.text + document.text[end:])
        return document
