"""From an operation's address back to the object that the program handles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kls.graph.cells import model_cell, operation
from kls.program.values import Address, External, Instance

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
    if model is None or not model.complete:
        return None
    found = []
    for inner in model.operations:
        cell = operation(interpreter, inner)
        if cell is not None and cell.kind != "op":
            found.append(instance_of(interpreter, inner))
    return tuple(found)
