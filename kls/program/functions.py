"""Functions of the program: making them, binding their parameters, running their bodies."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from kls.program.activations import remembered
from kls.program.frame import Frame
from kls.program.interpreter import DEPTH_LIMIT, Interpreter, ProgramRaises, raising
from kls.program.library import Arguments
from kls.program.scopes import FunctionNode, scope_of
from kls.program.sizes import bounded
from kls.program.store import Key
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Class,
    Code,
    Container,
    Function,
    Instance,
    Site,
    Suspended,
    Value,
    either,
)

RETURN = frozenset({"return"})

RECURSION_LIMIT = 20
"""Activations of one function that may be under way at once."""


def make_function(interpreter: Interpreter, node: FunctionNode, frame: Frame) -> Function:
    """What evaluating `def` or `lambda` gives; defaults are evaluated now."""
    defaults = tuple(interpreter.evaluate(d, frame) for d in node.args.defaults)
    keyword_defaults = tuple(UNDEFINED if d is None else interpreter.evaluate(d, frame) for d in node.args.kw_defaults)
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    code = Code(node, frame.module, frame.piece, f"{frame.owner.name}.{name}" if frame.owner else name)
    function = Function(code, defaults, keyword_defaults, frame.captured(), frame.owner)
    if frame.locals is not None and not frame.is_class and not isinstance(node, ast.Lambda):
        interpreter.overlay.set(made_key(node), function)
    return function


def made_key(node: FunctionNode) -> Key:
    """Where the function stands that a `def` inside of a function made last."""
    return ("made", node)


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

    def run() -> Value:
        with interpreter.entered(node, site):
            return run_body(interpreter, function, bind_parameters(interpreter, function, arguments))

    return run() if isinstance(node, ast.Lambda) else remembered(interpreter, function, arguments, site, run)


def run_body(interpreter: Interpreter, function: Function, values: dict[str, Value]) -> Value:
    """The value of the function's body with its parameters bound."""
    node = function.code.node
    if isinstance(node, ast.AsyncFunctionDef):
        kind = "stream" if scope_of(node).is_generator else "coroutine"
        return interpreter.overlay.new(kind, Suspended(function, tuple(values.items())))
    if scope_of(node).is_generator and not isinstance(node, ast.Lambda):
        return interpreter.overlay.new("iterator", Suspended(function, tuple(values.items())))
    frame = interpreter.frame = _frame(interpreter, function, values)
    if isinstance(node, ast.Lambda):
        return interpreter.evaluate(node.body, frame)
    return _run(interpreter, node.body, frame)


def run_coroutine(interpreter: Interpreter, value: Value) -> Value:
    """What awaiting a coroutine of the program's gives; UNKNOWN for other values.

    Raises:
        ProgramRaises: it raises on every path.
    """
    suspended = interpreter.overlay.get(value.address) if isinstance(value, Container) else UNKNOWN
    if not isinstance(suspended, Suspended) or not isinstance(value, Container) or value.kind != "coroutine":
        interpreter.doubt()
        return UNKNOWN
    node = suspended.function.code.node
    again = sum(1 for inner in interpreter.running if inner is node)
    if len(interpreter.running) >= DEPTH_LIMIT or (again and interpreter.forked) or again > RECURSION_LIMIT:
        return UNKNOWN
    interpreter.overlay.set(value.address, UNKNOWN)
    code = suspended.function.code
    site = interpreter.stack[-1] if interpreter.stack else Site(code.module, code.piece, 1, 0, 1, 0)
    with interpreter.entered(node, site):
        return _run(interpreter, node.body, _frame(interpreter, suspended.function, dict(suspended.values)))  # type: ignore[arg-type]


def _frame(interpreter: Interpreter, function: Function, values: dict[str, Value]) -> Frame:
    """A new activation of a function, with its parameters bound."""
    code, overlay = function.code, interpreter.overlay
    scope = scope_of(code.node)
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
            overlay.set((frame.address, name), values.pop(name))
    return frame


def _run(interpreter: Interpreter, body: Sequence[ast.stmt], frame: Frame) -> Value:
    mark = len(interpreter.parted)
    signal = interpreter.execute(body, frame)
    if len(interpreter.parted) > mark:
        if signal is None:
            frame.pending.append(None)
        signal = interpreter.rejoin(mark, signal, frame, RETURN)
        if signal is None:
            return either(frame.pending)
    return _returned(interpreter, frame, signal)


def _returned(interpreter: Interpreter, frame: Frame, signal: str | None) -> Value:
    results = list(frame.pending)
    if signal == "return":
        results.append(frame.result)
    elif signal != "raise":
        results.append(None)
    if not results:
        raise ProgramRaises(interpreter.raised)
    return either(results)


def run_generator(interpreter: Interpreter, suspended: Suspended, visit: Callable[[Value], Value]) -> Value:
    """Run the body of a generator from its start; `visit` gets each item, and gives what is sent. What it returns.

    Raises:
        ProgramRaises: it raises on every path.
    """
    function = suspended.function
    node = function.code.node
    again = sum(1 for inner in interpreter.running if inner is node)
    if len(interpreter.running) >= DEPTH_LIMIT or (again and interpreter.forked) or again > RECURSION_LIMIT:
        visit.exact = False  # type: ignore[attr-defined]
        return UNKNOWN
    site = interpreter.stack[-1] if interpreter.stack else Site(function.code.module, function.code.piece, 1, 0, 1, 0)
    frame = _frame(interpreter, function, dict(suspended.values))
    frame.visit = visit
    with interpreter.entered(node, site):
        return _run(interpreter, node.body, frame)  # type: ignore[arg-type]


def bind_parameters(interpreter: Interpreter, function: Function, arguments: Arguments) -> dict[str, Value]:
    """Arguments to parameters (Python reference, 6.3.4); what was not passed is UNKNOWN."""
    node_args = function.code.node.args
    positional = [*node_args.posonlyargs, *node_args.args]
    names = [parameter.arg for parameter in positional]
    values: dict[str, Value] = dict(zip(names, arguments.positional))
    if interpreter.guarded and not fits(function, arguments):
        raise raising("TypeError")
    if node_args.vararg:
        rest = arguments.positional[len(names) :]
        values[node_args.vararg.arg] = bounded(rest) if arguments.exact else UNKNOWN
    keyword_only = [parameter.arg for parameter in node_args.kwonlyargs]
    extra: dict[object, Value] = {}
    known = {*names[len(node_args.posonlyargs) :], *keyword_only}
    for name, value in arguments.keywords.items():
        if name not in known:
            extra[name] = value
        else:
            values[name] = value
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


def fits(function: Function, arguments: Arguments) -> bool:
    """Whether a call can be made with these arguments. It is asked only where a `try` is around: a decorator that is
    not followed may have changed what a function takes."""
    node_args = function.code.node.args
    positional = [*node_args.posonlyargs, *node_args.args]
    names = [parameter.arg for parameter in positional]
    passed = names[: len(arguments.positional)]
    by_name = {*names[len(node_args.posonlyargs) :], *(parameter.arg for parameter in node_args.kwonlyargs)}
    if len(arguments.positional) > len(names) and not node_args.vararg:
        return False
    if not node_args.kwarg and not by_name >= set(arguments.keywords):
        return False
    if by_name & set(arguments.keywords) & set(passed):
        return False
    given = {*passed, *(by_name & set(arguments.keywords))}
    needed = {*names[: len(names) - len(function.defaults)]}
    needed.update(p.arg for p, d in zip(node_args.kwonlyargs, function.keyword_defaults) if d is UNDEFINED)
    return not arguments.exact or needed <= given


def unknown_arguments(function: Function, receiver: Instance | Class | None) -> Arguments:
    """Arguments for a function that nobody calls: a method gets its receiver, all else is unknown or
    has its default, as one call that is surely possible would have it."""
    node_args = function.code.node.args
    required = len(node_args.posonlyargs) + len(node_args.args) - len(function.defaults)
    passed: list[Value] = [UNKNOWN] * required
    if receiver is not None and (passed or node_args.args or node_args.posonlyargs):
        passed = [receiver, *passed[1:]]
    return Arguments(tuple(passed))
