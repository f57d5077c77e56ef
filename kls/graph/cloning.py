"""`keras.models.clone_model`: the same graph over new layers of the same names (keras/src/models/cloning.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kls.graph import sequential
from kls.graph.cells import KerasTensor, ModelCell, Operation, model_cell, operation, set_operation
from kls.graph.context import leaves, restructured
from kls.graph.instances import MODEL_CLASSES, instance_of
from kls.graph.models import construct
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Address, External, Instance, Site, Value

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter


def clone_model(interpreter: Interpreter, library: KerasLibrary, arguments: Arguments, site: Site) -> Value:
    """A model of new layers; UNKNOWN where a `clone_function` or `input_tensors` decide what they are."""
    source = arguments.get(0, "model", UNKNOWN)
    decided = len(arguments.positional) > 1 or set(arguments.keywords) - {"model"}
    model = model_cell(interpreter, source.address) if isinstance(source, Instance) else None
    cell = operation(interpreter, source.address) if isinstance(source, Instance) else None
    if decided or not isinstance(source, Instance) or model is None or cell is None:
        return UNKNOWN
    if model.kind == "sequential" and model.layers is not None:
        return _clone_sequential(interpreter, library, model, cell, site)
    if model.kind == "functional" and model.complete:
        return _clone_functional(interpreter, library, model, cell, site)
    return UNKNOWN


def _clone_sequential(
    interpreter: Interpreter, library: KerasLibrary, model: ModelCell, cell: Operation, site: Site
) -> Instance:
    clone = Instance(interpreter.overlay.allocate(), instance_of_kind(cell))
    layers = tuple(_clone_layer(interpreter, library, layer.address, site) for layer in model.layers or ())
    given = Arguments((interpreter.overlay.new("list", layers),), {"name": cell.name})
    sequential.make_sequential(interpreter, library, clone, cell.root, given, site)
    return clone


def instance_of_kind(cell: Operation) -> Value:
    """The class of a clone: Keras's own, whatever the class of the original was."""
    return External(f"{cell.root}.{MODEL_CLASSES[cell.kind]}")


def _clone_layer(interpreter: Interpreter, library: KerasLibrary, address: Address, site: Site) -> Instance:
    """`layer.__class__.from_config(layer.get_config())`: the same name and configuration, no calls."""
    cell, source = operation(interpreter, address), instance_of(interpreter, address)
    assert cell is not None
    if cell.kind in ("functional", "sequential"):
        inner = clone_model(interpreter, library, Arguments((source,)), site)
        if isinstance(inner, Instance):
            return inner
    clone = Instance(interpreter.overlay.allocate(), source.cls)
    if interpreter.overlay.get((address, "instance")) == source:
        interpreter.overlay.set((clone.address, "instance"), clone)
    nodes = cell.nodes[:1] if cell.kind == "input" else ()
    moved = tuple(n._replace(structure=KerasTensor(clone.address, 0, 0)) for n in nodes)
    fresh = cell._replace(nodes=moved, consumed=False, site=site, certain=cell.certain and not interpreter.widened)
    set_operation(interpreter, clone.address, fresh)
    return clone


def _clone_functional(
    interpreter: Interpreter, library: KerasLibrary, model: ModelCell, cell: Operation, site: Site
) -> Instance:
    """New layers, then every node of the model again, inputs first."""
    copies: dict[Address, Instance] = {}
    made: dict[KerasTensor, Value] = {}
    for address, index in model.nodes:
        own = operation(interpreter, address)
        assert own is not None
        node = own.nodes[index]
        if own.kind == "op":
            copies.setdefault(address, instance_of(interpreter, address))
        elif address not in copies:
            copies[address] = _clone_layer(interpreter, library, address, site)
        if node.is_input:
            made[KerasTensor(address, index, 0)] = KerasTensor(copies[address].address, 0, 0)
            continue
        inputs = tuple(made.get(t, UNKNOWN) if type(t) is KerasTensor else UNKNOWN for t in node.inputs)
        passed: Value = inputs[0] if len(inputs) == 1 else interpreter.overlay.new("list", inputs)
        value = library.call_instance(interpreter, copies[address], Arguments((passed,)), site)
        for i, output in enumerate(leaves(interpreter, value)):
            made[KerasTensor(address, index, i)] = output
    clone = Instance(interpreter.overlay.allocate(), instance_of_kind(cell))
    structures = (model.inputs_structure, model.outputs_structure)
    given = tuple(restructured(interpreter, structure, made) for structure in structures)
    interpreter.calling = None
    construct(interpreter, library.context, clone, cell.root, Arguments(given, {"name": cell.name}), site)
    return clone
