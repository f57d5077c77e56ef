"""Making layers and calling them: each symbolic call appends a Node (keras/src/ops/operation.py, `symbolic_call`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph import lambdas, shapes, taking
from kls.graph.cells import (
    KerasTensor,
    Node,
    Operation,
    Variable,
    model_cell,
    operation,
    possible_inputs,
    set_operation,
)
from kls.graph.context import Context, each_argument, freeze, tensors_in, to_config, to_specs
from kls.graph.functional import mark_consumed
from kls.graph.names import auto_name, count_tensors, is_inside, tensor_names
from kls.graph.noticing import called_again, meet, removed_arguments, unknown_arguments
from kls.graph.shapes import Inference, Structure, TensorSpec
from kls.program.containers import content_of
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Address, Class, Container, External, Instance, Opaque, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


LAYER_COST = 2
"""How many steps the call of a layer counts for, beside the statement that it stands in."""

TF_SYMBOLS = {
    "add": "tf.__operators__.add",
    "get_item": "tf.__operators__.getitem",
    "absolute": "tf.math.abs",
    **dict.fromkeys(("divide", "true_divide"), "tf.math.truediv"),
    "floor_divide": "tf.math.floordiv",
    "power": "tf.math.pow",
    "matmul": "tf.linalg.matmul",
    "relu": "tf.nn.relu",
    "softmax": "tf.nn.softmax",
    "reshape": "tf.reshape",
    "concatenate": "tf.concat",
    "expand_dims": "tf.expand_dims",
    "mean": "tf.math.reduce_mean",
    "sum": "tf.math.reduce_sum",
}
"""The TensorFlow symbol after which tf_keras names the TFOpLambda layer of an op; others are in tf.math."""


MADE_WITH = {
    "TextVectorization": ("StringLookup",),
    "RandAugment": (
        "RandomShear RandomTranslation RandomRotation RandomBrightness RandomColorDegeneration RandomContrast "
        "RandomSharpness Solarization AutoContrast Equalization".split()
    ),
}
"""Layers without a name that a layer makes for itself in `__init__`: each takes a number."""

MADE_WHEN_BUILT = dict.fromkeys(("MultiHeadAttention", "GroupedQueryAttention"), ("Softmax", "Dropout"))
"""The same of layers that are made at the first call; those of tf_keras count elsewhere."""


KERAS_1_ARGUMENTS = frozenset(
    "init W_regularizer b_regularizer W_constraint b_constraint border_mode subsample nb_filter nb_row nb_col output_dim "
    "filter_length pool_length inner_activation inner_init forget_bias_init dropout_W dropout_U dim_ordering bias p".split()
)
"""Arguments of layers that no Keras has taken since 2.4."""


def make_layer(interpreter: Interpreter, context: Context, cls: External, arguments: Arguments, site: Site) -> Instance:
    """An instance of one of Keras's own layers, not called yet."""
    instance = Instance(interpreter.overlay.allocate(), cls)
    initialise_layer(interpreter, context, instance, cls, arguments, site)
    return instance


def initialise_layer(
    interpreter: Interpreter, context: Context, instance: Instance, base: External, arguments: Arguments, site: Site
) -> None:
    """`Layer.__init__`: the layer gets its name and configuration."""
    root, _, rest = base.name.partition(".")
    layer = rest.rpartition(".")[2]
    bound = shapes.bind(layer, arguments.positional, arguments.keywords, context.facts(root).era)
    cls = class_name(instance)
    name = bound.get("name")
    if name is None:
        name = auto_name(interpreter, cls, context.era(root))
    certain = not interpreter.widened and arguments.exact
    for inner in MADE_WITH.get(layer, ()):
        auto_name(interpreter, inner, context.era(root))
    cell = Operation(cls, "layer", root, name if isinstance(name, str) else None, site, dict(bound), certain=certain)
    set_operation(interpreter, instance.address, cell)
    for given in bound.values():
        if isinstance(given, Instance):
            meet(interpreter, instance, given.address, site, "given")
    if isinstance(instance.cls, External):
        refused = {name for name in arguments.keywords if shapes.refuses(layer, name, context.era(root).value)}
        if refused:
            removed_arguments(interpreter, arguments, refused & KERAS_1_ARGUMENTS, site)
            unknown_arguments(interpreter, instance, arguments, refused - KERAS_1_ARGUMENTS, site)
    if cls == "Lambda":
        lambdas.remember(interpreter, instance.address, bound.get("function"))


def class_name(instance: Instance) -> str:
    """The name of the class of an instance, as `type(layer).__name__`."""
    name: str = instance.cls.name  # type: ignore[attr-defined]
    return name.rpartition(".")[2]


def make_input(interpreter: Interpreter, context: Context, root: str, arguments: Arguments, site: Site) -> KerasTensor:
    """`keras.Input(...)`: the tensor of a fresh InputLayer (keras/src/layers/core/input_layer.py)."""
    bound = shapes.bind("Input", arguments.positional, arguments.keywords, context.era(root).value)
    era = context.era(root)
    name = bound.get("name")
    if name is None:
        name = auto_name(interpreter, "InputLayer", era)
    own = name if isinstance(name, str) else None
    config = {key: to_specs(interpreter, value) for key, value in bound.items()}
    spec = first_spec(shapes.infer("InputLayer", config, (), {}, context.facts(root)))
    address = interpreter.overlay.allocate()
    tensor = KerasTensor(address, 0, 0)
    names = tensor_names(interpreter, own if bound.get("name") is not None else None, era)
    node = Node((), (spec,), names, tensor, site)
    certain = not interpreter.widened
    cell = Operation("InputLayer", "input", root, own, site, dict(bound), (node,), 0, certain=certain)
    set_operation(interpreter, address, cell)
    return tensor


def first_spec(inference: Inference) -> TensorSpec:
    """The spec of a single output."""
    return inference.outputs if isinstance(inference.outputs, TensorSpec) else TensorSpec(None)


def call_layer(
    interpreter: Interpreter, context: Context, instance: Instance, arguments: Arguments, site: Site
) -> Value:
    """Call a layer: with KerasTensors it appends a node, with data it computes data."""
    cell = operation(interpreter, instance.address)
    if cell is None:
        return UNKNOWN
    if cell.cls == "Lambda":
        lambdas.called(interpreter, instance, cell.config.get("function"), site)
    taking.layer_called(interpreter, context, instance, cell, arguments, site)
    tensors = call_tensors(interpreter, arguments)
    if not any(t is not UNKNOWN for t in tensors):
        if is_inside(interpreter) and any(type(value) is Variable for value in arguments.positional):
            inference = infer(interpreter, context, instance, cell, arguments)
            set_operation(interpreter, instance.address, cell._replace(params=inference.params))
            return as_data(inference.outputs)
        return called_without_tensors(interpreter, instance.address, cell, tensors, arguments)
    if cell.cls == "TimeDistributed":
        from kls.graph.running import applied_to_steps

        applied_to_steps(interpreter, cell, tensors, site)
    if cell.cls == "RNN":
        from kls.graph.own_cells import build_cells

        build_cells(interpreter, context, cell, tensors, site)
    inference = infer(interpreter, context, instance, cell, arguments)
    era = context.era(cell.root)
    if cell.cls == "Lambda" and era is not Era.TF_KERAS and cell.config.get("output_shape") is None:
        count_tensors(
            interpreter, len(tensors) + len(list(flat(inference.outputs))), era
        )  # its function is tried first
    if not cell.nodes and era is not Era.TF_KERAS:
        for inner in MADE_WHEN_BUILT.get(cell.cls, ()):
            auto_name(interpreter, inner, era)
    return append_node(interpreter, context, instance.address, cell, tensors, inference, site, arguments)


def call_tensors(interpreter: Interpreter, arguments: Arguments) -> tuple[Value, ...]:
    """The tensors of a call in the order of SymbolicArguments: positional, then keywords by sorted name."""
    found = [t for value in arguments.positional for t in tensors_in(interpreter, value)]
    for _, value in sorted(arguments.keywords.items()):
        found.extend(t for t in tensors_in(interpreter, value) if t is not UNKNOWN)
    if not arguments.exact:
        found.append(UNKNOWN)
    return tuple(found)


def called_without_tensors(
    interpreter: Interpreter, address: Address, cell: Operation, tensors: tuple[Value, ...], arguments: Arguments
) -> Value:
    """A call with data gives data; with values that are not known it may have been symbolic, so that nothing is sure."""
    if not tensors and arguments.positional and all(not isinstance(a, Instance) for a in arguments.positional):
        return Opaque("tensor")
    if cell.certain:
        set_operation(interpreter, address, cell._replace(certain=False))
    return UNKNOWN


def infer(
    interpreter: Interpreter, context: Context, instance: Instance, cell: Operation, arguments: Arguments
) -> Inference:
    """Shapes of the outputs and weight of one of Keras's own layers."""
    if cell.cls == "Lambda":
        found = _of_lambda(interpreter, context, cell, arguments)
        if found is not None:
            return found
    config = layer_config(interpreter, cell)
    args = tuple(to_specs(interpreter, a) for a in arguments.positional)
    kwargs = {key: to_specs(interpreter, value) for key, value in arguments.keywords.items()}
    return shapes.infer(cell.cls, config, args, kwargs, context.facts(cell.root))


def flat(structure: Structure) -> Iterator[TensorSpec]:
    """The leaves of a structure of specs, dicts by sorted key."""
    if isinstance(structure, TensorSpec):
        yield structure
    else:
        parts = [structure[key] for key in sorted(structure)] if isinstance(structure, dict) else structure
        for part in parts:
            yield from flat(part)


def _of_lambda(interpreter: Interpreter, context: Context, cell: Operation, arguments: Arguments) -> Inference | None:
    """What the function of a Lambda gives; None where that is not known, or Keras trusts `output_shape`."""
    from kls.graph.custom import returned

    function, extra = cell.config.get("function", UNKNOWN), cell.config.get("arguments")
    trusted = context.era(cell.root) is not Era.TF_KERAS and cell.config.get("output_shape") is not None
    if function is UNKNOWN or trusted or cell.site is None or not arguments.positional:
        return None
    content = content_of(interpreter, extra) if isinstance(extra, Container) else {}
    if not isinstance(content, dict):
        return None
    keywords = {str(key): value for key, value in content.items()}
    structure = returned(interpreter, function, Arguments(arguments.positional[:1], keywords), cell.site)
    return None if isinstance(structure, TensorSpec) and structure.shape is None else Inference(structure, 0)


def layer_config(interpreter: Interpreter, cell: Operation) -> Mapping[str, object]:
    """A layer's configuration for shape inference; a wrapped layer becomes what `shapes.Inner` says."""
    return {key: _config_value(interpreter, value) for key, value in cell.config.items()}


def _config_value(interpreter: Interpreter, value: Value) -> object:
    if not isinstance(value, Container | Instance):
        return to_config(interpreter, value)
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, tuple) and any(isinstance(item, Instance) for item in content):
            return [_config_value(interpreter, item) for item in content]
    inner = operation(interpreter, value.address) if isinstance(value, Instance) else None
    if inner is None or not isinstance(value, Instance):
        return to_config(interpreter, value)
    if shapes.OWN_CELL in inner.config:
        sizes = inner.config[shapes.OWN_CELL]
        named = dict(zip(("state_size", "output_size"), sizes if type(sizes) is tuple else ()))
        known = {key: to_config(interpreter, size) for key, size in named.items() if size is not None}
        return shapes.OWN_CELL, {**known, "params": inner.params}
    if isinstance(value.cls, Class) or model_cell(interpreter, value.address) is not None:
        from kls.graph.running import wrapped

        return wrapped(interpreter, value)
    return inner.cls, layer_config(interpreter, inner)


def append_node(
    interpreter: Interpreter,
    context: Context,
    address: Address,
    cell: Operation,
    tensors: tuple[Value, ...],
    inference: Inference,
    site: Site,
    arguments: Arguments | None = None,
) -> Value:
    """Record a call and give its outputs, in the structure that the layer returns."""
    interpreter.spend(LAYER_COST + len(tensors) // 3)
    index = len(cell.nodes)
    specs: list[TensorSpec] = []
    structure = _build(interpreter, address, index, inference.outputs, specs)
    names = count_tensors(interpreter, len(specs), context.era(cell.root))
    passed = None if arguments is None else each_argument(arguments, partial(freeze, interpreter))
    node = Node(tensors, tuple(specs), names, structure, site, passed)
    params = cell.params if cell.params is not None else inference.params
    certain = cell.certain and not interpreter.widened
    called_again(interpreter, address, cell, tensors, site)
    set_operation(interpreter, address, cell._replace(nodes=(*cell.nodes, node), params=params, certain=certain))
    for tensor in possible_inputs(node):
        mark_consumed(interpreter, tensor)
    return structure


def _build(interpreter: Interpreter, address: Address, node: int, outputs: object, specs: list[TensorSpec]) -> Value:
    if isinstance(outputs, TensorSpec):
        specs.append(outputs)
        return KerasTensor(address, node, len(specs) - 1)
    if isinstance(outputs, dict):
        built = {key: _build(interpreter, address, node, outputs[key], specs) for key in sorted(outputs)}
        return interpreter.overlay.new("dict", {key: built[key] for key in outputs})
    if isinstance(outputs, list | tuple):
        items = tuple(_build(interpreter, address, node, item, specs) for item in outputs)
        return items if isinstance(outputs, tuple) else interpreter.overlay.new("list", items)
    specs.append(TensorSpec(None))
    return KerasTensor(address, node, len(specs) - 1)


def call_op(
    interpreter: Interpreter,
    context: Context,
    root: str,
    name: str,
    arguments: Arguments,
    site: Site,
    symbol: str | None = None,
    outputs: Structure | None = None,
) -> Value:
    """A function of `keras.ops` (or an operator) on tensors: an Operation of its own, called once.

    In tf_keras it is a layer, named after TensorFlow's `symbol`. `outputs` are known where `name` does not tell them.
    """
    tensors = call_tensors(interpreter, arguments)
    if not any(t is not UNKNOWN for t in tensors):
        if tensors or any(value is UNKNOWN for value in arguments.keywords.values()):
            return UNKNOWN
        return _op_on_data(interpreter, context, root, name, arguments) if is_inside(interpreter) else Opaque("tensor")
    cls = shapes.op_class(name)
    era = context.era(root)
    given = arguments.keywords.get("name")
    if era is Era.TF_KERAS:
        cls = "SlicingOpLambda" if name == "get_item" else "TFOpLambda"
        prefix = symbol or TF_SYMBOLS.get(name, f"tf.math.{name}")
    else:
        prefix = cls
    own = given if isinstance(given, str) else None if is_inside(interpreter) else auto_name(interpreter, prefix, era)
    address = interpreter.overlay.allocate()
    config: dict[str, Value] = {"<op>": name}
    if outputs is not None:
        config["<outputs>"] = outputs
    kind = "layer" if era is Era.TF_KERAS else "op"  # tf_keras wraps functions in TFOpLambda layers
    cell = Operation(cls, kind, root, own, site, config, params=0, certain=not interpreter.widened)
    set_operation(interpreter, address, cell)
    return call_op_again(interpreter, context, address, arguments, site)


def _op_on_data(interpreter: Interpreter, context: Context, root: str, name: str, arguments: Arguments) -> Value:
    """An op on plain data in a layer's own `call`, such as `ops.arange(length)`: its shape may be known."""
    args = tuple(to_specs(interpreter, a) for a in arguments.positional)
    kwargs = {key: to_specs(interpreter, value) for key, value in arguments.keywords.items()}
    return as_data(shapes.infer_op(name, args, kwargs, context.facts(root)))


def as_data(structure: Structure) -> Value:
    """Data of a known shape, as far as that is known."""
    known = structure.known_shape if isinstance(structure, TensorSpec) else None
    return Opaque("tensor") if known is None or None in known else Variable(known)


def call_op_again(
    interpreter: Interpreter, context: Context, address: Address, arguments: Arguments, site: Site
) -> Value:
    """Call the operation at `address`, one of keras.ops's or a TFOpLambda layer."""
    cell = operation(interpreter, address)
    tensors = call_tensors(interpreter, arguments)
    if cell is None or not any(t is not UNKNOWN for t in tensors):
        return UNKNOWN
    args = tuple(to_specs(interpreter, a) for a in arguments.positional)
    kwargs = {key: to_specs(interpreter, value) for key, value in arguments.keywords.items()}
    outputs: Structure = cell.config.get("<outputs>")  # type: ignore[assignment]
    if outputs is None:
        outputs = shapes.infer_op(str(cell.config["<op>"]), args, kwargs, context.facts(cell.root))
    return append_node(interpreter, context, address, cell, tensors, Inference(outputs, 0), site, arguments)
