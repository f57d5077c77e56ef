"""Sequential: a stack of layers that builds, and rebuilds, an inner Functional (keras/src/models/sequential.py).

Keras 3 calls the whole stack again at every `add`, so that a layer has many nodes and `.output` is that of the first;
tf_keras calls only the layer that was added (tf_keras/src/engine/sequential.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph import shapes, taking
from kls.graph.cells import (
    KerasTensor,
    ModelCell,
    Node,
    Operation,
    model_cell,
    operation,
    set_model,
    set_operation,
    spec_of,
)
from kls.graph.context import to_config
from kls.graph.functional import map_graph
from kls.graph.instances import instance_of
from kls.graph.layers import append_node, call_tensors, called_without_tensors, class_name
from kls.graph.names import INSIDE, auto_name, is_inside, tensor_names
from kls.graph.noticing import layer_added, remember_stacked
from kls.graph.running import outputs_of
from kls.graph.shapes import Inference, TensorSpec
from kls.graph.sources import argument, remember_owner
from kls.program.containers import iterate
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Address, Instance, Site, Value

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter


def make_sequential(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, root: str, arguments: Arguments, site: Site
) -> None:
    """`Sequential(layers, trainable, name)`; in tf_keras `Sequential(layers, name)`."""
    era = library.context.era(root)
    name = arguments.get(2 if era is not Era.TF_KERAS else 1, "name")
    own = name if isinstance(name, str) else auto_name(interpreter, class_name(instance), era) if name is None else None
    cell = Operation(class_name(instance), "sequential", root, own, site, {}, certain=not interpreter.widened)
    set_operation(interpreter, instance.address, cell)
    set_model(interpreter, instance.address, ModelCell("sequential", layers=()))
    given = arguments.get(0, "layers")
    if given is None:
        return
    items = iterate(interpreter, given)
    if items is None or not arguments.exact:
        _lose(interpreter, instance)
        return
    places = argument(interpreter, tuple(items), 0, ("layers",)).leaf_sites
    for item, place in zip(items, places):
        taking.stacked(interpreter, instance, item, place, site)
        add(interpreter, library, instance, item, site, rebuild=era is Era.TF_KERAS)
    if era is not Era.TF_KERAS and items:
        _maybe_rebuild(interpreter, library, instance, site)


def _lose(interpreter: Interpreter, instance: Instance) -> None:
    """What the stack holds is not known any more."""
    model = model_cell(interpreter, instance.address)
    if model is not None:
        set_model(interpreter, instance.address, replace(model, layers=None, functional=None, complete=False))
    cell = operation(interpreter, instance.address)
    if cell is not None:
        set_operation(interpreter, instance.address, cell._replace(certain=False))


def add(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, layer: Value, site: Site, rebuild: bool = True
) -> None:
    """`Sequential.add`: a layer, or the tensor of an Input, goes on top of the stack."""
    model, own = model_cell(interpreter, instance.address), operation(interpreter, instance.address)
    if model is None or own is None or model.layers is None:
        return
    if type(layer) is KerasTensor:
        maker = operation(interpreter, layer.operation)
        if maker is not None and maker.kind != "input":
            _lose(interpreter, instance)
            return
        layer = instance_of(interpreter, layer.operation)
    cell = operation(interpreter, layer.address) if isinstance(layer, Instance) else None
    if not isinstance(layer, Instance) or cell is None or interpreter.widened:
        _lose(interpreter, instance)
        return
    era = library.context.era(own.root)
    if not model.layers and cell.kind != "input":
        first = _declared_input(interpreter, library, layer, cell, site, era)
        if first is not None:
            add(interpreter, library, instance, first, site, rebuild=rebuild and era is Era.TF_KERAS)
            model = model_cell(interpreter, instance.address) or model
    if not layer_added(interpreter, instance, model.layers or (), layer, site):
        _lose(interpreter, instance)
        return
    stack = (*(model.layers or ()), layer)
    if era is Era.TF_KERAS:
        _extend(interpreter, library, instance, replace(model, layers=stack), layer, site)
        return
    set_model(interpreter, instance.address, replace(model, layers=stack, functional=None, built=False))
    if rebuild:
        _maybe_rebuild(interpreter, library, instance, site)


def _declared_input(
    interpreter: Interpreter, library: KerasLibrary, layer: Instance, cell: Operation, site: Site, era: Era
) -> Instance | None:
    """The InputLayer that a first layer's `input_shape=` stands for; in tf_keras also the input of a first model."""
    config = {key: to_config(interpreter, value) for key, value in cell.config.items()}
    declared = shapes.declared_input(cell.cls, config, library.context.facts(cell.root))
    inner = model_cell(interpreter, layer.address)
    if era is Era.TF_KERAS and inner is not None and len(inner.inputs) == 1:
        declared = spec_of(interpreter, inner.inputs[0])
    if declared is None:
        return None
    name = f"{cell.name}_input" if era is Era.TF_KERAS and cell.name else auto_name(interpreter, "InputLayer", era)
    return _input_layer(interpreter, library, cell.root, name, declared, site)


def _input_layer(
    interpreter: Interpreter, library: KerasLibrary, root: str, name: str | None, spec: TensorSpec, site: Site
) -> Instance:
    address = interpreter.overlay.allocate()
    tensor = KerasTensor(address, 0, 0)
    cell_names = tensor_names(interpreter, None, library.context.era(root))
    node = Node((), (spec,), cell_names, tensor, site)
    set_operation(interpreter, address, Operation("InputLayer", "input", root, name, site, {}, (node,), 0))
    return instance_of(interpreter, address)


def _maybe_rebuild(interpreter: Interpreter, library: KerasLibrary, instance: Instance, site: Site) -> None:
    """`_maybe_rebuild`: with an InputLayer, or a first layer that knows its input shape, the stack builds itself."""
    model = model_cell(interpreter, instance.address)
    if model is None or not model.layers or len(model.layers) < 2:
        return
    first = operation(interpreter, model.layers[0].address)
    if first is not None and first.kind == "input":
        build(interpreter, library, instance, None, site)
        return
    inner = model_cell(interpreter, model.layers[0].address)
    if inner is not None and (inner.kind == "functional" or inner.functional is not None) and len(inner.inputs) == 1:
        build(interpreter, library, instance, spec_of(interpreter, inner.inputs[0]), site)


def build(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, spec: TensorSpec | None, site: Site
) -> None:
    """`Sequential.build`: an InputLayer in front if there is none, then every layer is called in turn."""
    model, own = model_cell(interpreter, instance.address), operation(interpreter, instance.address)
    if model is None or own is None or not model.layers:
        return
    stack = model.layers
    era = library.context.era(own.root)
    inside = is_inside(interpreter)
    interpreter.overlay.set(INSIDE, False)  # the stack is called with symbolic tensors, wherever that happens
    first = operation(interpreter, stack[0].address)
    if first is None or first.kind != "input":
        if era is Era.TF_KERAS and first is not None and first.name:
            name: str | None = f"{first.name}_input"
        else:
            name = auto_name(interpreter, "InputLayer", era)
        stack = (_input_layer(interpreter, library, own.root, name, spec or TensorSpec(None), site), *stack)
    value: Value = KerasTensor(stack[0].address, 0, 0)
    remember_stacked(interpreter, stack[1:])
    for layer in stack[1:]:
        value = library.call_instance(interpreter, layer, Arguments((value,)), site)
    if era is not Era.TF_KERAS:
        auto_name(interpreter, "Functional", era)  # the inner Functional takes a number
    interpreter.overlay.set(INSIDE, inside)
    _finish(interpreter, library, instance, replace(model, layers=stack), value)


def _extend(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, model: ModelCell, layer: Instance, site: Site
) -> None:
    """tf_keras: the new layer is called on the model's output so far."""
    cell = operation(interpreter, layer.address)
    if cell is not None and cell.kind == "input":
        set_model(interpreter, instance.address, replace(model, outputs=(KerasTensor(layer.address, 0, 0),)))
        _finish(interpreter, library, instance, model, KerasTensor(layer.address, 0, 0))
    elif model.outputs:
        value = library.call_instance(interpreter, layer, Arguments((model.outputs[0],)), site)
        _finish(interpreter, library, instance, model, value)
    else:
        set_model(interpreter, instance.address, model)


def _finish(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, model: ModelCell, output: Value
) -> None:
    """The inner Functional is made: inputs, outputs and graph are known."""
    own = operation(interpreter, instance.address)
    if own is None or not model.layers or type(output) is not KerasTensor:
        set_model(
            interpreter, instance.address, replace(model, built=True, complete=False, functional=None, outputs=())
        )
        return
    era = library.context.era(own.root)
    start = KerasTensor(model.layers[0].address, 0, 0)
    graph = map_graph(interpreter, (start,), (output,), era)
    made = replace(
        model,
        inputs_structure=start,
        outputs_structure=output,
        inputs=(start,),
        outputs=(output,),
        operations=graph.operations,
        nodes=graph.nodes,
        complete=graph.complete and not interpreter.widened,
        functional=instance.address,
        built=True,
    )
    set_model(interpreter, instance.address, made)
    remember_owner(interpreter, instance, (start,), (output,))
    params = [cell.params for a in graph.operations if (cell := operation(interpreter, a)) is not None]
    total = sum(p for p in params if p is not None) if None not in params else None
    set_operation(interpreter, instance.address, own._replace(params=total))


def call_sequential(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, arguments: Arguments, site: Site
) -> Value:
    """Call a Sequential: it is built first if it was not, then the call is one node on it."""
    cell = operation(interpreter, instance.address)
    if cell is None:
        return UNKNOWN
    tensors = call_tensors(interpreter, arguments)
    symbolic = [t for t in tensors if type(t) is KerasTensor]
    model = model_cell(interpreter, instance.address)
    if model is not None and model.functional is None and model.layers and (symbolic or not tensors):
        spec = spec_of(interpreter, symbolic[0]) if symbolic else TensorSpec(None)
        build(interpreter, library, instance, spec, site)
        model, cell = model_cell(interpreter, instance.address), operation(interpreter, instance.address) or cell
    if not any(t is not UNKNOWN for t in tensors):
        return called_without_tensors(interpreter, instance.address, cell, tensors, arguments)
    known = model is not None and model.outputs
    output = outputs_of(interpreter, cell, model, arguments) if known and model is not None else TensorSpec(None)
    inference = Inference(output, cell.params)
    return append_node(interpreter, library.context, instance.address, cell, tensors, inference, site, arguments)


def pop(interpreter: Interpreter, library: KerasLibrary, instance: Instance, site: Site) -> Value:
    """`Sequential.pop()`: the last layer goes, and the stack is built again."""
    model, own = model_cell(interpreter, instance.address), operation(interpreter, instance.address)
    if model is None or own is None or not model.layers:
        return UNKNOWN
    last = model.layers[-1]
    era = library.context.era(own.root)
    shorter = replace(model, layers=model.layers[:-1], functional=None, built=False)
    set_model(interpreter, instance.address, shorter)
    if era is not Era.TF_KERAS:
        _maybe_rebuild(interpreter, library, instance, site)
    elif len(model.layers) > 2 and model.outputs:
        before = operation(interpreter, model.layers[-2].address)
        if before is not None and before.nodes:
            _finish(interpreter, library, instance, shorter, before.nodes[0].structure)
    return last


def stack_of(interpreter: Interpreter, address: Address) -> tuple[Instance, ...] | None:
    """`model.layers` of a Sequential: its stack without the InputLayer; None where it is not known."""
    model = model_cell(interpreter, address)
    if model is None or model.layers is None:
        return None
    first = operation(interpreter, model.layers[0].address) if model.layers else None
    return model.layers[1:] if first is not None and first.kind == "input" else model.layers
