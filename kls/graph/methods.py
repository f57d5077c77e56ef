"""Methods of layers, models and tensors: those that matter to the graph."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph import custom, sequential, shapes, taking
from kls.graph.cells import KerasTensor, ModelCell, Operation, model_cell, operation, set_model, set_operation
from kls.graph.configs import copy_of
from kls.graph.context import each_argument, leaves, restructured, thaw
from kls.graph.events import Undefined
from kls.graph.instances import instance_of, layers_of
from kls.graph.layers import call_op, layer_config
from kls.graph.noticing import is_certain, model_used, remember_layers
from kls.graph.opaque import around, is_opaque, layer_of
from kls.graph.shapes import TensorSpec, parameters
from kls.graph.sources import argument_site
from kls.program.calls import call
from kls.program.containers import content_of, subscript
from kls.program.interpreter import ProgramRaises
from kls.program.library import Arguments
from kls.program.values import UNDEFINED, UNKNOWN, Class, Container, External, Instance, Opaque, Site, Value

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter

RUNS = frozenset({"fit", "predict", "evaluate", "train_on_batch", "test_on_batch", "predict_on_batch", "fit_generator"})
"""Methods that run the model on data, and so build a Sequential that was not built."""


def call_method(
    interpreter: Interpreter, library: KerasLibrary, receiver: Value, name: str, arguments: Arguments, site: Site
) -> Value:
    """Call a method of one of Keras's objects; UNDEFINED for what is not modelled."""
    if isinstance(receiver, KerasTensor):
        return None if name == "set_shape" else UNKNOWN
    if isinstance(receiver, Class) and name == "from_config":
        return from_config(interpreter, library, receiver, arguments.get(0, "config", UNKNOWN), site)
    if not isinstance(receiver, Instance):
        return UNDEFINED
    cell, model = operation(interpreter, receiver.address), model_cell(interpreter, receiver.address)
    if cell is None:
        return UNDEFINED
    if name in ("__call__", "call"):
        if name == "call" and model is not None and model.kind == "functional":
            return _run_through(interpreter, library, receiver, model, arguments, site)
        if name == "call" and model is None and isinstance(receiver.cls, Class):
            return custom.call_base(interpreter, library, receiver, cell, arguments, site)
        return library.call_instance(interpreter, receiver, arguments, site)
    if name == "add_weight" and isinstance(receiver.cls, Class):
        return custom.add_weight(interpreter, receiver, library.context.era(cell.root), arguments)
    if name == "get_config":
        return get_config(interpreter, library, receiver, cell)
    if name == "build" and model is None and not isinstance(receiver.cls, Class):
        return _build_layer(interpreter, library, receiver, cell, arguments)
    if name == "get_layer" and model is not None:
        return get_layer(interpreter, library, receiver, model, cell, arguments, site)
    if name in ("get_output_at", "get_input_at"):
        return _at(cell, name, arguments)
    if model is not None:
        model_used(interpreter, receiver, name, site)
    if model is not None and model.kind == "sequential":
        return _on_sequential(interpreter, library, receiver, model, name, arguments, site)
    if name in ("predict", "predict_on_batch") and model is not None and len(model.outputs) == 1:
        return Opaque("array")
    return None if name in ("compile", "summary", "fit", "build") else UNKNOWN


def _on_sequential(
    interpreter: Interpreter,
    library: KerasLibrary,
    receiver: Instance,
    model: ModelCell,
    name: str,
    arguments: Arguments,
    site: Site,
) -> Value:
    if name == "add":
        layer = arguments.get(0, "layer", UNKNOWN)
        taking.stacked(interpreter, receiver, layer, argument_site(interpreter, 0, ("layer",)), site)
        sequential.add(interpreter, library, receiver, layer, site)
        return None
    if name == "pop":
        return sequential.pop(interpreter, library, receiver, site)
    if name == "build" and model.functional is None:
        shape = arguments.get(0, "input_shape", UNKNOWN)
        known = type(shape) is tuple and all(d is None or isinstance(d, int) for d in shape)
        sequential.build(interpreter, library, receiver, TensorSpec(shape if known else None), site)  # type: ignore[arg-type]
        return None
    if name in RUNS and model.functional is None and model.layers:
        sequential.build(interpreter, library, receiver, TensorSpec(None), site)
    return Opaque("array") if name.startswith("predict") else None if name in ("compile", "summary") else UNKNOWN


def _build_layer(
    interpreter: Interpreter, library: KerasLibrary, layer: Instance, cell: Operation, arguments: Arguments
) -> Value:
    """`layer.build(input_shape)` of one of Keras's own: it has its weights from now on."""
    given = arguments.get(0, "input_shape", UNKNOWN)
    shape = content_of(interpreter, given) if isinstance(given, Container) else given
    if cell.params is None and type(shape) is tuple and all(size is None or isinstance(size, int) for size in shape):
        tensor = (TensorSpec(shape),)
        inference = shapes.infer(
            cell.cls, layer_config(interpreter, cell), tensor, {}, library.context.facts(cell.root)
        )
        set_operation(interpreter, layer.address, cell._replace(params=inference.params))
    return None


def get_config(interpreter: Interpreter, library: KerasLibrary, layer: Instance, cell: Operation) -> Value:
    """`layer.get_config()`, as Keras's own class has it: what is not known of it is UNKNOWN, not absent."""
    own = isinstance(layer.cls, Class)
    names = ("trainable", "dtype") if own else parameters(cell.cls, library.context.era(cell.root).value) or ()
    content: dict[object, Value] = dict.fromkeys(names, UNKNOWN)
    content.update({} if own else cell.config)
    content["name"] = cell.name or UNKNOWN
    config = interpreter.overlay.new("defaultdict", content)
    interpreter.overlay.set(("config of", config), (layer, tuple(content.items())))
    return config


def from_config(interpreter: Interpreter, library: KerasLibrary, cls: Value, config: Value, site: Site) -> Value:
    """`Dense.from_config(config)`: of a layer's own config a copy of it, of a changed one what it says now."""
    content = content_of(interpreter, config) if isinstance(config, Container) else None
    found = interpreter.overlay.get(("config of", config)) if isinstance(config, Container) else UNDEFINED
    if not isinstance(content, dict):
        return UNDEFINED
    if type(found) is tuple:
        layer, before = found
        if layer.cls == cls and tuple(content.items()) == before:
            return copy_of(interpreter, library, layer.address, site)
        if model_cell(interpreter, layer.address) is not None:
            return UNDEFINED
    elif isinstance(cls, External) and not cls.name.partition(".")[2].startswith("layers."):
        return UNDEFINED
    given = {str(key): value for key, value in content.items() if value is not UNKNOWN}
    return call(interpreter, cls, Arguments((), given), site)


def get_layer(
    interpreter: Interpreter,
    library: KerasLibrary,
    receiver: Instance,
    model: ModelCell,
    cell: Operation,
    arguments: Arguments,
    site: Site,
) -> Value:
    """`model.get_layer(name=None, index=None)` (keras/src/models/model.py).

    Raises:
        ProgramRaises: there is no such layer, and a `try` around the call expects that.
    """
    layers = (
        sequential.stack_of(interpreter, receiver.address)
        if model.kind == "sequential"
        else layers_of(interpreter, receiver.address)
    )
    wanted, index = arguments.get(0, "name"), arguments.get(1, "index")
    if layers is None and is_opaque(interpreter, receiver.address):
        return layer_of(interpreter, receiver.address, wanted if index is None else index)
    if layers is None:
        return _layer_of_incomplete(interpreter, model, arguments)
    if isinstance(index, int) and index < len(layers):
        return subscript(interpreter, layers, index, site)
    if not isinstance(wanted, str) and not isinstance(index, int):
        return UNKNOWN
    names: list[str] = []
    for layer in layers:
        name = _name(interpreter, layer)
        if name == wanted:
            remember_layers(interpreter, receiver, (layer,))
            return layer
        if name is None:
            return UNKNOWN
        names.append(name)
    near = get_close_matches(wanted, names, 1) if isinstance(wanted, str) else ()
    where = argument_site(interpreter, 0, ("name",), literal=True)
    facts: dict[str, Value] = {"names": tuple(names), "near": near[0] if near else None, "where": where}
    shown = repr(wanted) if isinstance(wanted, str) else str(index)
    guarded, certain = bool(interpreter.guarded), is_certain(interpreter)
    interpreter.emit(Undefined(site, tuple(interpreter.stack), receiver, shown, "no layer", facts, guarded, certain))
    if interpreter.guarded:
        raise ProgramRaises
    return UNKNOWN


def _layer_of_incomplete(interpreter: Interpreter, model: ModelCell, arguments: Arguments) -> Value:
    """A layer by name in a model that is not wholly known: there, if it is among what is known."""
    wanted = arguments.get(0, "name")
    found = [a for a in model.operations if (cell := operation(interpreter, a)) is not None and cell.name == wanted]
    if isinstance(wanted, str) and len(found) == 1:
        return instance_of(interpreter, found[0])
    owner = around(interpreter, model) if isinstance(wanted, str) and not found else None
    return UNKNOWN if owner is None else layer_of(interpreter, owner, wanted)


def _name(interpreter: Interpreter, layer: Instance) -> str | None:
    cell = operation(interpreter, layer.address)
    return None if cell is None else cell.name


def _at(cell: Operation, name: str, arguments: Arguments) -> Value:
    """tf_keras: `layer.get_output_at(node_index)`."""
    index = arguments.get(0, "node_index", UNKNOWN)
    if not isinstance(index, int) or not -len(cell.nodes) <= index < len(cell.nodes):
        return UNKNOWN
    node = cell.nodes[index]
    return node.structure if name == "get_output_at" else node.inputs[0] if len(node.inputs) == 1 else UNKNOWN


def _run_through(
    interpreter: Interpreter,
    library: KerasLibrary,
    receiver: Instance,
    model: ModelCell,
    arguments: Arguments,
    site: Site,
) -> Value:
    """`model.call(x)` runs the layers one by one on x: each is called again, and the model itself is not.

    keras/src/ops/function.py, `_run_through_graph`.
    """
    flat = [t for value in arguments.positional[:1] for t in leaves(interpreter, value)]
    if len(flat) != len(model.inputs) or not model.complete or not all(type(t) is KerasTensor for t in flat):
        return UNKNOWN
    cell = operation(interpreter, receiver.address)
    if cell is not None and library.context.era(cell.root) is not Era.TF_KERAS:  # `_convert_inputs_to_tensors`
        convert = partial(call_op, interpreter, library.context, cell.root, "convert_to_tensor", site=site)
        flat = [convert(arguments=Arguments((tensor,))) for tensor in flat]
    made: dict[KerasTensor, Value] = dict(zip(model.inputs, flat))
    for address, index in model.nodes:
        cell = operation(interpreter, address)
        if cell is None or cell.kind == "input":
            continue
        node = cell.nodes[index]
        if node.arguments is None or any(t not in made for t in node.inputs):
            continue
        passed = each_argument(node.arguments, partial(thaw, interpreter, mapping=made))
        value = library.call_instance(interpreter, instance_of(interpreter, address), passed, site)
        for i, output in enumerate(leaves(interpreter, value)):
            made[KerasTensor(address, index, i)] = output
    outputs = tuple(made.get(t, UNKNOWN) for t in model.outputs)
    return outputs[0] if len(outputs) == 1 else restructured(interpreter, model.outputs_structure, made)


def lose(interpreter: Interpreter, instance: Instance) -> None:
    """Unknown code may have called the layer, or added to the Sequential."""
    cell = operation(interpreter, instance.address)
    if cell is None:
        return
    model = model_cell(interpreter, instance.address)
    if model is not None and model.kind == "sequential":
        set_model(interpreter, instance.address, replace(model, layers=None, functional=None, complete=False))
        set_operation(interpreter, instance.address, cell._replace(certain=False))
    elif model is None and cell.certain and not cell.nodes:
        set_operation(interpreter, instance.address, cell._replace(certain=False))
