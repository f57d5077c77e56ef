"""The value of each kind of expression."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from kls.program import builtins, comparisons, operators
from kls.program.asking import ask, condition
from kls.program.attributes import get_attribute
from kls.program.calls import call
from kls.program.containers import as_set, content_of, iterate, subscript
from kls.program.dispatch import expression
from kls.program.frame import UNBOUND, Frame
from kls.program.functions import make_function, run_coroutine
from kls.program.generators import is_suspended, run_suspended
from kls.program.interpreter import Interpreter, ProgramRaises, raising, site_of
from kls.program.library import Arguments
from kls.program.sizes import bounded
from kls.program.values import UNDEFINED, UNKNOWN, Value, either


@expression(ast.Constant)
def constant(interpreter: Interpreter, node: ast.Constant, frame: Frame) -> Value:
    return node.value


@expression(ast.Name)
def name(interpreter: Interpreter, node: ast.Name, frame: Frame) -> Value:
    value = frame.lookup(node.id, interpreter.overlay)
    if value is not UNDEFINED and value is not UNBOUND:
        return value
    if node.id == "__name__":
        return frame.module
    found = UNKNOWN if value is UNBOUND else builtins.named(node.id)
    if found is UNKNOWN and interpreter.guarded and node.id not in ("__file__", "__spec__", "__builtins__", "__path__"):
        if value is UNBOUND or frame.module == "__main__":
            raise raising("UnboundLocalError" if value is UNBOUND else "NameError")
        interpreter.doubt()
    return found


@expression(ast.Attribute)
def attribute(interpreter: Interpreter, node: ast.Attribute, frame: Frame) -> Value:
    receiver = interpreter.evaluate(node.value, frame)
    if receiver is UNKNOWN:
        return UNKNOWN
    interpreter.frame = frame
    return get_attribute(interpreter, receiver, node.attr, site_of(node, frame))


@expression(ast.Call)
def call_expression(interpreter: Interpreter, node: ast.Call, frame: Frame) -> Value:
    interpreter.step()
    if isinstance(node.func, ast.Name) and node.func.id in builtins.FRAME_FUNCTIONS:
        found = builtins.FRAME_FUNCTIONS[node.func.id](interpreter, node, frame)
        if found is not UNDEFINED:
            return found
    function = interpreter.evaluate(node.func, frame)
    arguments = evaluate_arguments(interpreter, node.args, node.keywords, frame)
    interpreter.calling, interpreter.frame = (node, frame), frame
    return call(interpreter, function, arguments, site_of(node, frame))


def evaluate_arguments(
    interpreter: Interpreter, args: Sequence[ast.expr], keywords: Sequence[ast.keyword], frame: Frame
) -> Arguments:
    """What a call passes, with splats spread where their content is known."""
    positional, exact = _spread(interpreter, args, frame)
    named: dict[str, Value] = {}
    for keyword in keywords:
        value = interpreter.evaluate(keyword.value, frame)
        if keyword.arg is not None:
            named[keyword.arg] = value
            continue
        content = content_of(interpreter, value)
        if isinstance(content, dict):
            if any(key in named for key in content):
                raise raising("TypeError")
            named.update({key: item for key, item in content.items() if isinstance(key, str)})
        else:
            exact = False
    return Arguments(tuple(positional), named, exact)


@expression(ast.Tuple)
def tuple_display(interpreter: Interpreter, node: ast.Tuple, frame: Frame) -> Value:
    items = _items(interpreter, node.elts, frame)
    return UNKNOWN if items is None else bounded(items)


@expression(ast.List)
def list_display(interpreter: Interpreter, node: ast.List, frame: Frame) -> Value:
    items = _items(interpreter, node.elts, frame)
    return interpreter.overlay.new("list", UNKNOWN if items is None else items)


@expression(ast.Set)
def set_display(interpreter: Interpreter, node: ast.Set, frame: Frame) -> Value:
    items = _items(interpreter, node.elts, frame)
    return interpreter.overlay.new("set", UNKNOWN) if items is None else as_set(interpreter, list(items))


def _items(interpreter: Interpreter, nodes: Sequence[ast.expr], frame: Frame) -> tuple[Value, ...] | None:
    items, exact = _spread(interpreter, nodes, frame)
    return tuple(items) if exact else None


def _spread(interpreter: Interpreter, nodes: Sequence[ast.expr], frame: Frame) -> tuple[list[Value], bool]:
    """The values of these expressions, with `*splats` spread; and whether all of them are there."""
    items: list[Value] = []
    exact = True
    for node in nodes:
        if not isinstance(node, ast.Starred):
            items.append(interpreter.evaluate(node, frame))
            continue
        spread = interpreter.evaluate(node.value, frame)
        ask(interpreter, spread, "items", node.value, frame)
        more = iterate(interpreter, spread)
        if more is None:
            exact = False
        else:
            items.extend(more)
    return items, exact


@expression(ast.Dict)
def dict_display(interpreter: Interpreter, node: ast.Dict, frame: Frame) -> Value:
    content: dict[object, Value] = {}
    exact = True
    for key_node, value_node in zip(node.keys, node.values):
        value = interpreter.evaluate(value_node, frame)
        if key_node is None:
            more = content_of(interpreter, value)
            if isinstance(more, dict):
                content.update(more)
            else:
                exact = False
            continue
        key = interpreter.evaluate(key_node, frame)
        if comparisons.is_key(key):
            content[key] = value
        else:
            exact = False
    return interpreter.overlay.new("dict", content if exact else UNKNOWN)


@expression(ast.BinOp)
def binary(interpreter: Interpreter, node: ast.BinOp, frame: Frame) -> Value:
    left = interpreter.evaluate(node.left, frame)
    right = interpreter.evaluate(node.right, frame)
    return operators.binary(interpreter, type(node.op), left, right, site_of(node, frame))


@expression(ast.UnaryOp)
def unary(interpreter: Interpreter, node: ast.UnaryOp, frame: Frame) -> Value:
    operand = interpreter.evaluate(node.operand, frame)
    if isinstance(node.op, ast.Not):
        ask(interpreter, operand, "truth", node.operand, frame)
    return operators.unary(interpreter, type(node.op), operand, site_of(node, frame))


@expression(ast.BoolOp)
def boolean(interpreter: Interpreter, node: ast.BoolOp, frame: Frame) -> Value:
    is_and = isinstance(node.op, ast.And)
    possible: list[Value] = []
    for index, operand in enumerate(node.values):
        value = interpreter.evaluate(operand, frame)
        if operand is not node.values[-1]:
            ask(interpreter, value, "truth", operand, frame)
        truth = comparisons.truth(interpreter, value)
        if truth is None:
            possible.append(value)
            rest = node.values[index + 1 :]
            if any(has_effects(other) for other in rest):
                return _perhaps(interpreter, node, rest, possible, frame)
        elif truth != is_and:
            possible.append(value)
            return either(possible)
        elif operand is node.values[-1]:
            possible.append(value)
    return either(possible)


def _perhaps(
    interpreter: Interpreter, node: ast.BoolOp, rest: list[ast.expr], possible: list[Value], frame: Frame
) -> Value:
    """The other operands, which are evaluated or not."""
    remaining = rest[0] if len(rest) == 1 else ast.copy_location(ast.BoolOp(node.op, rest), node)

    def take() -> str | None:
        possible.append(interpreter.evaluate(remaining, frame))
        return None

    interpreter.branches(frame, [lambda: None, take])
    return either(possible)


def has_effects(node: ast.expr) -> bool:
    """Whether evaluating an expression may change something: it calls or binds; kept on the node."""
    found: bool | None = getattr(node, "kls_effects", None)
    if found is None:
        found = any(isinstance(inner, ast.Call | ast.NamedExpr | ast.Await | ast.Yield) for inner in ast.walk(node))
        node.kls_effects = found  # type: ignore[attr-defined]
    return found


@expression(ast.Compare)
def compare(interpreter: Interpreter, node: ast.Compare, frame: Frame) -> Value:
    left = interpreter.evaluate(node.left, frame)
    result: Value = True
    for operator, operand in zip(node.ops, node.comparators):
        right = interpreter.evaluate(operand, frame)
        answer = comparisons.compare(interpreter, type(operator), left, right, site_of(node, frame))
        if answer is False or not isinstance(answer, bool):
            if answer is UNKNOWN:
                result = UNKNOWN
            else:
                return answer
        left = right
    return result


@expression(ast.JoinedStr)
def f_string(interpreter: Interpreter, node: ast.JoinedStr, frame: Frame) -> Value:
    parts: list[str] = []
    known = True
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            parts.append(str(piece.value))
        elif isinstance(piece, ast.FormattedValue):
            value = interpreter.evaluate(piece.value, frame)
            spec = interpreter.evaluate(piece.format_spec, frame) if piece.format_spec else ""
            text = builtins.text_of(interpreter, value, piece.conversion, spec)
            if not isinstance(text, str):
                known = False
            else:
                parts.append(text)
    return bounded("".join(parts)) if known else UNKNOWN


@expression(ast.IfExp)
def conditional(interpreter: Interpreter, node: ast.IfExp, frame: Frame) -> Value:
    truth = condition(interpreter, node.test, frame)
    if truth is not None:
        return interpreter.evaluate(node.body if truth else node.orelse, frame)
    results: list[Value] = []

    def run(branch: ast.expr) -> Callable[[], str | None]:
        def take() -> str | None:
            results.append(interpreter.evaluate(branch, frame))
            return None

        return take

    interpreter.branches(frame, [run(node.body), run(node.orelse)])
    if not results:
        raise ProgramRaises
    return either(results)


@expression(ast.Subscript)
def subscription(interpreter: Interpreter, node: ast.Subscript, frame: Frame) -> Value:
    value = interpreter.evaluate(node.value, frame)
    index = interpreter.evaluate(node.slice, frame)
    return subscript(interpreter, value, index, site_of(node, frame))


@expression(ast.Slice)
def slice_expression(interpreter: Interpreter, node: ast.Slice, frame: Frame) -> Value:
    bounds = [
        None if part is None else interpreter.evaluate(part, frame) for part in (node.lower, node.upper, node.step)
    ]
    return slice(*bounds)


@expression(ast.NamedExpr)
def walrus(interpreter: Interpreter, node: ast.NamedExpr, frame: Frame) -> Value:
    value = interpreter.evaluate(node.value, frame)
    target = frame
    while target.outer is not None and not target.is_class:  # PEP 572: binds outside the comprehension
        target = target.outer
    target.bind(node.target.id, value, interpreter.overlay)
    return value


@expression(ast.Lambda)
def lambda_expression(interpreter: Interpreter, node: ast.Lambda, frame: Frame) -> Value:
    return make_function(interpreter, node, frame)


@expression(ast.Await)
def await_expression(interpreter: Interpreter, node: ast.Await, frame: Frame) -> Value:
    return run_coroutine(interpreter, interpreter.evaluate(node.value, frame))


@expression(ast.Yield)
def yield_expression(interpreter: Interpreter, node: ast.Yield, frame: Frame) -> Value:
    value = None if node.value is None else interpreter.evaluate(node.value, frame)
    return UNKNOWN if frame.visit is None else frame.visit(value)


@expression(ast.YieldFrom)
def yield_from(interpreter: Interpreter, node: ast.YieldFrom, frame: Frame) -> Value:
    source = interpreter.evaluate(node.value, frame)
    visit = frame.visit
    if visit is None:
        return UNKNOWN
    if is_suspended(interpreter, source):
        exact = run_suspended(interpreter, source, visit)
        value: Value = interpreter.returned
    else:
        items = iterate(interpreter, source)
        exact, value = items is not None, None
        for item in items or ():
            visit(item)
    if not exact:
        visit.exact = False  # type: ignore[attr-defined]
        return UNKNOWN
    return value


@expression(ast.Starred)
def starred(interpreter: Interpreter, node: ast.Starred, frame: Frame) -> Value:
    return interpreter.evaluate(node.value, frame)
