"""From an operation's address back to the object that the program handles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kls.graph.cells import model_cell, operation
from kls.program.attributes import find_in_mro
from kls.program.containers import content_of
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Address,
    Class,
    Container,
    Either,
    External,
    Function,
    Instance,
    Value,
)

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter

MODEL_CLASSES = {"functional": "Model", "sequential": "Sequential", "subclass": "Model"}


def instance_of(interpreter: Interpreter, address: Address) -> Instance:
    """The object at `address`; those of the program's own classes were remembered when they were made."""
    found = interpreter.overlay.get((address, "instance"))
    if isinstance(found, Instance):
        return found
    cell = operation(interpreter, address)
    if cell is None:
        return Instance(address, External("keras.Operation"))
    if cell.kind in MODEL_CLASSES:
        return Instance(address, External(f"{cell.root}.{MODEL_CLASSES[cell.kind]}"))
    family = "ops" if cell.kind == "op" else "layers"
    return Instance(address, External(f"{cell.root}.{family}.{cell.cls}"))


def layers_of(interpreter: Interpreter, address: Address) -> tuple[Instance, ...] | None:
    """`model.layers`: the operations that are layers, in order; None where they are not all known."""
    model = model_cell(interpreter, address)
    if model is not None and model.kind == "subclass":
        return _attributes_of(interpreter, instance_of(interpreter, address))
    if model is None or not model.complete:
        return None
    found = []
    for inner in model.operations:
        cell = operation(interpreter, inner)
        if cell is not None and cell.kind != "op":
            found.append(instance_of(interpreter, inner))
    return tuple(found)


def _attributes_of(interpreter: Interpreter, instance: Instance) -> tuple[Instance, ...] | None:
    """The layers of a subclassed model: those that its `__init__` sets as attributes, in order; None if not all known."""
    cls = instance.cls
    init = find_in_mro(interpreter, cls.mro, "__init__") if isinstance(cls, Class) else None
    if not isinstance(cls, Class) or not isinstance(init, Function) or any(isinstance(b, Class) for b in cls.bases):
        return None
    found: list[Instance] = []
    for name in names_set(init.code.node):
        value = interpreter.overlay.get((instance.address, name))
        content = content_of(interpreter, value)
        items = content if isinstance(value, Container) and type(content) is tuple else (value,)
        if any(item is UNKNOWN or isinstance(item, Either) for item in items):
            return None
        found += [i for i in items if isinstance(i, Instance) and operation(interpreter, i.address) is not None]
    return tuple(dict.fromkeys(found))


def own_attributes(interpreter: Interpreter, instance: Instance) -> Iterator[tuple[str, Value]]:
    """What `__init__` and `build` of all its classes set on an instance, by name."""
    names: dict[str, None] = {}
    mro = instance.cls.mro if isinstance(instance.cls, Class) else ()
    for cls in (one for one in mro if isinstance(one, Class)):
        for method in ("__init__", "build"):
            found = interpreter.overlay.get((cls.address, method))
            if isinstance(found, Function):
                names.update(dict.fromkeys(names_set(found.code.node)))
    for name in ("<weights>", *names):
        value = interpreter.overlay.get((instance.address, name))
        if value is not UNDEFINED:
            yield name, value


def names_set(function: ast.AST) -> tuple[str, ...]:
    """The names in `self.<name> = ...`, in the order of the text; kept on the node, which goes with its text."""
    known: tuple[str, ...] | None = getattr(function, "kls_names_set", None)
    if known is not None:
        return known
    nodes = [n for n in ast.walk(function) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)]
    own = [n for n in nodes if isinstance(n.value, ast.Name) and n.value.id == "self"]
    names = tuple(dict.fromkeys(n.attr for n in sorted(own, key=lambda n: (n.lineno, n.col_offset))))
    function.kls_names_set = names  # type: ignore[attr-defined]
    return names
