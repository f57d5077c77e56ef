"""Notebooks: the code cells are one program in cell order, and places in it lead back into the cells."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from kls.source.document import Document
from kls.source.lexical import indent, next_clean_start
from kls.source.position import Position
from kls.source.stand_ins import UNPARSED

_TERMINATOR = re.compile(r"\r\n|\r|\n")

_TRANSPARENT = re.compile(r"%%(time|timeit|capture|prun|memit|mprun|snakeviz)\b")
"""Cell magics that run the cell's text as Python; all others take it for something else."""

_MAGIC = re.compile(r"[ \t]*(?:[%!]|\?{1,2}[\w.*%]|[\w.]+[ \t]*=[ \t]*[%!]\w|[%\w.*\[\]'\"]+\?{1,2}[ \t]*$)")
"""A line that IPython takes before Python does: %magic, !command, ?name, `x = %magic`, `name?`."""

_ENVIRONMENT = re.compile(r"[ \t]*%(?:set_)?env[ \t]+\w")
"""A magic that sets an environment variable, which may choose the Keras: a comment says so (kls/environment/declared.py)."""

_TIMED = re.compile(
    r"([ \t]*)(%(?:timeit|time|prun|memit)[ \t]+)(?=[^\s-])(?!(?:for|while|if|with|try|def|class|async)\b)"
)
"""A line magic with a statement behind it."""


def read_notebook(json_text: str) -> Document:
    """The code cells of a notebook (nbformat 3 and later) as one document.

    `cells[i]` of the document is the start line of cell i; all cells are counted, those without code are one empty line.
    Raises ValueError with one sentence when `json_text` is no notebook.
    """
    try:
        notebook = json.loads(json_text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("not a notebook: nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not a notebook: {error.msg} at line {error.lineno}, column {error.colno}") from None
    if not isinstance(notebook, dict):
        raise ValueError("not a notebook: the file does not hold a JSON object")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in _list(sheet.get("cells"))]
    if not isinstance(cells, list):
        raise ValueError("not a notebook: it has no list of cells")
    return from_cells([_source(cell) for cell in cells])


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _source(cell: object) -> str:
    """The text of a code cell, "" for any other."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return ""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def from_cells(cells: Iterable[str]) -> Document:
    """One document of the texts of cells, each of which starts on a line of its own.

    Lines that are IPython's and not Python's are put out of the way; every line keeps its number, and those that are
    Python their columns.
    """
    texts: list[str] = []
    starts: list[int] = []
    line = 0
    for cell in cells:
        starts.append(line)
        lines = _python_lines(_TERMINATOR.split(cell))
        texts += lines
        line += len(lines)
    return Document("\n".join(texts), tuple(starts))


def locate(document: Document, position: Position) -> tuple[int, Position]:
    """(index of the cell, place within it) of a place in a notebook's document. The document must have cells."""
    cell = max(bisect_right(document.cells, position.line) - 1, 0)
    return cell, Position(position.line - document.cells[cell], position.character)


def _python_lines(lines: Sequence[str]) -> list[str]:
    """The lines of a cell with IPython's own replaced, as many as there were."""
    first = next((row for row, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return list(lines)
    if lines[first].startswith("%%") and not _TRANSPARENT.match(lines[first]):
        return [""] * len(lines)
    result = list(lines)
    text = "\n".join(lines) + "\n"
    starts = list(accumulate(lines, lambda start, line: start + len(line) + 1, initial=0))
    row, allowance = 0, 8 * len(text)
    while row < len(lines):
        timed = _TIMED.match(lines[row])
        if timed:
            # A header as long as the magic: the statement keeps its columns.
            result[row] = timed[1] + "if 1:".ljust(len(timed[2])) + lines[row][timed.end() :]
        elif _MAGIC.match(lines[row]):
            row = _blank_magic(result, row)
            continue
        # A line inside a string or bracket is Python's whatever it starts with.
        following, spent = next_clean_start(text, starts, row, allowance)
        row = row + 1 if following is None else following
        allowance = max(allowance - spent, 0)
    return result


def _blank_magic(lines: list[str], row: int) -> int:
    """Put a stand-in for the magic on line `row` and the lines it continues on; returns the line after it."""
    continued = lines[row].rstrip().endswith("\\")
    target = re.match(r"([ \t]*[\w.]+[ \t]*=)[ \t]*[%!]", lines[row])
    kept = f"  # {lines[row].strip()}" if _ENVIRONMENT.match(lines[row]) else ""
    lines[row] = f"{target[1]} {UNPARSED}" if target else indent(lines[row]) + "pass" + kept
    row += 1
    while continued and row < len(lines):
        continued = lines[row].rstrip().endswith("\\")
        lines[row] = ""
        row += 1
    return row
