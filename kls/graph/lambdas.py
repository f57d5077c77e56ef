"""What the function of a Lambda layer reads from outside: Keras calls it again whenever the model runs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kls.graph.cells import KerasTensor, operation
from kls.graph.events import LateBound
from kls.graph.instances import instance_of
from kls.graph.noticing import circumstances
from kls.graph.sources import parameter_room
from kls.program.comparisons import is_constant
from kls.program.scopes import parameters, scope_of
from kls.program.values import UNDEFINED, Address, Closure, Function, Instance, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter

STATIC = frozenset({"shape", "dtype", "name", "ndim"})
"""Attributes of a tensor that are known before the model runs."""
READS_SHAPES = frozenset({"int_shape", "ndim", "len"})


def remember(interpreter: Interpreter, address: Address, function: Value) -> None:
    """A Lambda layer is made: the variables that its function reads have these values."""
    if not isinstance(function, Function):
        return
    captured = []
    for name in _free_names(function):
        key = _key(function, name)
        value = interpreter.overlay.get(key)
        if value is not UNDEFINED and (is_constant(value) or type(value) is KerasTensor):
            captured.append((name, key, value))
    if captured:
        interpreter.overlay.set(("captured", address), tuple(captured))
        interpreter.overlay.set(("room for", address), parameter_room(interpreter, 0, "function"))


def called(interpreter: Interpreter, instance: Instance, function: Value, site: Site) -> None:
    """A Lambda layer is called: a tensor that its function reads from outside is none of its inputs."""
    if not isinstance(function, Function):
        return
    for name, _, value in _captured(interpreter, instance.address):
        if type(value) is KerasTensor and not _reads_only_its_shape(function, name):
            interpreter.emit(LateBound(*circumstances(interpreter, site), instance, name, value, value, None))


def built(interpreter: Interpreter, operations: tuple[Address, ...]) -> None:
    """A model is made: do the functions of its Lambda layers still read what they read when the layers were made?"""
    for address in operations:
        cell = operation(interpreter, address)
        if cell is None or cell.cls != "Lambda" or cell.site is None:
            continue
        if interpreter.overlay.get(("late bound", cell.site)) is True:
            continue  # a loop: its first step says it
        for name, key, before in _captured(interpreter, address):
            after = interpreter.overlay.get(key)
            if is_constant(before) and is_constant(after) and after != before:
                layer = instance_of(interpreter, address)
                interpreter.overlay.set(("late bound", cell.site), True)
                room = interpreter.overlay.get(("room for", address))
                room = room if isinstance(room, Site) else None
                interpreter.emit(LateBound(*circumstances(interpreter, cell.site), layer, name, before, after, room))
                break


def _captured(interpreter: Interpreter, address: Address) -> tuple[tuple[str, tuple[object, ...], Value], ...]:
    found = interpreter.overlay.get(("captured", address))
    return found if type(found) is tuple else ()


def _key(function: Function, name: str) -> tuple[object, ...]:
    """Where the store has a variable that a function reads."""
    closure: Closure | None = function.closure
    while closure is not None:
        if name in closure.names:
            return (closure.address, name)
        closure = closure.parent
    return ("g", function.code.module, name)


def _free_names(function: Function) -> list[str]:
    """The variables from outside that a function reads, in the order of the text."""
    node = function.code.node
    bound = scope_of(node).bound | {p.arg for p in parameters(node.args)}
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    read = [n.id for part in body for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    return [name for name in dict.fromkeys(read) if name not in bound]


def _reads_only_its_shape(function: Function, name: str) -> bool:
    """Whether a function takes no more of a tensor than what is known of it beforehand."""
    node = function.code.node
    allowed: set[int] = set()
    uses: list[int] = []
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in STATIC:
            allowed.add(id(part.value))
        elif isinstance(part, ast.Call):
            called_name = part.func.attr if isinstance(part.func, ast.Attribute) else getattr(part.func, "id", "")
            if called_name in READS_SHAPES:
                allowed.update(id(argument) for argument in part.args)
        elif isinstance(part, ast.Name) and part.id == name:
            uses.append(id(part))
    return all(use in allowed for use in uses)
