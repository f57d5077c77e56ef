"""The `with` statement: context managers of the program's own, those made of generators, and the library's."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from kls.program.assignment import assign
from kls.program.attributes import find_in_mro
from kls.program.calls import call
from kls.program.comparisons import truth
from kls.program.containers import content_of
from kls.program.dispatch import statement
from kls.program.exceptions import catches, exception
from kls.program.frame import Frame
from kls.program.generators import run_suspended
from kls.program.interpreter import Interpreter, ProgramRaises, site_of
from kls.program.library import Arguments
from kls.program.paths import End
from kls.program.values import UNDEFINED, UNKNOWN, BoundMethod, Class, Container, Instance, Suspended, Value


@statement(ast.With, ast.AsyncWith)
def with_statement(interpreter: Interpreter, node: ast.With, frame: Frame) -> str | None:
    return _with(interpreter, node.items, node.body, frame)


def _with(
    interpreter: Interpreter, items: Sequence[ast.withitem], body: Sequence[ast.stmt], frame: Frame
) -> str | None:
    """Enter the first manager, run the rest inside it, leave it."""
    if not items:
        return interpreter.attempt(lambda: interpreter.execute(body, frame))
    item, rest = items[0], items[1:]
    manager = interpreter.evaluate(item.context_expr, frame)

    def inside(entered: Value) -> str | None:
        if item.optional_vars is not None:
            assign(interpreter, item.optional_vars, entered, frame)
        return _with(interpreter, rest, body, frame)

    if isinstance(manager, Container):
        if manager.kind == "manager":
            return _of_generator(interpreter, manager, inside)
        if manager.kind == "suppress":
            return _suppressed(interpreter, manager, inside)
        if manager.kind == "nullcontext":
            content = content_of(interpreter, manager)
            return inside(content[0] if isinstance(content, tuple) else UNKNOWN)
    if isinstance(manager, Instance) and isinstance(manager.cls, Class):
        enter = find_in_mro(interpreter, manager.cls.mro, "__enter__")
        leave = find_in_mro(interpreter, manager.cls.mro, "__exit__")
        if enter is not UNDEFINED and leave is not UNDEFINED:
            return _of_class(interpreter, item.context_expr, frame, manager, enter, leave, inside)
    expected = _expects_exception(item.context_expr)
    interpreter.guarded += expected
    try:
        signal = interpreter.attempt(lambda: inside(UNKNOWN))
    finally:
        interpreter.guarded -= expected
    return None if expected and signal == "raise" else signal


def _expects_exception(node: ast.expr) -> bool:
    """Whether a context manager is there to catch an exception: `pytest.raises`, `assertRaises...`, `suppress`."""
    function = node.func if isinstance(node, ast.Call) else node
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("raises", "suppress") or name.startswith("assertRaises")


def _suppressed(interpreter: Interpreter, manager: Container, inside: Callable[[Value], str | None]) -> str | None:
    content = content_of(interpreter, manager)
    interpreter.guarded += 1
    try:
        signal = interpreter.attempt(lambda: inside(None))
    finally:
        interpreter.guarded -= 1
    if signal == "raise" and catches(content, interpreter.raised) is not False:
        return None
    return signal


def _of_class(
    interpreter: Interpreter,
    node: ast.expr,
    frame: Frame,
    manager: Instance,
    enter: Value,
    leave: Value,
    inside: Callable[[Value], str | None],
) -> str | None:
    site = site_of(node, frame)
    entered = call(interpreter, BoundMethod(enter, manager), Arguments(), site)
    mark = len(interpreter.parted)
    signal = interpreter.attempt(lambda: inside(entered))

    def exit_with(end: End) -> str | None:
        if end.signal != "raise":
            call(interpreter, BoundMethod(leave, manager), Arguments((None, None, None)), site)
            return end.signal
        raised = exception(interpreter, end.raised)
        details = (raised.cls if isinstance(raised, Instance) else UNKNOWN, raised, UNKNOWN)
        swallowed = truth(interpreter, call(interpreter, BoundMethod(leave, manager), Arguments(details), site))
        if swallowed:
            return None
        if swallowed is None:
            interpreter.doubt(end.raised)
            return None
        interpreter.raised = end.raised
        return "raise"

    if len(interpreter.parted) > mark and signal == "return" and frame.result is not UNDEFINED:
        frame.pending.append(frame.result)
        frame.result = UNDEFINED
    result = frame.result
    left = interpreter.resume(frame, interpreter.ends(mark, signal, frame), exit_with)
    if left == "return" and frame.result is UNDEFINED:
        frame.result = result
    return left


def _of_generator(interpreter: Interpreter, manager: Container, inside: Callable[[Value], str | None]) -> str | None:
    """`@contextmanager`: the body runs at the `yield`, and what it raises is raised there."""
    if not isinstance(interpreter.overlay.get(manager.address), Suspended):
        return inside(UNKNOWN)
    signals: list[str | None] = []

    def give(item: Value) -> Value:
        if signals:
            raise ProgramRaises  # a generator that does not stop
        signals.append(inside(item))
        if signals[0] == "raise":
            raise ProgramRaises(interpreter.raised)
        return None

    try:
        run_suspended(interpreter, manager, give)
    except ProgramRaises as error:
        interpreter.raised = error.raised
        return "raise"
    if not signals:
        return inside(UNKNOWN)
    return None if signals[0] == "raise" else signals[0]
