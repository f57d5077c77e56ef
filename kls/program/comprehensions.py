"""Comprehensions and generator expressions: loops whose values are collected."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from kls.program import comparisons
from kls.program.asking import ask, condition
from kls.program.assignment import assign
from kls.program.containers import as_set, iterate
from kls.program.dispatch import expression
from kls.program.expressions import has_effects
from kls.program.frame import Frame
from kls.program.functions import make_function
from kls.program.generators import expression_function, is_simple
from kls.program.interpreter import Interpreter
from kls.program.scopes import DEFERRED, Scope
from kls.program.values import UNDEFINED, UNKNOWN, Suspended, Value, same


@expression(ast.GeneratorExp)
def generator_expression(interpreter: Interpreter, node: ast.GeneratorExp, frame: Frame) -> Value:
    if not is_simple(node.generators, node):
        return comprehension(interpreter, node, frame)
    source = interpreter.evaluate(node.generators[0].iter, frame)
    function = make_function(interpreter, expression_function(node), frame)
    return interpreter.overlay.new("iterator", Suspended(function, ((".0", source),)))


@expression(ast.ListComp, ast.SetComp)
def comprehension(interpreter: Interpreter, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, frame: Frame) -> Value:
    inner = _comprehension_frame(interpreter, node, frame)
    items: list[Value] = []
    exact = True
    for certain in _loops(interpreter, node.generators, inner):
        if certain or not has_effects(node.elt):
            value = interpreter.evaluate(node.elt, inner)
        else:
            value = _uncertainly(interpreter, lambda: interpreter.evaluate(node.elt, inner))
        exact = exact and certain
        items.append(value)
    kind = {ast.ListComp: "list", ast.SetComp: "set"}.get(type(node), "iterator")
    if kind == "set" and exact:
        return as_set(interpreter, items)
    return interpreter.overlay.new(kind, tuple(items) if exact else UNKNOWN)


@expression(ast.DictComp)
def dict_comprehension(interpreter: Interpreter, node: ast.DictComp, frame: Frame) -> Value:
    inner = _comprehension_frame(interpreter, node, frame)
    content: dict[object, Value] = {}
    exact = True
    for certain in _loops(interpreter, node.generators, inner):
        key = interpreter.evaluate(node.key, inner)
        value = interpreter.evaluate(node.value, inner)
        exact = exact and certain and comparisons.is_key(key)
        if comparisons.is_key(key):
            content[key] = value
    return interpreter.overlay.new("dict", content if exact else UNKNOWN)


def _comprehension_frame(interpreter: Interpreter, node: ast.expr, frame: Frame) -> Frame:
    """A scope of its own; it needs captured cells only where a lambda or an inner comprehension's lambda stands in it."""
    scope: Scope | None = getattr(node, "kls_scope", None)
    if scope is None:
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        bound = {n.id for g in generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        lambdas = [n for n in ast.walk(node) if n is not node and isinstance(n, DEFERRED)]
        used = {n.id for inner in lambdas for n in ast.walk(inner) if isinstance(n, ast.Name)}
        scope = Scope(frozenset(bound), frozenset(bound & used), frozenset(), frozenset(), False)
        node.kls_scope = scope  # type: ignore[attr-defined]
    address = interpreter.overlay.allocate() if scope.captured else ()
    return Frame(
        frame.module, frame.piece, locals={}, scope=scope, closure=frame.captured(), address=address, outer=frame
    )


def _loops(interpreter: Interpreter, generators: Sequence[ast.comprehension], frame: Frame) -> Iterator[bool]:
    """Run the `for` clauses, yielding once for each element; False where it is not certain that there is one."""
    first, rest = generators[0], generators[1:]
    sequence = interpreter.evaluate(first.iter, frame)
    ask(interpreter, sequence, "items", first.iter, frame)
    items = iterate(interpreter, sequence)
    if items is None:
        interpreter.widened += 1
    try:
        for item in [UNKNOWN] if items is None else items:
            interpreter.step()
            assign(interpreter, first.target, item, frame)
            tests = [condition(interpreter, test, frame) for test in first.ifs]
            if False in tests:
                continue
            certain = items is not None and None not in tests
            if rest:
                for inner in _loops(interpreter, rest, frame):
                    yield certain and inner
            else:
                yield certain
    finally:
        if items is None:
            interpreter.widened -= 1


def _uncertainly(interpreter: Interpreter, run: Callable[[], Value]) -> Value:
    """Run what may happen any number of times: numbers and texts that it changed may have any value after."""
    overlay, mark = interpreter.overlay, len(interpreter.parted)
    overlay.branch()
    finished = False
    try:
        value = run()
        finished = True
    finally:
        if not finished:
            interpreter.unwind(mark)
    writes = interpreter.ends(mark, None, None)[0].writes
    writes = {**overlay.leave(), **writes}
    for key, after in writes.items():
        before = overlay.get(key)
        changed = before is not UNDEFINED and not same(before, after)
        overlay.set(key, UNKNOWN if changed and not hasattr(type(after), "join_cell") else after)
    return value
