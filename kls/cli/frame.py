"""A code frame: the lines that a finding speaks of, with a mark and a word under each, as rustc and ruff draw them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kls.cli.colours import Paint
from kls.source.position import Range

_TAB = 4


@dataclass(frozen=True)
class Mark:
    """What to draw under `range`; the primary mark is the place of the finding itself."""

    range: Range
    label: str
    primary: bool


def frame(line: Callable[[int], str], marks: Sequence[Mark], paint: Paint, primary_style: str = "red") -> str:
    """The marked lines, in order, each followed by its marks. `line(n)` is line n (0-based) without its end."""
    rows = sorted({mark.range.start.line for mark in marks})
    gutter = len(str(rows[-1] + 1)) + 1
    out: list[str] = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before is not None and row > before + 1:
            out.append(paint("blue", " " * gutter + " ..."))
        text = line(row)
        out.append(paint("blue", f"{row + 1:>{gutter}} | ") + _visible(text))
        for mark in sorted((m for m in marks if m.range.start.line == row), key=lambda m: not m.primary):
            style = primary_style if mark.primary else "cyan"
            out.append(paint("blue", " " * gutter + " | ") + paint(style, _underline(text, mark)))
    return "\n".join(out)


def _underline(text: str, mark: Mark) -> str:
    """Blanks up to the mark, then carets (primary) or dashes over as much of it as is on this line, then its label."""
    start = mark.range.start.character
    end = mark.range.end.character if mark.range.end.line == mark.range.start.line else len(text.rstrip())
    width = max(1, cells(text[start:end]))
    label = f" {mark.label}" if mark.label else ""
    return " " * cells(text[:start]) + ("^" if mark.primary else "-") * width + label


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return sum(_width(c) for c in text)


def _width(c: str) -> int:
    if c == "\t":
        return _TAB
    if c.isascii():
        return 1
    if unicodedata.combining(c):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def _visible(text: str) -> str:
    """`text` with tabs as blanks, and what would drive the terminal made harmless."""
    return "".join(" " * _TAB if c == "\t" else c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
