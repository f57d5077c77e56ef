"""Statements as units: of a function that is edited, the statements that read the same as in the last run are replayed.

An edit in a function that makes the blocks of a network runs it anew for every block, though all but one of its
statements do what they did. So once the text of a function has changed, what its statements do in each call of it is
remembered: those that call no function of the program (such calls are units themselves, see `activations.py`) and of which
nothing came that is shown. A statement is known again by its place and its text, and replayed if all local variables, the
count of addresses and all that it read from the store are the same. Those that were replayed one after another are one
unit from then on, until one of them is edited.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kls.program.activations import replay, would_repeat
from kls.program.deeds import Place, Statement, StatementKey
from kls.program.dispatch import STATEMENTS
from kls.program.dispatch import Statement as Handler
from kls.program.values import Value, indistinguishable

if TYPE_CHECKING:
    from kls.program.frame import Frame
    from kls.program.interpreter import Interpreter

SIMPLE = frozenset((ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Pass))
"""Kinds of statements that are units, and an `if` that has no others in it: no path leaves them."""

ROW = "and those after it"


def run_edited(interpreter: Interpreter, body: Sequence[ast.stmt], frame: Frame) -> str | None:
    """Run statements of an edited function, or do again what they did; the answer is how control leaves them."""
    overlay = interpreter.overlay
    places, time = _places(interpreter, body, frame), 0
    if places:
        start = (body[0].lineno, body[0].col_offset)
        time = overlay.counts[start] = overlay.counts.get(start, 0) + 1
    row: list[Statement] = []
    """What was replayed since a statement was run."""
    at = 0
    while at < len(body):
        handler = STATEMENTS.get(type(body[at]))
        if handler is None:
            at += 1
            continue
        interpreter.step()
        interpreter.calling, interpreter.frame = None, frame
        place = places[at] if places and overlay.is_plain and interpreter.is_settled else None
        found = None if place is None or places is None else _replayed(interpreter, places, at, time, frame)
        if found is not None:
            row.append(found)
            at += len(found.places)
            continue
        _join(interpreter, row, time)
        row = []
        if place is None:
            signal = handler(interpreter, body[at], frame)
        else:
            signal = _run(interpreter, handler, body[at], frame, (place, time))
        if signal is not None:
            return signal
        at += 1
    _join(interpreter, row, time)
    return None


def _replayed(
    interpreter: Interpreter, places: Sequence[Place | None], at: int, time: int, frame: Frame
) -> Statement | None:
    """What is remembered of the statement at a place and of those after it, or of it alone, done again if it would be."""
    overlay = interpreter.overlay
    remembered = overlay.statements_before or {}
    for key in ((places[at], time, ROW), (places[at], time)):
        found = remembered.get(key)
        if found is None or not _repeats(interpreter, found, places[at : at + len(found.places)], frame):
            continue
        replay(interpreter, found.deed)
        overlay.allocated = found.allocated[1]
        overlay.statements.update(found.parts)
        overlay.statements[key] = found
        names, after = frame.locals, found.after
        assert names is not None
        assert after is not None
        names.clear()
        names.update(after)
        return found
    return None


def _repeats(interpreter: Interpreter, before: Statement, places: Sequence[Place | None], frame: Frame) -> bool:
    return (
        before.after is not None
        and before.places == places
        and before.allocated[0] == interpreter.overlay.allocated
        and before.around == _around(frame)
        and _alike(before.names, frame.locals or {})
        and would_repeat(interpreter, before.deed)
    )


def _join(interpreter: Interpreter, row: Sequence[Statement], time: int) -> None:
    """Remember what was replayed in a row as one."""
    if len(row) < 2:
        return
    outer, first, last = interpreter.overlay, row[0], row[-1]
    overlay = outer.part()
    parts: dict[StatementKey, Statement] = {}
    for one in row:
        overlay.absorb(one.deed)
        parts.update(one.parts)
        if len(one.places) == 1:
            parts[one.places[0], time] = one
    imports = tuple(imported for one in row for imported in one.deed.imports)
    steps = sum(one.deed.steps for one in row) + len(row) - 1
    places = tuple(place for one in row for place in one.places)
    outer.statements[places[0], time, ROW] = Statement(
        overlay.deed(steps, imports, first.allocated[0]),
        places,
        first.around,
        first.names,
        last.after,
        (first.allocated[0], last.allocated[1]),
        parts,
    )


def _run(
    interpreter: Interpreter, handler: Handler, node: ast.stmt, frame: Frame, key: tuple[Place, int]
) -> str | None:
    outer, names = interpreter.overlay, dict(frame.locals or {})
    steps, imports = interpreter.steps, interpreter.modules.import_count()
    overlay = interpreter.overlay = outer.part()
    if type(node) is ast.If:
        overlay.statements_before = outer.statements_before
    finished = False
    try:
        signal = handler(interpreter, node, frame)
        finished = signal is None
        return signal
    finally:
        interpreter.overlay = outer
        interpreter.parted.clear()
        overlay.settle()
        outer.repeatable = outer.repeatable and overlay.repeatable
        deed = overlay.deed(interpreter.steps - steps, interpreter.modules.imports_since(imports), outer.allocated)
        repeatable = finished and overlay.repeatable and not deed.events and not deed.called
        after = dict(frame.locals or {}) if repeatable else None
        outer.statements.update(overlay.statements)
        outer.statements[key] = Statement(
            deed, key[:1], _around(frame), names, after, (outer.allocated, overlay.allocated), overlay.statements
        )
        outer.allocated = overlay.allocated
        outer.absorb(deed)


def _around(frame: Frame) -> tuple[Value, ...]:
    return frame.module, frame.piece, frame.scope, frame.closure, frame.owner, frame.receiver, frame.address


def _alike(before: Mapping[str, Value], now: Mapping[str, Value]) -> bool:
    if list(before) != list(now):
        return False
    return all(a is b or indistinguishable(a, b) for a, b in zip(before.values(), now.values()))


def _places(interpreter: Interpreter, body: Sequence[ast.stmt], frame: Frame) -> tuple[Place | None, ...] | None:
    """Where those statements stand that are units, None for others; None where none is one."""
    if not body or frame.locals is None or frame.outer is not None or frame.visit is not None:
        return None
    found: tuple[Place | None, ...] | None = getattr(body[0], "kls_places", None)
    if found is None:
        text = interpreter.texts.get((frame.module, frame.piece))
        if text is None:
            return None
        lines = text.split("\n")
        found = tuple(
            (node.lineno, node.col_offset, "\n".join(lines[node.lineno - 1 : node.end_lineno]))
            if _is_unit(node)
            else None
            for node in body
        )
        body[0].kls_places = found  # type: ignore[attr-defined]
    return found


def _is_unit(node: ast.stmt) -> bool:
    return type(node) is not ast.Pass and _is_simple(node) and type(getattr(node, "value", None)) is not ast.Constant


def _is_simple(node: ast.stmt) -> bool:
    if type(node) is ast.If:
        return all(map(_is_simple, (*node.body, *node.orelse)))
    return type(node) in SIMPLE
