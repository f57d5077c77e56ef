"""The texts that the client has open, kept by us: files, untitled ones, and notebooks as one program in cell order.

All of it is immutable but the table itself, which only the event loop changes; other threads take what they find.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from kls.source.document import Change, Document, Encoding
from kls.source.notebook import from_cells
from kls.source.position import Position, Range


@dataclass(frozen=True)
class Cell:
    """A code cell of an open notebook."""

    uri: str
    version: int
    document: Document


@dataclass(frozen=True)
class OpenFile:
    """What is analysed as one program: a text document, or a notebook with its code cells in order.

    `path` is absolute, and made up for what is on no disk (untitled texts), so that it names nothing that exists.
    """

    uri: str
    path: str
    document: Document
    version: int
    cells: tuple[Cell, ...] = ()
    notebook: bool = False

    @property
    def uris(self) -> tuple[str, ...]:
        """The documents that diagnostics are published for."""
        return tuple(cell.uri for cell in self.cells) if self.notebook else (self.uri,)

    def version_of(self, uri: str) -> int:
        """The version of the document `uri`, the file itself or one of its cells."""
        return next((cell.version for cell in self.cells if cell.uri == uri), self.version)


class Texts:
    """The table of open files, by uri; a cell's uri finds its notebook."""

    def __init__(self) -> None:
        self.encoding: Encoding = "utf-16"
        self.root = Path.cwd()
        self.files: dict[str, OpenFile] = {}
        self._cells: dict[str, Cell] = {}
        self._owners: dict[str, str] = {}
        self._order: dict[str, list[str]] = {}

    def find(self, uri: str) -> OpenFile | None:
        """The file that `uri` is, or is a cell of."""
        return self.files.get(self._owners.get(uri, uri))

    def by_path(self, path: str) -> OpenFile | None:
        """The open file with this path."""
        return next((file for file in self.files.values() if file.path == path), None)

    def open(self, item: types.TextDocumentItem) -> OpenFile:
        """A text document was opened."""
        file = OpenFile(item.uri, self._path(item.uri), Document(item.text), item.version)
        self.files[item.uri] = file
        return file

    def change(self, params: types.DidChangeTextDocumentParams) -> OpenFile | None:
        """A text document was edited; None if it was never opened."""
        uri = params.text_document.uri
        file = self.files.get(uri)
        if file is None:
            return None
        document = file.document.edit(_changes(params.content_changes), self.encoding)
        self.files[uri] = replace(file, document=document, version=params.text_document.version)
        return self.files[uri]

    def close(self, uri: str) -> OpenFile | None:
        """Text document or notebook, it is no longer open; answers what was."""
        self._order.pop(uri, None)
        for cell in [cell for cell, owner in self._owners.items() if owner == uri]:
            del self._owners[cell], self._cells[cell]
        return self.files.pop(uri, None)

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> OpenFile:
        """A notebook was opened, with the texts of its code cells."""
        notebook = params.notebook_document
        self._add_cells(notebook.uri, params.cell_text_documents)
        self._order[notebook.uri] = [cell.document for cell in notebook.cells]
        file = OpenFile(notebook.uri, self._path(notebook.uri), Document(""), notebook.version, (), True)
        return self._joined(file)

    def change_notebook(self, params: types.DidChangeNotebookDocumentParams) -> OpenFile | None:
        """Cells came, went, moved or were edited; None if the notebook was never opened."""
        uri = params.notebook_document.uri
        file = self.files.get(uri)
        if file is None:
            return None
        changed = params.change.cells
        if changed and changed.structure:
            array = changed.structure.array
            new = [cell.document for cell in array.cells or ()]
            self._order[uri][array.start : array.start + array.delete_count] = new
            self._add_cells(uri, changed.structure.did_open or ())
            for closed in changed.structure.did_close or ():
                self._owners.pop(closed.uri, None)
                self._cells.pop(closed.uri, None)
        for content in (changed and changed.text_content) or ():
            cell = self._cells.get(content.document.uri)
            if cell is not None:
                document = cell.document.edit(_changes(content.changes), self.encoding)
                self._cells[cell.uri] = Cell(cell.uri, content.document.version, document)
        return self._joined(replace(file, version=params.notebook_document.version))

    def _add_cells(self, notebook: str, items: Iterable[types.TextDocumentItem]) -> None:
        for item in items:
            self._cells[item.uri] = Cell(item.uri, item.version, Document(item.text))
            self._owners[item.uri] = notebook

    def _joined(self, file: OpenFile) -> OpenFile:
        """`file` with its cells, those that have a text, as one document."""
        cells = tuple(self._cells[uri] for uri in self._order[file.uri] if uri in self._cells)
        document = from_cells([cell.document.text for cell in cells])
        self.files[file.uri] = replace(file, document=document, cells=cells)
        return self.files[file.uri]

    def _path(self, uri: str) -> str:
        """Where `uri` is on disk. What is on no disk gets a path under the root, where its imports are looked up."""
        return to_fs_path(uri) or str(self.root / uri.replace("/", "\N{DIVISION SLASH}"))


def _changes(events: Iterable[types.TextDocumentContentChangeEvent]) -> Iterable[Change]:
    for event in events:
        if isinstance(event, types.TextDocumentContentChangePartial):
            start, end = event.range.start, event.range.end
            place = Range(Position(start.line, start.character), Position(end.line, end.character))
            yield Change(place, event.text)
        else:
            yield Change(None, event.text)
