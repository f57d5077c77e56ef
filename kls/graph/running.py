"""What an operation or a whole model gives for other shapes than it was called with before (keras/src/ops/function.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, cast

from kls.environment.era import Era
from kls.graph import shapes
from kls.graph.cells import KerasTensor, ModelCell, Node, Operation, model_cell, operation, set_operation, spec_of
from kls.graph.context import each_argument, leaves, thaw, to_specs
from kls.graph.instances import instance_of
from kls.graph.layers import flat, layer_config
from kls.graph.names import count_tensors
from kls.graph.shapes import Inference, Structure, TensorSpec
from kls.program.containers import content_of
from kls.program.library import Arguments
from kls.program.values import Class, Container, Instance, Site, Value

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter

UNKNOWN_TENSOR = TensorSpec(None)


def outputs_of(interpreter: Interpreter, cell: Operation, model: ModelCell, arguments: Arguments) -> Structure:
    """What a model gives for these arguments: what it was built with where the shapes are the same, else layer by layer.

    `Function.compute_output_spec`.
    """
    given = [leaf for value in arguments.positional[:1] for leaf in leaves(interpreter, value)]
    specs = [to_specs(interpreter, leaf) for leaf in given]
    built = [spec_of(interpreter, tensor) for tensor in model.inputs]
    known = [spec for spec in specs if isinstance(spec, TensorSpec)]
    if len(known) != len(built) or len(specs) != len(known):
        return specs_of(interpreter, model.outputs_structure, {})
    if all(one.shape == other.shape for one, other in zip(known, built, strict=True)):
        return specs_of(interpreter, model.outputs_structure, {})
    return _through(interpreter, cell, model, known)


def _through(interpreter: Interpreter, cell: Operation, model: ModelCell, given: list[TensorSpec]) -> Structure:
    """`_run_through_graph` with `compute_output_spec`: every call of the model with the new shapes."""
    found: dict[KerasTensor, Value] = dict(zip(model.inputs, given))
    library = cast("KerasLibrary", interpreter.library)
    era = library.context.era(cell.root)
    for address, index in model.nodes:
        own = operation(interpreter, address)
        node = own.nodes[index] if own is not None and index < len(own.nodes) else None
        if own is None or node is None or KerasTensor(address, index, 0) in found:
            continue
        outputs: list[TensorSpec] = []
        if node.arguments is not None:
            passed = each_argument(node.arguments, partial(thaw, interpreter, mapping=found))
            outputs = list(flat(_give(interpreter, library, instance_of(interpreter, address), own, passed)))
        if era is not Era.TF_KERAS and own.kind not in ("functional", "sequential"):
            count_tensors(interpreter, len(outputs), era)
        for i in range(len(node.outputs)):
            found[KerasTensor(address, index, i)] = outputs[i] if len(outputs) == len(node.outputs) else UNKNOWN_TENSOR
    return specs_of(interpreter, model.outputs_structure, found)


def _give(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, cell: Operation, arguments: Arguments
) -> Structure:
    """What one operation gives; tensors stand in the arguments as their specs."""
    return _inference(interpreter, library, instance, cell, arguments).outputs


def _inference(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, cell: Operation, arguments: Arguments
) -> Inference:
    facts = library.context.facts(cell.root)
    model = model_cell(interpreter, instance.address)
    if model is not None and model.outputs:
        return Inference(outputs_of(interpreter, cell, model, arguments), cell.params)
    if isinstance(instance.cls, Class):
        return _of_custom(interpreter, library, instance, cell, arguments)
    args = tuple(to_specs(interpreter, value) for value in arguments.positional)
    kwargs = {key: to_specs(interpreter, value) for key, value in arguments.keywords.items()}
    if "<op>" in cell.config:
        return Inference(shapes.infer_op(str(cell.config["<op>"]), args, kwargs, facts), 0)
    return shapes.infer(cell.cls, layer_config(interpreter, cell), args, kwargs, facts)


def _of_custom(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, cell: Operation, arguments: Arguments
) -> Inference:
    """A layer of the program's own: its `call` is run on tensors of these shapes, which nothing else sees."""
    from kls.graph.custom import inferred

    if cell.site is None:
        return Inference(UNKNOWN_TENSOR, None)
    site, root = cell.site, cell.root

    def run() -> Value:
        passed = each_argument(arguments, partial(_tensors_for, interpreter, root))
        return tuple(inferred(interpreter, library, instance, cell, passed, site))

    found = interpreter.aside(run)
    return Inference(*found) if isinstance(found, tuple) else Inference(UNKNOWN_TENSOR, None)


def _tensors_for(interpreter: Interpreter, root: str, value: Value) -> Value:
    """Specs become tensors of Inputs made for them."""
    if type(value) is TensorSpec:
        address = interpreter.overlay.allocate()
        tensor = KerasTensor(address, 0, 0)
        node = Node((), (value,), (None,), tensor, None)
        set_operation(interpreter, address, Operation("InputLayer", "input", root, None, None, {}, (node,), 0))
        return tensor
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, tuple):
            items = tuple(_tensors_for(interpreter, root, item) for item in content)
            return interpreter.overlay.new(value.kind, items)
        if isinstance(content, dict):
            made = {key: _tensors_for(interpreter, root, item) for key, item in content.items()}
            return interpreter.overlay.new("dict", made)
    if type(value) is tuple:
        return tuple(_tensors_for(interpreter, root, item) for item in value)
    return value


def wrapped(
    interpreter: Interpreter, instance: Instance
) -> Callable[[tuple[object, ...], Mapping[str, object]], Inference]:
    """A layer of the program's own, or a model, inside a TimeDistributed or its like, as `shapes.Inner` has it."""
    library = cast("KerasLibrary", interpreter.library)

    def give(args: tuple[object, ...], kwargs: Mapping[str, object]) -> Inference:
        cell = operation(interpreter, instance.address)
        if cell is None:
            return Inference(UNKNOWN_TENSOR, None)
        return _inference(interpreter, library, instance, cell, Arguments(tuple(args), dict(kwargs)))

    return give


def applied_to_steps(interpreter: Interpreter, cell: Operation, tensors: tuple[Value, ...], site: Site) -> None:
    """A TimeDistributed is called: a Sequential inside it is built, and a model inside makes the tensors of its shapes.

    keras/src/layers/rnn/time_distributed.py (`build`, `compute_output_shape`) and `Function.compute_output_shape`.
    """
    from kls.graph import sequential

    layer, first = cell.config.get("layer"), tensors[0] if tensors else None
    model = model_cell(interpreter, layer.address) if isinstance(layer, Instance) else None
    if model is None or not isinstance(layer, Instance) or type(first) is not KerasTensor:
        return
    library = cast("KerasLibrary", interpreter.library)
    if model.kind == "sequential" and model.functional is None and model.layers:
        spec = spec_of(interpreter, first)
        shape = None if spec.shape is None else (*spec.shape[:1], *spec.shape[2:])
        sequential.build(interpreter, library, layer, TensorSpec(shape, spec.dtype), site)
        model = model_cell(interpreter, layer.address) or model
    era = library.context.era(cell.root)
    if era is not Era.TF_KERAS:
        count_tensors(interpreter, len(model.inputs) + len(model.outputs), era)


def specs_of(interpreter: Interpreter, value: Value, found: Mapping[KerasTensor, Value]) -> Structure:
    """A structure of tensors with their specs: those that are found, else their own."""
    if type(value) is KerasTensor:
        spec = found.get(value)
        return spec if isinstance(spec, TensorSpec) else spec_of(interpreter, value) if not found else UNKNOWN_TENSOR
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, tuple):
            return [specs_of(interpreter, item, found) for item in content]
        if isinstance(content, dict):
            return {str(key): specs_of(interpreter, item, found) for key, item in content.items()}
    if type(value) is tuple:
        return tuple(specs_of(interpreter, item, found) for item in value)
    return UNKNOWN_TENSOR
