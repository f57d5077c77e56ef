"""How the program spells things: the variable of a tensor or model, and where the arguments of a call stand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from kls.graph.cells import KerasTensor, model_cell, operation
from kls.graph.events import Argument
from kls.program.interpreter import site_of
from kls.program.values import UNDEFINED, Instance, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


class Named(NamedTuple):
    """The variable that a value was bound to."""

    name: str
    is_global: bool
    site: Site


def remember_name(interpreter: Interpreter, name: str, value: Value, is_global: bool, site: Site) -> None:
    """`value` was bound to a variable: a module-level name outranks a local one, and the first of its rank stays."""
    old = variable_of(interpreter, value)
    if old is None or (is_global and not old.is_global):
        interpreter.overlay.set(("variable", value), Named(name, is_global, site))
    if type(value) is KerasTensor:
        interpreter.overlay.set(("last tensor", name), (value, Named(name, is_global, site)))
    if old is not None and old.name != name:
        interpreter.overlay.set(("alias", value), Named(name, is_global, site))


def remember_owner(
    interpreter: Interpreter, instance: Instance, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...]
) -> None:
    """Which model a tensor is the input or output of, for messages and fixes; the first one stays."""
    for key, tensors in (("input of", inputs), ("output of", outputs)):
        for tensor in tensors:
            if not isinstance(interpreter.overlay.get((key, tensor)), Instance):
                interpreter.overlay.set((key, tensor), instance)


def variable_of(interpreter: Interpreter, value: Value) -> Named | None:
    """The variable that a tensor or model was bound to, whether it is still bound to it or not."""
    found = interpreter.overlay.get(("variable", value))
    return found if isinstance(found, Named) else None


def expression_of(interpreter: Interpreter, tensor: KerasTensor) -> str | None:
    """Python that gives `tensor` at the call under way: a variable, or `model.input`; None where there is none."""
    name = visible_name(interpreter, tensor)
    if name is not None:
        return name
    for key, attribute in (("input of", "input"), ("output of", "output")):
        owner = interpreter.overlay.get((key, tensor))
        if not isinstance(owner, Instance):
            continue
        model, cell = visible_name(interpreter, owner), model_cell(interpreter, owner.address)
        if model is None or cell is None:
            continue
        tensors = cell.inputs if attribute == "input" else cell.outputs
        structure = cell.inputs_structure if attribute == "input" else cell.outputs_structure
        if structure == tensor and cell.kind != "sequential":  # whose `.input` is undefined until it is called
            return f"{model}.{attribute}"
        if tensor in tensors:
            return f"{model}.{attribute}s[{tensors.index(tensor)}]"
    return None


def visible_name(interpreter: Interpreter, value: Value) -> str | None:
    """The variable that is bound to `value` where the call under way stands."""
    frame = interpreter.frame
    for key in ("alias", "variable") if frame is not None else ():
        named = interpreter.overlay.get((key, value))
        if isinstance(named, Named) and frame is not None and frame.lookup(named.name, interpreter.overlay) == value:
            return named.name
    return None


def argument(interpreter: Interpreter, leaves: tuple[Value, ...], position: int, names: tuple[str, ...]) -> Argument:
    """The argument at `position`, or called one of `names`, of the call under way, with the places of its leaves."""
    if interpreter.calling is None:
        return Argument(leaves, None, (None,) * len(leaves), False)
    node, frame = interpreter.calling
    expression = _expression(node, position, names)
    if expression is None:
        return Argument(leaves, None, (None,) * len(leaves), False)
    site = site_of(expression, frame)
    is_list = isinstance(expression, ast.List | ast.Tuple)
    parts = expression.elts if isinstance(expression, ast.List | ast.Tuple) else [expression]
    if len(parts) != len(leaves) or any(isinstance(part, ast.Starred) for part in parts):
        return Argument(leaves, site, (None,) * len(leaves), is_list)
    attributes = tuple(part.attr if isinstance(part, ast.Attribute) else None for part in parts)
    return Argument(leaves, site, tuple(site_of(part, frame) for part in parts), is_list, attributes)


def argument_site(
    interpreter: Interpreter, position: int, names: tuple[str, ...], literal: bool = False
) -> Site | None:
    """Where an argument of the call under way stands; with `literal`, only if it is a literal there."""
    if interpreter.calling is None:
        return None
    node, frame = interpreter.calling
    expression = _expression(node, position, names)
    if expression is None or (literal and not isinstance(expression, ast.Constant)):
        return None
    return site_of(expression, frame)


def _expression(node: ast.Call, position: int, names: tuple[str, ...]) -> ast.expr | None:
    for keyword in node.keywords:
        if keyword.arg in names:
            return keyword.value
    if position < len(node.args) and not any(isinstance(a, ast.Starred) for a in node.args[: position + 1]):
        return node.args[position]
    return None


def describe(interpreter: Interpreter, tensor: KerasTensor) -> str:
    """A tensor as a message names it: by its variable, else by the layer that made it."""
    named = variable_of(interpreter, tensor)
    if named is not None:
        return named.name
    cell = operation(interpreter, tensor.operation)
    return "?" if cell is None or cell.name is None else cell.name


def is_bound(value: Value) -> bool:
    """Whether a store lookup found anything."""
    return value is not UNDEFINED
