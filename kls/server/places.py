"""Places of ours (paths, code points, a notebook as one text) as the client's (uris, its units, cells), and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from kls.server.texts import OpenFile
from kls.source.document import Document, Encoding
from kls.source.notebook import locate
from kls.source.position import Location, Position, Range


@dataclass(frozen=True)
class Places:
    """Converts for one state of the texts: `open` is by path, `documents` has what is not open, as it was analysed."""

    encoding: Encoding
    open: Mapping[str, OpenFile]
    documents: Mapping[str, Document]

    def document(self, path: str) -> Document | None:
        """The text that positions in `path` count in."""
        file = self.open.get(path)
        return file.document if file else self.documents.get(path)

    def location(self, location: Location) -> types.Location | None:
        """`location` for the client; None for a file that we have no text of."""
        document = self.document(location.path)
        if document is None:
            return None
        file = self.open.get(location.path)
        start = document.to_units(location.range.start, self.encoding)
        end = document.to_units(location.range.end, self.encoding)
        if file is None or not file.cells:
            uri = file.uri if file else Path(location.path).as_uri()
            return types.Location(uri, _lsp_range(start, end, 0))
        index, _ = locate(document, start)
        first = document.cells[index]
        last = first + len(file.cells[index].document.lines) - 1
        if end.line > last:
            # A node never spans cells, but a broken one may reach the first character of the next.
            end = document.to_units(Position(last, len(document.lines[last])), self.encoding)
        return types.Location(file.cells[index].uri, _lsp_range(start, end, first))

    def position(self, file: OpenFile, uri: str, position: types.Position) -> Position:
        """The place in `file.document` that the client means by `position` in the document `uri`."""
        line = position.line
        for cell, start in zip(file.cells, file.document.cells, strict=False):
            if cell.uri == uri:
                inside = cell.document.from_units(Position(line, position.character), self.encoding)
                return Position(inside.line + start, inside.character)
        return file.document.from_units(Position(line, position.character), self.encoding)

    def range(self, file: OpenFile, uri: str, range_: types.Range) -> Range:
        """As `position`, for both ends."""
        return Range(self.position(file, uri, range_.start), self.position(file, uri, range_.end))


def _lsp_range(start: Position, end: Position, first_line: int) -> types.Range:
    """A range of LSP, its lines counted from `first_line` on. The columns are in the client's units already."""
    return types.Range(
        types.Position(start.line - first_line, start.character), types.Position(end.line - first_line, end.character)
    )


def overlap(one: Range, other: Range) -> bool:
    """Whether two ranges share a place; a cursor at the edge counts."""
    return one.start <= other.end and other.start <= one.end
