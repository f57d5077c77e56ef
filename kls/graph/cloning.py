"""`keras.models.clone_model`: the same graph over new layers of the same names (keras/src/models/cloning.py)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph import sequential
from kls.graph.cells import KerasTensor, ModelCell, Node, Operation, model_cell, node_of, operation, set_operation
from kls.graph.context import each_argument, leaves, restructured, thaw
from kls.graph.instances import MODEL_CLASSES, instance_of, own_attributes
from kls.graph.models import construct
from kls.graph.names import tensor_names
from kls.program.calls import call
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Address, External, Instance, Site, Value

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter

KNOWN = frozenset({"model", "input_tensors", "clone_function"})
"""The arguments that are followed; `call_function` and `recursive` are not."""

Copy = Callable[[Address], Value]


def clone_model(interpreter: Interpreter, library: KerasLibrary, arguments: Arguments, site: Site) -> Value:
    """A model of new layers, or of what `clone_function` makes of each; UNKNOWN where that cannot be told."""
    source = arguments.get(0, "model", UNKNOWN)
    model = model_cell(interpreter, source.address) if isinstance(source, Instance) else None
    cell = operation(interpreter, source.address) if isinstance(source, Instance) else None
    decided = set(arguments.keywords) - KNOWN or not arguments.exact
    if decided or not isinstance(source, Instance) or model is None or cell is None:
        return UNKNOWN
    given, function = arguments.get(1, "input_tensors"), arguments.get(2, "clone_function")
    copies: dict[Address, Value] = {}

    def copy(address: Address) -> Value:
        if address not in copies:
            if function is None:
                copies[address] = clone_layer(interpreter, library, address, site)
            else:
                copies[address] = call(interpreter, function, Arguments((instance_of(interpreter, address),)), site)
        return copies[address]

    if model.kind == "sequential" and model.layers is not None and given is None:
        return _clone_sequential(interpreter, library, model, cell, copy, site)
    if model.kind == "functional" and model.complete:
        return _clone_functional(interpreter, library, model, cell, copy, given, site)
    return UNKNOWN


def _clone_sequential(
    interpreter: Interpreter, library: KerasLibrary, model: ModelCell, cell: Operation, copy: Copy, site: Site
) -> Instance:
    clone = Instance(interpreter.overlay.allocate(), instance_of_kind(cell))
    copies: list[Value] = []
    for layer in model.layers or ():
        own = operation(interpreter, layer.address)
        is_input = own is not None and own.kind == "input"
        copies.append(clone_layer(interpreter, library, layer.address, site) if is_input else copy(layer.address))
    given = Arguments((interpreter.overlay.new("list", tuple(copies)),), {"name": cell.name})
    sequential.make_sequential(interpreter, library, clone, cell.root, given, site)
    return clone


def instance_of_kind(cell: Operation) -> Value:
    """The class of a clone: Keras's own, whatever the class of the original was."""
    return External(f"{cell.root}.{MODEL_CLASSES[cell.kind]}")


def clone_layer(interpreter: Interpreter, library: KerasLibrary, address: Address, site: Site) -> Instance:
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
        for name, value in own_attributes(interpreter, source):
            interpreter.overlay.set((clone.address, name), value)
    nodes = cell.nodes[:1] if cell.kind == "input" else ()
    moved = tuple(n._replace(structure=KerasTensor(clone.address, 0, 0)) for n in nodes)
    certain = cell.certain and not interpreter.widened
    params = None if cell.kind == "layer" and isinstance(source.cls, External) else cell.params
    fresh = cell._replace(nodes=moved, consumed=False, site=site, certain=certain, params=params)
    set_operation(interpreter, clone.address, fresh)
    return clone


def _clone_functional(
    interpreter: Interpreter,
    library: KerasLibrary,
    model: ModelCell,
    cell: Operation,
    copy: Copy,
    given: Value,
    site: Site,
) -> Value:
    """New layers, then every node of the model again, inputs first (`_run_through_graph`)."""
    legacy = library.context.era(cell.root) is Era.TF_KERAS
    made = _inputs(interpreter, library, model, cell, given, site)
    if made is None:
        return UNKNOWN
    for address, index in model.nodes:
        own = operation(interpreter, address)
        assert own is not None
        node = own.nodes[index]
        if node.is_input or all(KerasTensor(address, index, i) in made for i in range(len(node.outputs))):
            continue
        if node.arguments is None or any(t not in made for t in node.inputs):
            return UNKNOWN
        target = copy(address) if own.kind != "op" or legacy else instance_of(interpreter, address)
        passed = each_argument(node.arguments, partial(thaw, interpreter, mapping=made))
        value = _call_again(interpreter, library, target, own, passed, site)
        for i, output in enumerate(leaves(interpreter, value)):
            made[KerasTensor(address, index, i)] = output
    clone = Instance(interpreter.overlay.allocate(), instance_of_kind(cell))
    structures = (model.inputs_structure, model.outputs_structure)
    rebuilt = tuple(restructured(interpreter, structure, made) for structure in structures)
    interpreter.calling = None
    construct(interpreter, library.context, clone, cell.root, Arguments(rebuilt, {"name": cell.name}), site)
    return clone


def _inputs(
    interpreter: Interpreter, library: KerasLibrary, model: ModelCell, cell: Operation, given: Value, site: Site
) -> dict[KerasTensor, Value] | None:
    """What stands for the model's inputs: fresh Inputs, or `input_tensors`; None where those do not fit."""
    if given is not None:
        flat = tuple(leaves(interpreter, given))
        fits = len(flat) == len(model.inputs) and all(type(t) is KerasTensor for t in flat)
        return dict(zip(model.inputs, flat)) if fits else None
    era = library.context.era(cell.root)
    made: dict[KerasTensor, Value] = {}
    for tensor in model.inputs:
        node, own = node_of(interpreter, tensor), operation(interpreter, tensor.operation)
        assert node is not None
        assert own is not None
        # Keras 3 names the layer after the tensor, which has a number of its own where no name was given
        name = own.name if era is Era.TF_KERAS else node.names[tensor.tensor_index]
        clone = KerasTensor(interpreter.overlay.allocate(), 0, 0)
        fresh = Node((), (node.outputs[tensor.tensor_index],), tensor_names(interpreter, name, era), clone, site)
        operation_cell = Operation("InputLayer", "input", cell.root, name, site, own.config, (fresh,), 0)
        set_operation(interpreter, clone.operation, operation_cell)
        made[tensor] = clone
    return made


def _call_again(
    interpreter: Interpreter, library: KerasLibrary, target: Value, own: Operation, arguments: Arguments, site: Site
) -> Value:
    """A call of a copy; an op is called itself once more."""
    from kls.graph.layers import call_op_again

    if own.kind == "op" and isinstance(target, Instance):
        return call_op_again(interpreter, library.context, target.address, arguments, site)
    if not isinstance(target, Instance):
        return UNKNOWN
    cell = operation(interpreter, target.address)
    if cell is not None and "<op>" in cell.config:  # the TFOpLambda layers of tf_keras
        return call_op_again(interpreter, library.context, target.address, arguments, site)
    return library.call_instance(interpreter, target, arguments, site)
