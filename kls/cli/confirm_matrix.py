"""`kls confirm --matrix`: one file under several Keras, as one table."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from kls.cli.checking import shown_path, spot, spot_json
from kls.cli.colours import Paint, painter
from kls.cli.confirm_columns import Outcome, build, columns_of
from kls.cli.files import Target
from kls.cli.frame import cells
from kls.cli.reading import Unreadable
from kls.confirm.asked import ModelVerdict, told_error
from kls.source.document import Document

_STYLES = {"built": "green", "inconclusive": "yellow"}
_WIDEST = 34
FAULTS = ("refused", "leaked", "incomplete", "wrong")


@dataclass(frozen=True)
class Row:
    """A model's construction, 1-based, and what every column made of it; None where it was not built there."""

    line: int
    variable: str | None
    rules: tuple[str, ...]
    cells: tuple[ModelVerdict | None, ...]


def confirm_matrix(target: Target, pythons: Sequence[str], line: int | None, format_: str) -> int:
    """Build and print. Answers 1 if any Keras refuses a model or builds another than was meant, 2 if none could start.

    Raises Unreadable.
    """
    columns = columns_of(pythons, target.shown)
    if not columns:
        raise Unreadable("no Python was found; name one or more: --python EXE")
    outcomes = build(columns, target, line)
    rows = rows_of(outcomes)
    if line is not None and not rows and not any(outcome.error for outcome in outcomes):
        raise Unreadable(f"no model is built on line {line}")
    print(
        json.dumps(to_json(rows, outcomes), indent=2) if format_ == "json" else text(target, rows, outcomes, painter())
    )
    if all(outcome.error for outcome in outcomes):
        for outcome in outcomes:
            print(f"kls: {target.shown}: {outcome.error}", file=sys.stderr)
        return 2
    return 1 if any(result(cell) in FAULTS for row in rows for cell in row.cells) else 0


def rows_of(outcomes: Sequence[Outcome]) -> list[Row]:
    """The models that any column knows of, in order of their lines."""
    tables = [{m.line: m for m in o.confirmation.models} if o.confirmation else {} for o in outcomes]
    rows = []
    for line in sorted({line for table in tables for line in table}):
        found = tuple(table.get(line) for table in tables)
        variable = next((model.variable for model in found if model and model.variable), None)
        rules = dict.fromkeys(rule for outcome in outcomes for rule in outcome.rules.get(line, ()))
        rows.append(Row(line, variable, tuple(rules), found))
    return rows


def result(model: ModelVerdict | None) -> str:
    """One word: built, refused, leaked, incomplete (needs an input that is not listed), wrong, inconclusive or absent."""
    if model is None:
        return "absent"
    if model.verdict == "inconclusive":
        return "inconclusive"
    if model.verdict != "confirmed":
        return "built"
    if model.error is not None:
        return "refused"
    return "leaked" if model.leaked else "incomplete" if model.missing else "wrong"


def label(outcome: Outcome) -> tuple[str, str]:
    """A column's head, of two lines: the Keras, the backend."""
    known = outcome.confirmation
    if known is not None:
        return f"Keras {known.keras}", known.backend
    return (f"Keras {outcome.column.keras}" if outcome.column.keras else "no Keras"), outcome.column.backend or ""


def document_of(outcomes: Sequence[Outcome]) -> Document:
    """The file's text; every column has read the same."""
    return next((outcome.document for outcome in outcomes if outcome.document is not None), Document(""))


def to_json(rows: Sequence[Row], outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The contract of `kls confirm --matrix --format json`; lines count from 1."""
    columns = [
        {
            "python": outcome.confirmation.python if outcome.confirmation else outcome.column.python,
            "keras": outcome.confirmation.keras if outcome.confirmation else None,
            "backend": outcome.confirmation.backend if outcome.confirmation else None,
            "sandbox": outcome.confirmation.sandbox if outcome.confirmation else None,
            "error": outcome.error,
        }
        for outcome in outcomes
    ]
    document = document_of(outcomes)
    table = [
        {
            **spot_json(document, row.line),
            "variable": row.variable,
            "rules": list(row.rules),
            "cells": [_cell_json(cell) for cell in row.cells],
        }
        for row in rows
    ]
    return {"version": 1, "columns": columns, "rows": table}


def _cell_json(model: ModelVerdict | None) -> dict[str, object]:
    if model is None:
        return {"result": "absent"}
    return {
        "result": result(model),
        "layers": list(model.layers),
        "params": model.params,
        "leaked": list(model.leaked),
        "missing": list(model.missing),
        "error": None if model.error is None else told_error(model.error, model.line),
        "assumptions": list(model.assumptions),
        "fixes": [fix.to_json() for fix in model.fixes],
    }


def short(model: ModelVerdict | None) -> str:
    """A cell of the table."""
    word = result(model)
    if model is None or word in ("built", "wrong"):
        return "-" if model is None else word
    if word == "inconclusive":
        return "could not tell"
    if word == "refused" and model.error is not None:
        return f"refused ({model.error.type})"
    names = ", ".join(model.leaked if word == "leaked" else model.missing)
    told = f"{'leaks' if word == 'leaked' else 'needs'} {names}"
    return told if len(told) <= _WIDEST else f"{told[: _WIDEST - 3]}..."


def text(target: Target, rows: Sequence[Row], outcomes: Sequence[Outcome], paint: Paint) -> str:
    """The table, and below it what does not fit into a cell."""
    heads = [label(outcome) for outcome in outcomes]
    document = document_of(outcomes)
    names = [f"{spot(document, row.line)}: {row.variable or ''}".rstrip() for row in rows]
    told = [f"  {name}  {' '.join(row.rules)}".rstrip() for name, row in zip(names, rows, strict=True)]
    body = [[short(cell) for cell in row.cells] for row in rows]
    widths = [max(cells(word) for word in (*head, *(line[i] for line in body))) for i, head in enumerate(heads)]
    corner = (shown_path(target.shown), "")
    first = max(cells(name) for name in (*told, *corner))
    lines = [_row(corner[part], first, [head[part] for head in heads], widths) for part in (0, 1)]
    for name, row, words in zip(told, rows, body, strict=True):
        styles = [_style(cell) for cell in row.cells]
        lines.append(_row(name, first, words, widths, [partial(paint, style) for style in styles]))
    for name, row in zip(names, rows, strict=True):
        lines += _notes(name, row, heads)
    for head, outcome in zip(heads, outcomes, strict=True):
        where = outcome.confirmation
        said = f"{where.python}, sandbox: {where.sandbox}" if where else paint("red", str(outcome.error))
        lines.append(f"{paint('dim', ' '.join(head).strip())}: {said}")
    return "\n".join(lines)


def _row(
    name: str, first: int, words: Sequence[str], widths: Sequence[int], paints: Sequence[Callable[[str], str]] = ()
) -> str:
    """A line of the table; the colours take no room."""
    blank = [" " * (width - cells(word)) for word, width in zip(words, widths, strict=True)]
    shown = [paint(word) for paint, word in zip(paints, words, strict=True)] if paints else list(words)
    padded = [word + space for word, space in zip(shown, blank, strict=True)]
    return "  ".join([name + " " * (first - cells(name)), *padded]).rstrip()


def _style(model: ModelVerdict | None) -> str:
    return _STYLES.get(result(model), "dim" if model is None else "red bold")


def _notes(name: str, row: Row, heads: Sequence[tuple[str, str]]) -> list[str]:
    """What the columns say of a row at greater length, each said once."""
    said: dict[str, list[str]] = {}
    for cell, head in zip(row.cells, heads, strict=True):
        if cell is None:
            continue
        where = " ".join(head)
        if cell.verdict == "inconclusive":
            said.setdefault(cell.assumptions[-1] if cell.assumptions else "it was not built", []).append(where)
        elif cell.error is not None:
            first = " ".join(cell.error.message.split())[:200]
            said.setdefault(f"{cell.error.type}: {first}", []).append(where)
        for fix in cell.fixes:
            proven = "verified" if fix.verified else f"failed: {fix.reason}"
            said.setdefault(f"fix: {fix.title} ({proven})", []).append(where)
    everywhere = sum(cell is not None for cell in row.cells)
    return [
        f"  {name}, {', '.join(where) if len(where) < everywhere or everywhere == 1 else 'all'}: {' '.join(words.split())}"
        for words, where in said.items()
    ]
