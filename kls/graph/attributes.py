"""What `.input`, `.output`, `.layers` and their like give (keras/src/ops/operation.py, keras/src/models/functional.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from kls.environment.era import Era
from kls.graph.cells import (
    KerasTensor,
    ModelCell,
    Node,
    Operation,
    model_cell,
    node_of,
    operation,
    spec_of,
)
from kls.graph.events import Undefined
from kls.graph.instances import instance_of, layers_of
from kls.graph.noticing import is_certain, remember_layers
from kls.graph.sequential import stack_of
from kls.graph.shapes import UNKNOWN as UNKNOWN_DIM
from kls.program.interpreter import ProgramRaises
from kls.program.values import UNDEFINED, UNKNOWN, Address, External, Instance, Method, Site, Value

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter

METHODS = frozenset(
    "get_layer add pop summary compile fit predict evaluate build call save save_weights load_weights get_config "
    "get_weights set_weights count_params add_loss add_metric compute_output_shape compute_output_spec "
    "get_output_at get_input_at get_output_shape_at get_input_shape_at train_on_batch test_on_batch predict_on_batch "
    "add_weight compute_mask from_config to_json to_yaml fit_generator reset_states reset_state adapt "
    "set_vocabulary get_vocabulary __call__ set_shape get_shape export quantize".split()
)
REMOVED_IN_KERAS_3 = frozenset(
    "get_output_at get_input_at get_output_shape_at get_input_shape_at output_mask input_mask fit_generator "
    "predict_generator evaluate_generator add_metric add_update".split()
)
REMOVED_FROM_LAYERS = frozenset({"output_shape", "input_shape", "inbound_nodes", "outbound_nodes"})
"""What layers do not have in Keras 3, though models have some of it."""


class Asked(NamedTuple):
    """The reading of an attribute of a layer or model."""

    value: Instance
    cell: Operation
    model: ModelCell | None
    era: Era
    name: str
    site: Site

    @property
    def side(self) -> str:
        """Which tensors the name speaks of: "inputs" or "outputs"."""
        return "inputs" if self.name.startswith("input") else "outputs"


def tensor_attribute(interpreter: Interpreter, tensor: KerasTensor, name: str) -> Value:
    """An attribute of a KerasTensor."""
    spec = spec_of(interpreter, tensor)
    if name == "shape":
        return UNKNOWN if spec.shape is None else tuple(UNKNOWN if d is UNKNOWN_DIM else d for d in spec.shape)
    if name == "_keras_history":
        return (instance_of(interpreter, tensor.operation), tensor.node, tensor.tensor_index)
    if name == "dtype":
        return UNKNOWN if spec.dtype is None else spec.dtype
    if name in ("ndim", "rank"):
        return UNKNOWN if spec.shape is None else len(spec.shape)
    if name == "name":
        node = node_of(interpreter, tensor)
        found = node.names[tensor.tensor_index] if node is not None and tensor.tensor_index < len(node.names) else None
        return UNKNOWN if found is None else found
    return Method(tensor, name) if name in METHODS else UNKNOWN


def attribute(interpreter: Interpreter, library: KerasLibrary, value: Instance, name: str, site: Site) -> Value:
    """An attribute of a layer or model, beyond what the program set itself; UNDEFINED where Keras has none.

    Raises:
        ProgramRaises: this Keras raises, and a `try` around the reading expects that.
    """
    cell = operation(interpreter, value.address)
    if cell is None:
        return UNDEFINED
    model = model_cell(interpreter, value.address)
    era = library.context.era(cell.root)
    if name == "name":
        return UNKNOWN if cell.name is None else cell.name
    if name in REMOVED_IN_KERAS_3 and era is not Era.TF_KERAS:
        return _undefined(interpreter, value, name, "removed", site)
    is_functional = model is not None and model.kind == "functional" and isinstance(value.cls, External)
    if name == "add_loss" and is_functional and era is not Era.TF_KERAS:
        return _undefined(interpreter, value, name, "removed", site)
    if name in REMOVED_FROM_LAYERS and era is not Era.TF_KERAS and model is None and isinstance(value.cls, External):
        return _undefined(interpreter, value, name, "removed", site)
    if name in METHODS:
        return Method(value, name)
    if name in GRAPH_ATTRIBUTES:
        return GRAPH_ATTRIBUTES[name](interpreter, Asked(value, cell, model, era, name, site))
    if name in cell.config:
        return cell.config[name]
    return UNKNOWN


def _undefined(interpreter: Interpreter, value: Instance, name: str, reason: str, site: Site) -> Value:
    """Report a reading that raises; go on with UNKNOWN, unless a `try` is there to catch it."""
    stack = tuple(interpreter.stack)
    certain = is_certain(interpreter)
    interpreter.emit(Undefined(site, stack, value, name, reason, {}, bool(interpreter.guarded), certain))
    if interpreter.guarded:
        raise ProgramRaises
    return UNKNOWN


def _tensors(interpreter: Interpreter, asked: Asked) -> Value:
    """`.input`, `.output`, `.inputs`, `.outputs`."""
    value, cell, model, era, name, site = asked
    if model is not None and model.kind == "functional":
        return _of_functional(interpreter, model, name)
    if model is not None and model.kind == "sequential":
        if name.endswith("s") or era is Era.TF_KERAS:
            if model.functional is not None:
                return _of_functional(interpreter, model, name)
            if model.layers is None or not cell.certain or model.built:
                return UNKNOWN
            if name.endswith("s") and era is Era.TF_KERAS:
                return None
            return _undefined(interpreter, value, name, "not built", site)
    elif name.endswith("s"):
        if model is None or not cell.certain:
            return UNKNOWN
        return None if era is Era.TF_KERAS else _undefined(interpreter, value, name, "no graph", site)
    if cell.nodes:
        found = _of_node(interpreter, value.address, cell, asked.side)
        if len(cell.nodes) > 1 and type(found) is KerasTensor:
            interpreter.overlay.set(("read", found), site)  # what is read here is ambiguous: the rules may ask
        return found
    if not cell.certain or (model is not None and model.kind == "sequential" and model.layers is None):
        return UNKNOWN
    reason = "no graph" if model is not None and model.kind == "subclass" else "never called"
    undefined = _undefined(interpreter, value, name, reason, site)
    if model is not None and model.functional is not None:
        return _of_functional(interpreter, model, name)  # what was meant: the program may have a fault beyond this one
    return undefined


def _of_functional(interpreter: Interpreter, model: ModelCell, name: str) -> Value:
    """A Functional gives what it was built with: after a clone, the clone."""
    if name == "input":
        return model.inputs_structure
    if name == "output":
        return model.outputs_structure
    tensors = model.inputs if name == "inputs" else model.outputs
    known = tensors or model.error is not None
    return interpreter.overlay.new("list", tensors if known else UNKNOWN)


def _of_node(interpreter: Interpreter, address: Address, cell: Operation, side: str) -> Value:
    """Those of the first call, whatever came after."""
    node = cell.nodes[0]
    tensors = node.inputs if side == "inputs" else output_tensors(address, node)
    if side == "inputs" and node.is_input:  # an InputLayer's input is its output (`input_tensors` of its node)
        tensors = output_tensors(address, node)
    if len(tensors) == 1:
        return tensors[0]
    return interpreter.overlay.new("list", tensors)


def output_tensors(address: Address, node: Node) -> tuple[Value, ...]:
    """The flat outputs of the first call of the operation at `address`."""
    if type(node.structure) is KerasTensor and len(node.outputs) == 1:
        return (node.structure,)
    return tuple(KerasTensor(address, 0, i) for i in range(len(node.outputs)))


def _layers(interpreter: Interpreter, asked: Asked) -> Value:
    """`model.layers`: a fresh list each time, so that changing it has no effect on the model."""
    value, model = asked.value, asked.model
    if model is None:
        return UNKNOWN
    listed = stack_of if model.kind == "sequential" else layers_of
    found = listed(interpreter, value.address)
    remember_layers(interpreter, value, found or ())
    layers = interpreter.overlay.new("list", UNKNOWN if found is None else found)
    interpreter.overlay.set(("layers of", layers), value)
    return layers


def _shape(interpreter: Interpreter, asked: Asked) -> Value:
    """`.input_shape`, `.output_shape` where there is one such tensor."""
    model, nodes = asked.model, asked.cell.nodes
    is_input = asked.side == "inputs"
    tensors: tuple[Value, ...] = ()
    if model is not None and model.inputs:
        tensors = model.inputs if is_input else model.outputs
    elif nodes:
        tensors = nodes[0].inputs if is_input else output_tensors(asked.value.address, nodes[0])
    if len(tensors) == 1 and type(tensors[0]) is KerasTensor:
        return tensor_attribute(interpreter, tensors[0], "shape")
    return UNKNOWN


GRAPH_ATTRIBUTES: dict[str, Callable[[Interpreter, Asked], Value]] = {
    **dict.fromkeys(("input", "output", "inputs", "outputs"), _tensors),
    "layers": _layers,
    **dict.fromkeys(("input_shape", "output_shape"), _shape),
}
