"""From sites, which are relative to a piece of text, to locations in files."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from kls.graph.report import ModelReport
from kls.program.modules import Modules
from kls.program.units import MAIN
from kls.program.values import Site
from kls.rules.finding import Finding
from kls.source.document import Document, Piece
from kls.source.meaning import meaning, moved_line
from kls.source.position import Location, Position, Range


class Whereabouts:
    """Where the sites of one analysis are now."""

    def __init__(
        self, path: str, document: Document, modules: Modules, ran: Mapping[tuple[str, int], tuple[Piece, Piece]]
    ) -> None:
        """`ran` has for the name of each piece that was run the piece, and the one of `document` that it stands for."""
        self._path = path
        self._document = document
        self._modules = modules
        self._used: dict[str, Document] = {path: document}
        self._pieces: dict[str, Mapping[tuple[str, int], tuple[Piece, Piece]]] = {MAIN: ran}

    def location(self, site: Site) -> Location:
        """The file and range of a site."""
        path, document = self._path, self._document
        if site.module != MAIN:
            path, document = self._modules.document(site.module) or (path, document)
        self._used[path] = document
        pieces = self._pieces.get(site.module)
        if pieces is None:
            pieces = self._pieces[site.module] = {piece.name: (piece, piece) for piece in document.pieces}
        found = pieces.get(site.piece)
        if found is None:
            return Location(path, Range(Position(0, 0), Position(0, 0)))
        ran, piece = found
        line, end_line = site.line, site.end_line
        if ran.text != piece.text:
            before, now = meaning(ran), meaning(piece)
            line, end_line = (moved_line(before, now, number - 1) + 1 for number in (line, end_line))
        return Location(path, document.range(piece, line, site.column, end_line, site.end_column))

    def locate(self, finding: Finding[Site]) -> Finding[Location]:
        """The finding with its places in files."""
        return finding.at(self.location)

    def is_here(self, site: Site) -> bool:
        """Whether a site is in the analysed file."""
        return site.module == MAIN

    def documents(self) -> Mapping[str, Document]:
        """Every file that a location so far is in."""
        return dict(self._used)

    def named(self, report: ModelReport[Location]) -> ModelReport[Location]:
        """The report with the function that the construction stands in."""
        start = report.location.range.start.line
        inside = [name for first, last, name in self._functions if first <= start <= last]
        return replace(report, function=inside[-1] if inside else None)

    @cached_property
    def _functions(self) -> list[tuple[int, int, str]]:
        found = []
        for piece in self._document.pieces:
            for top in piece.body:
                for node in ast.walk(top):
                    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                        last = node.end_lineno or node.lineno
                        found.append((piece.line + node.lineno - 1, piece.line + last - 1, node.name))
        return sorted(found)
