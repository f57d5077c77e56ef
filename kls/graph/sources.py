"""How the program spells things: the variable of a tensor or model, and where the arguments of a call stand."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from kls.graph.cells import KerasTensor, model_cell, operation
from kls.graph.context import leaves
from kls.graph.events import Argument
from kls.program.containers import content_of
from kls.program.interpreter import site_of
from kls.program.values import UNDEFINED, Container, Instance, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


DISPLAYS: dict[type[ast.expr], str] = {ast.List: "list", ast.Tuple: "tuple", ast.Dict: "dict"}


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


class Held(NamedTuple):
    """The attribute that a value was bound to."""

    receiver: Instance
    name: str


def remember_attribute(interpreter: Interpreter, receiver: Instance, name: str, value: Value) -> None:
    """`value` was bound to an attribute; the first one stays."""
    if not isinstance(interpreter.overlay.get(("attribute", value)), Held):
        interpreter.overlay.set(("attribute", value), Held(receiver, name))


class Replaced(NamedTuple):
    """What held a tensor's place before it: `inputs[k]`, `self.x`, or a list of the same name."""

    place: str
    before: tuple[KerasTensor, ...]
    """The tensors, the latest first."""


def remember_item(interpreter: Interpreter, container: Container, value: Value) -> None:
    """`value` was bound to an item of a list or dict; the last one stays."""
    interpreter.overlay.set(("item of", value), container)


def remember_list(interpreter: Interpreter, name: str, value: Container, is_global: bool, site: Site) -> None:
    """A list or dict was bound to a variable: its tensors take the place of those in the list that it held before."""
    key = ("list", name, is_global, site.module, site.piece)
    old = interpreter.overlay.get(key if not is_global else key[:4])
    interpreter.overlay.set(key if not is_global else key[:4], value)
    names = interpreter.overlay.get(("names of", value))
    if type(names) is not tuple or name not in names:
        interpreter.overlay.set(("names of", value), (*(names if type(names) is tuple else ()), name))
    tensors = [t for t in leaves(interpreter, value) if type(t) is KerasTensor]
    for item in tensors:
        remember_item(interpreter, value, item)
    if not isinstance(old, Container) or old == value:
        return
    before = tuple(t for t in leaves(interpreter, old) if type(t) is KerasTensor)
    if not before or any(_is_bound_to(interpreter, old, other) for other in _names_of(interpreter, old)):
        return
    for tensor in tensors:
        if tensor not in before:
            remember_replaced(interpreter, tensor, before, name)


def _names_of(interpreter: Interpreter, value: Container) -> tuple[str, ...]:
    names = interpreter.overlay.get(("names of", value))
    return tuple(name for name in names if isinstance(name, str)) if type(names) is tuple else ()


def _is_bound_to(interpreter: Interpreter, value: Value, name: str) -> bool:
    frame = interpreter.frame
    return frame is not None and frame.lookup(name, interpreter.overlay) == value


def remember_replaced(
    interpreter: Interpreter, tensor: KerasTensor, before: tuple[KerasTensor, ...], place: str
) -> None:
    """`tensor` took the place of `before`, and of what those had replaced there."""
    older = [found.before for one in before if (found := replaced_by(interpreter, one)) is not None]
    everything = dict.fromkeys((*before, *(t for some in older for t in some)))
    interpreter.overlay.set(("replaced", tensor), Replaced(place, tuple(everything)))


def replaced_by(interpreter: Interpreter, tensor: KerasTensor) -> Replaced | None:
    """What a tensor took the place of; None where it took none."""
    found = interpreter.overlay.get(("replaced", tensor))
    return found if isinstance(found, Replaced) else None


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
    """The variable that is bound to `value` where the call under way stands, or `self.x`, or `inputs[0]`."""
    for key in ("alias", "variable"):
        named = interpreter.overlay.get((key, value))
        if isinstance(named, Named) and _is_bound_to(interpreter, value, named.name):
            return named.name
    return _attribute_name(interpreter, value) or _item_name(interpreter, value)


def _attribute_name(interpreter: Interpreter, value: Value) -> str | None:
    """`self.x`, where `self` is visible and `x` is still the value."""
    held = interpreter.overlay.get(("attribute", value))
    if not isinstance(held, Held) or interpreter.overlay.get((held.receiver.address, held.name)) != value:
        return None
    frame = interpreter.frame
    names = [name for name, bound in (frame.locals or {}).items() if bound == held.receiver] if frame else []
    named = interpreter.overlay.get(("variable", held.receiver))
    if isinstance(named, Named) and _is_bound_to(interpreter, held.receiver, named.name):
        names.append(named.name)
    return f"{names[0]}.{held.name}" if names else None


def _item_name(interpreter: Interpreter, value: Value) -> str | None:
    """`inputs[0]`, where the list is visible and the value still in it."""
    container = interpreter.overlay.get(("item of", value))
    if not isinstance(container, Container):
        return None
    name = next((n for n in _names_of(interpreter, container) if _is_bound_to(interpreter, container, n)), None)
    content = content_of(interpreter, container) if name is not None else None
    if type(content) is tuple and value in content:
        return f"{name}[{content.index(value)}]"
    for key, item in content.items() if isinstance(content, dict) else ():
        if item == value and isinstance(key, str | int):
            return f"{name}[{key!r}]" if isinstance(key, int) else f'{name}["{key}"]'
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
    inner = expression.values if isinstance(expression, ast.Dict) else parts if is_list else []
    found = Argument(
        leaves,
        site,
        (None,) * len(leaves),
        is_list,
        display=DISPLAYS.get(type(expression)),
        last=site_of(inner[-1], frame) if inner else None,
        joins=isinstance(expression, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.List | ast.ListComp)
        or (isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add)),
    )
    if len(parts) != len(leaves) or isinstance(expression, ast.Dict) or any(isinstance(p, ast.Starred) for p in parts):
        return found
    attributes = tuple(part.attr if isinstance(part, ast.Attribute) else None for part in parts)
    return replace(found, leaf_sites=tuple(site_of(part, frame) for part in parts), attributes=attributes)


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


def parameter_room(interpreter: Interpreter, position: int, name: str) -> Site | None:
    """The empty place behind the last parameter of a lambda that is an argument of the call under way; None where there is
    none, or where the lambda has parameters of other kinds, behind which nothing may stand."""
    if interpreter.calling is None:
        return None
    node, frame = interpreter.calling
    function = _expression(node, position, (name,))
    if not isinstance(function, ast.Lambda):
        return None
    given = function.args
    if not given.args or given.defaults or given.vararg or given.kwonlyargs or given.kwarg:
        return None
    last = given.args[-1]
    line, column = last.end_lineno or last.lineno, last.end_col_offset or last.col_offset
    return Site(frame.module, frame.piece, line, column, line, column)


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
