"""Statements as units: of a function that is edited, the statements that read the same as in the last run are replayed.

An edit in a function that makes the blocks of a network runs it anew for every block, though all but one of its
statements do what they did. So once the text of a function has changed, what its statements do in each call of it is
remembered: those that call no function of the program (such calls are units themselves, see `activations.py`) and of which
nothing came that is shown. A statement is known again by its place and its text, and replayed if all local variables, the
count of addresses and all that it read from the store are the same.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kls.program.activations import replay, would_repeat
from kls.program.deeds import Statement, StatementKey
from kls.program.dispatch import Statement as Handler
from kls.program.values import Value, indistinguishable

if TYPE_CHECKING:
    from kls.program.frame import Frame
    from kls.program.interpreter import Interpreter

SIMPLE = frozenset((ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr))
"""Kinds of statements that are units; no path leaves them."""


def run_statement(interpreter: Interpreter, handler: Handler, node: ast.stmt, frame: Frame) -> str | None:
    """Run a statement of an edited function, or do again what it did; the answer is that of its handler."""
    overlay, names = interpreter.overlay, frame.locals
    if (
        type(node) not in SIMPLE
        or type(node.value) is ast.Constant  # type: ignore[attr-defined]
        or names is None
        or frame.outer is not None
        or not overlay.is_plain
        or not interpreter.is_settled
    ):
        return handler(interpreter, node, frame)
    key = _key(interpreter, node, frame)
    if key is None:
        return handler(interpreter, node, frame)
    before = None if overlay.statements_before is None else overlay.statements_before.get(key)
    if (
        before is None
        or before.after is None
        or before.allocated[0] != overlay.allocated
        or before.around != _around(frame)
        or not _alike(before.names, names)
        or not would_repeat(interpreter, before.deed)
    ):
        return _run(interpreter, handler, node, frame, key)
    replay(interpreter, before.deed)
    overlay.allocated = before.allocated[1]
    overlay.statements[key] = before
    names.clear()
    names.update(before.after)
    return None


def _run(interpreter: Interpreter, handler: Handler, node: ast.stmt, frame: Frame, key: StatementKey) -> str | None:
    outer, names = interpreter.overlay, dict(frame.locals or {})
    steps, imports = interpreter.steps, interpreter.modules.import_count()
    overlay = interpreter.overlay = outer.part()
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
        outer.statements[key] = Statement(deed, _around(frame), names, after, (outer.allocated, overlay.allocated))
        outer.allocated = overlay.allocated
        outer.absorb(deed)


def _around(frame: Frame) -> tuple[Value, ...]:
    return frame.scope, frame.closure, frame.owner, frame.receiver, frame.address


def _alike(before: Mapping[str, Value], now: Mapping[str, Value]) -> bool:
    if list(before) != list(now):
        return False
    return all(a is b or indistinguishable(a, b) for a, b in zip(before.values(), now.values()))


def _key(interpreter: Interpreter, node: ast.stmt, frame: Frame) -> StatementKey | None:
    piece, overlay = (frame.module, frame.piece), interpreter.overlay
    text: str | None = getattr(node, "kls_text", None)
    if text is None:
        whole = interpreter.texts.get(piece)
        if whole is None:
            return None
        text = "\n".join(whole.split("\n")[node.lineno - 1 : node.end_lineno])
        node.kls_text = text  # type: ignore[attr-defined]
    place = (piece, node.lineno, node.col_offset, text)
    count = overlay.counts[place] = overlay.counts.get(place, 0) + 1
    return place, count
