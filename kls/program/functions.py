"""Functions of the program: making them, binding their parameters, running their bodies."""

from __future__ import annotations

import ast

from kls.program.frame import Frame
from kls.program.interpreter import DEPTH_LIMIT, Interpreter, ProgramRaises
from kls.program.library import Arguments
from kls.program.scopes import FunctionNode, scope_of
from kls.program.values import UNDEFINED, UNKNOWN, Class, Code, Function, Instance, Site, Value, either

RECURSION_LIMIT = 20
"""Activations of one function that may be under way at once."""


def make_function(interpreter: Interpreter, node: FunctionNode, frame: Frame) -> Function:
    """What evaluating `def` or `lambda` gives; defaults are evaluated now."""
    defaults = tuple(interpreter.evaluate(d, frame) for d in node.args.defaults)
    keyword_defaults = tuple(UNDEFINED if d is None else interpreter.evaluate(d, frame) for d in node.args.kw_defaults)
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    code = Code(node, frame.module, frame.piece, f"{frame.owner.name}.{name}" if frame.owner else name)
    return Function(code, defaults, keyword_defaults, frame.captured(), frame.owner)


def call_function(interpreter: Interpreter, function: Function, arguments: Arguments, site: Site) -> Value:
    """Run a function of the program in the context of this call.

    Raises:
        ProgramRaises: it raises on every path.
    """
    interpreter.overlay.called.add(function.code.node)
    node = function.code.node
    again = sum(1 for inner in interpreter.running if inner is node)
    if len(interpreter.running) >= DEPTH_LIMIT or (again and interpreter.forked) or again > RECURSION_LIMIT:
        return UNKNOWN  # under a condition that is not known, a recursion would not end
    with interpreter.entered(node, site):
        return run_body(interpreter, function, bind_parameters(interpreter, function, arguments))


def run_body(interpreter: Interpreter, function: Function, values: dict[str, Value]) -> Value:
    """The value of the function's body with its parameters bound."""
    code = function.code
    scope = scope_of(code.node)
    overlay = interpreter.overlay
    frame = Frame(
        code.module,
        code.piece,
        locals=values,
        scope=scope,
        closure=function.closure,
        address=overlay.allocate() if scope.captured else (),
    )
    frame.owner = function.owner
    if function.owner is not None and not isinstance(code.node, ast.Lambda):
        names = code.node.args.posonlyargs + code.node.args.args
        frame.receiver = values.get(names[0].arg, UNDEFINED) if names else UNDEFINED
    for name in scope.captured:
        if name in values:
            overlay.set((frame.address, name), values[name])
    if isinstance(code.node, ast.Lambda):
        return interpreter.evaluate(code.node.body, frame)
    if scope.is_generator:
        return _run_generator(interpreter, code.node, frame)
    signal = interpreter.execute(code.node.body, frame)
    if isinstance(code.node, ast.AsyncFunctionDef):
        return UNKNOWN
    return _returned(frame, signal)


def _returned(frame: Frame, signal: str | None) -> Value:
    results = list(frame.pending)
    if signal == "return":
        results.append(frame.result)
    elif signal != "raise":
        results.append(None)
    if not results:
        raise ProgramRaises
    return either(results)


def _run_generator(interpreter: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> Value:
    """Run eagerly: what it yields, in order; unknown where it yields in a loop or branch that is not known."""
    frame.yields = []
    widened, forked = interpreter.widened, interpreter.forked
    interpreter.execute(node.body, frame)
    exact = frame.yields is not None and widened == interpreter.widened and forked == interpreter.forked
    items = tuple(frame.yields) if exact and frame.yields is not None else UNKNOWN
    return interpreter.overlay.new("iterator", items)


def bind_parameters(interpreter: Interpreter, function: Function, arguments: Arguments) -> dict[str, Value]:
    """Arguments to parameters (Python reference, 6.3.4); what was not passed is UNKNOWN."""
    node_args = function.code.node.args
    positional = [*node_args.posonlyargs, *node_args.args]
    names = [parameter.arg for parameter in positional]
    values: dict[str, Value] = dict(zip(names, arguments.positional))
    if node_args.vararg:
        rest = arguments.positional[len(names) :]
        values[node_args.vararg.arg] = rest if arguments.exact else UNKNOWN
    keyword_only = [parameter.arg for parameter in node_args.kwonlyargs]
    extra: dict[object, Value] = {}
    known = set(names) | set(keyword_only)
    for name, value in arguments.keywords.items():
        if name in known:
            values[name] = value
        else:
            extra[name] = value
    unpassed: Value = UNKNOWN if not arguments.exact else UNDEFINED
    for name, default in zip(names[len(names) - len(function.defaults) :], function.defaults):
        if name not in values:
            values[name] = default if unpassed is UNDEFINED else either((default, UNKNOWN))
    for name, default in zip(keyword_only, function.keyword_defaults):
        if name not in values and default is not UNDEFINED:
            values[name] = default if unpassed is UNDEFINED else UNKNOWN
    for name in (*names, *keyword_only):
        values.setdefault(name, UNKNOWN)
    if node_args.kwarg:
        content: Value = extra if arguments.exact else UNKNOWN
        values[node_args.kwarg.arg] = interpreter.overlay.new("dict", content)
    return values


def unknown_arguments(function: Function, receiver: Instance | Class | None) -> Arguments:
    """Arguments for a function that nobody calls: a method gets its receiver, all else is unknown or
    has its default, as one call that is surely possible would have it."""
    node_args = function.code.node.args
    required = len(node_args.posonlyargs) + len(node_args.args) - len(function.defaults)
    passed: list[Value] = [UNKNOWN] * required
    if receiver is not None and (passed or node_args.args or node_args.posonlyargs):
        passed = [receiver, *passed[1:]]
    return Arguments(tuple(passed))
