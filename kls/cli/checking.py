"""`kls check` for one file: read it, analyse it, and keep what the formats need. No LSP, no terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kls.analysis import Analysis
from kls.cli.files import STDIN
from kls.rules.finding import Finding
from kls.source.document import Document
from kls.source.position import Location, Position, Range


@dataclass(frozen=True)
class Checked:
    """One file and what was found in it, or why it could not be read."""

    shown: str
    path: str
    error: str | None = None
    findings: tuple[Finding[Location], ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    keras: str | None = None
    """The version that it was checked against."""
    analysis: Analysis | None = None
    """None for a file that could not be read."""

    @property
    def document(self) -> Document:
        """The file's own text."""
        return self.documents[self.path]

    def show(self, path: str) -> str:
        """`path` as a user of this folder would write it."""
        return self.shown if path == self.path else shown_path(path)


@dataclass(frozen=True)
class Place:
    """A range as LSP counts it: 0-based lines, UTF-16 columns; within its cell, for a notebook."""

    path: str
    cell: int | None
    range: Range


def absolute(shown: str) -> str:
    """The path that an analysis knows the file by. Standard input is a file of this folder that does not exist."""
    return os.path.normpath(Path("<stdin>" if shown == STDIN else shown).absolute())


def shown_path(path: str) -> str:
    """Relative to this folder where it is inside."""
    inside = os.path.relpath(path)
    return path if inside.startswith("..") else inside


def place(checked: Checked, location: Location) -> Place:
    """`location` as every machine-readable format counts it."""
    document = checked.documents.get(location.path)
    if document is None:
        return Place(checked.show(location.path), None, location.range)
    start = document.to_units(location.range.start, "utf-16")
    end = document.to_units(location.range.end, "utf-16")
    cell, first = cell_of(document, start.line)
    inside = Range(Position(start.line - first, start.character), Position(end.line - first, end.character))
    return Place(checked.show(location.path), cell, inside)


def cell_of(document: Document, line: int) -> tuple[int | None, int]:
    """The 0-based cell that holds `line`, and the line that it starts at; (None, 0) for a plain file."""
    if not document.cells:
        return None, 0
    cell = max((i for i, start in enumerate(document.cells) if start <= line), default=0)
    return cell, document.cells[cell]


def spot(document: Document, line: int, word: str = "") -> str:
    """A 1-based line for people: in a notebook with its cell before it. `word` is what a line is called."""
    cell, first = cell_of(document, line - 1)
    return f"{word}{line}" if cell is None else f"cell {cell + 1}:{word}{line - first}"


def spot_json(document: Document, line: int) -> dict[str, int]:
    """A 1-based line as `kls confirm` writes it: in a notebook that of its cell, whose 0-based number stands beside it."""
    cell, first = cell_of(document, line - 1)
    return {"line": line - first} if cell is None else {"line": line - first, "cell": cell}
