"""Loops: unrolled where what they go over is known, else run once for any number of times."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from kls.program.asking import ask, condition
from kls.program.assignment import assign
from kls.program.containers import iterate
from kls.program.dispatch import statement
from kls.program.frame import Frame
from kls.program.generators import Leave, is_suspended, run_suspended
from kls.program.interpreter import Interpreter
from kls.program.scopes import bound_in
from kls.program.store import Key
from kls.program.values import UNDEFINED, UNKNOWN, Container, Either, Value, same

LOOP_LIMIT = 500
"""A `while` that runs longer is taken to run any number of times."""

BREAK_LIMIT = 8
"""A loop that may have ended this many times already is taken to run any number of times."""

PILOTS = 3
"""How often the body of a loop of unknown length is run to see what it changes."""

NEXT = frozenset({"continue"})
BROKE = frozenset({"broke"})
ANYHOW = frozenset({"continue", "break"})
PLAIN = (int, float, complex, str, bytes, bool, tuple, type(None), Either)


@statement(ast.For, ast.AsyncFor)
def for_statement(interpreter: Interpreter, node: ast.For, frame: Frame) -> str | None:
    source = interpreter.evaluate(node.iter, frame)
    if is_suspended(interpreter, source):
        return _over_generator(interpreter, node, frame, source)
    if isinstance(source, Container) and source.kind == "list":
        return _over_list(interpreter, node, frame, source)
    ask(interpreter, source, "items", node.iter, frame)
    items = iterate(interpreter, source)
    if items is None:
        return _any_number_of_times(interpreter, node, frame)
    mark = len(interpreter.parted)
    for item in items:
        signal = _iteration(interpreter, node, item, frame)
        if signal is not None:
            return _left(interpreter, mark, signal, frame)
        if len(interpreter.parted) - mark > BREAK_LIMIT:
            signal = _any_number_of_times(interpreter, node, frame)
            return _left(interpreter, mark, signal, frame)
    return _finished(interpreter, node, mark, frame)


def _over_list(interpreter: Interpreter, node: ast.For, frame: Frame, source: Container) -> str | None:
    """A list may grow while it is walked."""
    mark, index = len(interpreter.parted), 0
    while True:
        content = interpreter.overlay.get(source.address)
        if not isinstance(content, tuple) or len(interpreter.parted) - mark > BREAK_LIMIT:
            return _left(interpreter, mark, _any_number_of_times(interpreter, node, frame), frame)
        if index >= len(content):
            return _finished(interpreter, node, mark, frame)
        signal = _iteration(interpreter, node, content[index], frame)
        if signal is not None:
            return _left(interpreter, mark, signal, frame)
        index += 1


def _over_generator(interpreter: Interpreter, node: ast.For, frame: Frame, source: Value) -> str | None:
    """The generator's body runs, and at each of its `yield` the loop's."""
    mark = len(interpreter.parted)
    left: list[tuple[str, Value]] = []

    def visit(item: Value) -> Value:
        signal = _iteration(interpreter, node, item, frame)
        if signal is None and len(interpreter.parted) - mark > BREAK_LIMIT:
            signal = "again"
        if signal is not None:
            left.append((signal, interpreter.raised))
            raise Leave(close=not isinstance(node.iter, ast.Name))
        return None

    exact = run_suspended(interpreter, source, visit)
    if left and left[0][0] != "again":
        signal, interpreter.raised = left[0]
        return _left(interpreter, mark, signal, frame)
    if left or not exact:
        return _left(interpreter, mark, _any_number_of_times(interpreter, node, frame), frame)
    return _finished(interpreter, node, mark, frame)


def _iteration(interpreter: Interpreter, node: ast.For | ast.While, item: Value, frame: Frame) -> str | None:
    interpreter.step()
    mark = len(interpreter.parted)
    if not isinstance(node, ast.While):
        assign(interpreter, node.target, item, frame)
    signal = interpreter.rejoin(mark, interpreter.execute(node.body, frame), frame, NEXT)
    for part in interpreter.parted[mark:]:
        part[:] = [end._replace(signal="broke") if end.signal == "break" else end for end in part]
    return signal


def _left(interpreter: Interpreter, mark: int, signal: str | None, frame: Frame) -> str | None:
    """Control leaves the loop by its body."""
    return interpreter.rejoin(mark, "broke" if signal == "break" else signal, frame, BROKE)


def _finished(interpreter: Interpreter, node: ast.For | ast.While, mark: int, frame: Frame) -> str | None:
    """The loop has come to its end."""
    signal = interpreter.execute(node.orelse, frame) if node.orelse else None
    return interpreter.rejoin(mark, signal, frame, BROKE)


@statement(ast.While)
def while_statement(interpreter: Interpreter, node: ast.While, frame: Frame) -> str | None:
    mark = len(interpreter.parted)
    for _ in range(LOOP_LIMIT):
        interpreter.step()
        known = condition(interpreter, node.test, frame)
        if known is False:
            return _finished(interpreter, node, mark, frame)
        if known is None or len(interpreter.parted) - mark > BREAK_LIMIT:
            break
        signal = _iteration(interpreter, node, UNKNOWN, frame)
        if signal is not None:
            return _left(interpreter, mark, signal, frame)
    return _left(interpreter, mark, _any_number_of_times(interpreter, node, frame), frame)


def _any_number_of_times(interpreter: Interpreter, node: ast.For | ast.While, frame: Frame) -> str | None:
    """Run the body once, and go on with the join of that and of not running it."""

    def once() -> str | None:
        _blur(interpreter, node, frame)
        return _body(interpreter, node, frame)

    signal = interpreter.branches(frame, [once, lambda: None])
    if signal is not None or not node.orelse:
        return signal
    if not _may_break(node.body):
        return interpreter.execute(node.orelse, frame)
    return interpreter.branches(frame, [lambda: interpreter.execute(node.orelse, frame), lambda: None])


def _may_break(body: Sequence[ast.AST]) -> bool:
    """Whether a `break` of the loop's own stands in its body."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Break):
            return True
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            stack.extend(node.orelse)
        elif not isinstance(node, ast.expr | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            stack.extend(ast.iter_child_nodes(node))
    return False


def _body(interpreter: Interpreter, node: ast.For | ast.While, frame: Frame) -> str | None:
    mark = len(interpreter.parted)
    interpreter.widened += 1
    try:
        if not isinstance(node, ast.While):
            assign(interpreter, node.target, UNKNOWN, frame)
        signal = interpreter.execute(node.body, frame)
        if isinstance(node, ast.While):
            interpreter.evaluate(node.test, frame)
    finally:
        interpreter.widened -= 1
    return interpreter.rejoin(mark, signal, frame, ANYHOW)


def _blur(interpreter: Interpreter, node: ast.For | ast.While, frame: Frame) -> None:
    """What the body changes has, where it begins, any value that it may have left there the time before."""
    if interpreter.piloting:
        _forget_counters(interpreter, node.body, frame)
        return
    interpreter.piloting = True
    try:
        for _ in range(PILOTS):
            writes, names = _pilot(interpreter, node, frame)
            changed = False
            for key, after in writes.items():
                before = interpreter.overlay.get(key)
                if before is UNDEFINED and _was_there(interpreter, key) and type(after) in PLAIN:
                    blurred: Value = UNKNOWN
                else:
                    blurred = _blurred(before, after)
                if blurred is not before:
                    interpreter.overlay.set(key, blurred)
                    changed = True
            if frame.locals is not None:
                for name, after in names.items():
                    before = frame.locals.get(name, UNDEFINED)
                    blurred = _blurred(before, after)
                    if blurred is not before:
                        frame.locals[name] = blurred
                        changed = True
            if not changed:
                return
    finally:
        interpreter.piloting = False


def _was_there(interpreter: Interpreter, key: Key) -> bool:
    """Whether a key is an attribute of an object that there was before the loop's body."""
    if type(key) is not tuple or len(key) != 2 or type(key[0]) is not tuple or len(key[0]) != 2:
        return False
    return not (key[0][0] == interpreter.overlay.unit and key[0][1] > interpreter.overlay.allocated)


def _pilot(
    interpreter: Interpreter, node: ast.For | ast.While, frame: Frame
) -> tuple[Mapping[Key, Value], Mapping[str, Value]]:
    """What running the body once would write; nothing of it is kept."""
    local, pending, result = frame.locals, list(frame.pending), frame.result
    frame.locals = None if local is None else dict(local)
    names: dict[str, Value] = {}
    found: dict[Key, Value] = {}

    def run() -> Value:
        overlay = interpreter.overlay
        signal = interpreter.attempt(lambda: _body(interpreter, node, frame))
        interpreter.rejoin(mark, signal, frame, ANYHOW)
        found.update(overlay.top())
        names.update(frame.locals or {})
        return None

    mark = len(interpreter.parted)
    try:
        interpreter.aside(run)
    finally:
        frame.locals, frame.pending, frame.result = local, pending, result
    return found, names


def _blurred(before: Value, after: Value) -> Value:
    """What may stand, when the body begins, at a place where it found `before` and left `after`."""
    if before is UNDEFINED or before is UNKNOWN or same(before, after):
        return before
    if type(before) is tuple and type(after) is tuple and len(before) == len(after):
        items = tuple(_blurred(a, b) for a, b in zip(before, after))
        return before if all(a is b for a, b in zip(items, before)) else items
    if type(before) is dict and type(after) is dict and list(before) == list(after):
        content = {key: _blurred(before[key], after[key]) for key in before}
        return before if all(content[key] is before[key] for key in before) else content
    if type(before) in PLAIN or type(before) is dict:
        return UNKNOWN
    return before


def _forget_counters(interpreter: Interpreter, body: Sequence[ast.stmt], frame: Frame) -> None:
    """A number or string that the body changes may have any value."""
    for name in bound_in(list(body)):
        if type(frame.lookup(name, interpreter.overlay)) in PLAIN:
            frame.bind(name, UNKNOWN, interpreter.overlay)
