"""Generators: their body runs when they are gone through, and hands out each item as it comes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from kls.program.interpreter import Interpreter, ProgramRaises
from kls.program.values import UNKNOWN, Container, External, Suspended, Value

ITEM_LIMIT = 2_000
"""Items taken from one generator; one that has more is not known."""

CLOSED = External("builtins.GeneratorExit")


class Leave(Exception):
    """Whoever goes through a generator wants no more items. `close`: nobody else can go on with it."""

    def __init__(self, close: bool = True) -> None:
        super().__init__()
        self.close = close


class Visit:
    """What a generator's frame hands its items to, if they surely come and surely once."""

    def __init__(self, interpreter: Interpreter, give: Callable[[Value], Value]) -> None:
        self.interpreter = interpreter
        self.give = give
        self.exact = True
        self.stack = list(interpreter.stack)
        self.circumstances = interpreter.widened, interpreter.forked
        self.parted = len(interpreter.parted)
        self.left: Leave | None = None

    def __call__(self, item: Value) -> Value:
        interpreter = self.interpreter
        same = self.circumstances == (interpreter.widened, interpreter.forked)
        if not self.exact or not same or len(interpreter.parted) != self.parted:
            self.exact = False
            return UNKNOWN
        stack, interpreter.stack = interpreter.stack, self.stack
        try:
            return self.give(item)
        except Leave as leave:
            self.left = leave
            if leave.close:
                raise ProgramRaises(CLOSED) from None
            raise
        finally:
            interpreter.stack = stack
            self.parted = len(interpreter.parted)


def is_suspended(interpreter: Interpreter, value: Value) -> bool:
    """Whether a value is a generator that has not started."""
    return (
        isinstance(value, Container)
        and value.kind == "iterator"
        and isinstance(interpreter.overlay.get(value.address), Suspended)
    )


def run_suspended(interpreter: Interpreter, value: Value, give: Callable[[Value], Value]) -> bool:
    """Run a generator that has not started, handing its items to `give`, which may raise Leave.

    The answer is whether these are surely all of its items. What it returns is in `interpreter.returned`.

    Raises:
        ProgramRaises: the generator raises.
    """
    from kls.program.functions import run_generator

    assert isinstance(value, Container)
    suspended = interpreter.overlay.get(value.address)
    assert isinstance(suspended, Suspended)
    interpreter.overlay.set(value.address, ())
    visit = Visit(interpreter, give)
    interpreter.returned = None
    try:
        interpreter.returned = run_generator(interpreter, suspended, visit)
    except Leave:
        interpreter.overlay.set(value.address, UNKNOWN)
        _lose(interpreter, suspended)
    except ProgramRaises as error:
        if error.raised is not CLOSED or visit.left is None:
            raise
    return visit.exact


def _lose(interpreter: Interpreter, suspended: Suspended) -> None:
    """A generator stands somewhere in its body: what it may change when it goes on is not known."""
    from kls.program.calls import escape_value
    from kls.program.scopes import scope_of

    function = suspended.function
    if function.code.qualname.endswith("<genexpr>"):
        return
    for _, value in suspended.values:
        escape_value(interpreter, value)
    scope, closure = scope_of(function.code.node), function.closure
    for name in scope.global_names:
        interpreter.overlay.set(("g", function.code.module, name), UNKNOWN)
    used = {inner.id for inner in ast.walk(function.code.node) if isinstance(inner, ast.Name)}
    for name in used:
        escape_value(interpreter, interpreter.overlay.get(("g", function.code.module, name)))
    while closure is not None:
        for name in closure.names & used:
            escape_value(interpreter, interpreter.overlay.get((closure.address, name)))
        for name in closure.names & scope.nonlocal_names:
            interpreter.overlay.set((closure.address, name), UNKNOWN)
        closure = closure.parent


def take_all(interpreter: Interpreter, value: Value) -> list[Value] | None:
    """The items of a generator that has not started; None where they are not known."""
    items: list[Value] = []

    def give(item: Value) -> Value:
        items.append(item)
        if len(items) > ITEM_LIMIT:
            raise Leave
        return None

    exact = run_suspended(interpreter, value, give)
    return items if exact and len(items) <= ITEM_LIMIT else None


def take_some(interpreter: Interpreter, value: Value, count: int, close: bool) -> list[Value] | None:
    """Up to `count` items of a generator that has not started."""
    items: list[Value] = []

    def give(item: Value) -> Value:
        items.append(item)
        if len(items) >= count:
            raise Leave(close)
        return None

    if count <= 0:
        return []
    return items if run_suspended(interpreter, value, give) else None


def expression_function(node: ast.GeneratorExp) -> ast.FunctionDef:
    """A generator expression as the function that Python makes of it (Python reference, 6.2.8)."""
    made: ast.FunctionDef | None = getattr(node, "kls_function", None)
    if made is None:
        body: list[ast.stmt] = [ast.Expr(ast.Yield(node.elt))]
        for generator in reversed(node.generators):
            for test in reversed(generator.ifs):
                body = [ast.If(test, body, [])]
            first = generator is node.generators[0]
            source = ast.Name(".0", ast.Load()) if first else generator.iter
            body = [ast.For(generator.target, source, body, [])]
        arguments = ast.arguments([], [ast.arg(".0")], None, [], [], None, [])
        made = ast.FunctionDef("<genexpr>", arguments, body, [], None)
        _place(made, node)
        node.kls_function = made  # type: ignore[attr-defined]
    return made


def _place(made: ast.AST, node: ast.expr) -> None:
    """Give the statements that were made the place of the expression."""
    stack: list[ast.AST] = [made]
    while stack:
        inner = stack.pop()
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
            stack.extend(ast.iter_child_nodes(inner))
        elif isinstance(inner, ast.arguments):
            stack.extend(ast.iter_child_nodes(inner))


def is_simple(generators: Sequence[ast.comprehension], node: ast.expr) -> bool:
    """Whether a generator expression can be run as a function: it binds no name outside and awaits nothing."""
    return not any(g.is_async for g in generators) and not any(
        isinstance(inner, ast.NamedExpr | ast.Await) for inner in ast.walk(node)
    )
