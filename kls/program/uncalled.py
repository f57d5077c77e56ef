"""Functions that nobody calls: calling them with parameters that are not known, and the functions that they define."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeAlias

from kls.program.attributes import find_in_mro
from kls.program.calls import call, instantiate
from kls.program.frame import Frame
from kls.program.functions import made_key, run_coroutine, unknown_arguments
from kls.program.interpreter import Interpreter, ProgramRaises, site_of
from kls.program.library import Arguments
from kls.program.values import UNDEFINED, UNKNOWN, BoundMethod, Class, Function, Instance, Site, Value, Wrapped

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def inner_functions(node: ast.AST) -> tuple[Definition, ...]:
    """The functions that are defined in a function, those in classes left away; kept on the node."""
    found: tuple[Definition, ...] | None = getattr(node, "kls_inner", None)
    if found is None:
        found = node.kls_inner = tuple(_inner_functions(node))  # type: ignore[attr-defined]
    return found


def _inner_functions(node: ast.AST) -> Iterator[Definition]:
    stack = list(ast.iter_child_nodes(node))
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            yield inner
        if not isinstance(inner, ast.ClassDef | ast.expr):
            stack.extend(ast.iter_child_nodes(inner))


def with_inner(interpreter: Interpreter, run: Callable[[], None], node: Definition) -> None:
    """Run a function that nobody calls, and those of the functions defined in it that nothing has called even so."""
    with suppress(ProgramRaises, RecursionError):
        run()
    for inner in inner_functions(node):
        if inner not in interpreter.overlay.called:
            with suppress(ProgramRaises, RecursionError):
                call_inner(interpreter, inner)


def call_inner(interpreter: Interpreter, node: Definition) -> None:
    """Call a function that was made when another one ran."""
    value = interpreter.overlay.get(made_key(node))
    if isinstance(value, Function):
        _call(interpreter, value, unknown_arguments(value, None), value)


def call_function(interpreter: Interpreter, node: Definition, module: str) -> None:
    """Call a function of a module."""
    value = _unwrapped(interpreter.overlay.get(("g", module, node.name)))
    if isinstance(value, Function) and value.code.node is node:
        _call(interpreter, value, unknown_arguments(value, None), value)


def call_method(interpreter: Interpreter, owner: ast.ClassDef, node: Definition, module: str) -> None:
    """Call a method on an object that was made with parameters that are not known."""
    cls = interpreter.overlay.get(("g", module, owner.name))
    if not isinstance(cls, Class):
        return
    stored = interpreter.overlay.get((cls.address, node.name))
    method = _unwrapped(stored)
    if not isinstance(method, Function) or method.code.node is not node:
        return
    arguments = unknown_arguments(method, None)
    kind = stored.kind if isinstance(stored, Wrapped) else None
    if kind == "staticmethod":
        _call(interpreter, method, arguments, method)
        return
    receiver: Value = cls
    if kind != "classmethod":
        receiver = _some_instance(interpreter, cls, _site(method))
        if node.name == "__init__":
            return
        _forget_nones(interpreter)
    _call(interpreter, BoundMethod(method, receiver), Arguments(arguments.positional[1:]), method)


def _call(interpreter: Interpreter, value: Value, arguments: Arguments, function: Function) -> None:
    run_coroutine(interpreter, call(interpreter, value, arguments, _site(function)))


def _site(function: Function) -> Site:
    return site_of(function.code.node, Frame(function.code.module, function.code.piece))


def _unwrapped(value: Value) -> Value:
    return value.function if isinstance(value, Wrapped) and isinstance(value.function, Function) else value


def _forget_nones(interpreter: Interpreter) -> None:
    """What is None after `__init__` mostly waits for another method to set it, which may have been called before."""
    overlay = interpreter.overlay
    for key, value in list(overlay.writes.items()):
        if value is None and type(key) is tuple and len(key) == 2 and isinstance(key[1], str):
            overlay.set(key, UNKNOWN)


def _some_instance(interpreter: Interpreter, cls: Class, site: Site) -> Value:
    """An instance made with parameters that are not known."""
    init = find_in_mro(interpreter, cls.mro, "__init__")
    arguments = unknown_arguments(init, None).positional[1:] if isinstance(init, Function) else ()
    try:
        return instantiate(interpreter, cls, Arguments(arguments), site)
    except ProgramRaises:
        return UNKNOWN if init is UNDEFINED else Instance(interpreter.overlay.allocate(), cls)
