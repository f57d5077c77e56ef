"""Dense, Embedding, Input, Lambda and their like, and the activation layers."""

from __future__ import annotations

from kls.graph.shapes.dims import Flag, axes_of, count, is_int, multiply, when
from kls.graph.shapes.einsum import einsum_dense_shapes, einsum_shape
from kls.graph.shapes.registry import UNKNOWN_TENSOR, Call, layer, one
from kls.graph.shapes.spec import UNKNOWN, Dim, Inference, Mismatch, Shape, Structure, TensorSpec


def lora(call: Call, rows: Dim, columns: Dim) -> Dim:
    """The weights that `lora_rank` adds to a kernel of (rows, columns)."""
    rank = call.size("lora_rank", None)
    return 0 if rank is None or rank == 0 else _sum(multiply(rank, rows), multiply(rank, columns))


def _sum(a: Dim, b: Dim) -> Dim:
    return a + b if is_int(a) and is_int(b) else UNKNOWN


@layer("Dense")
def dense(call: Call) -> Inference:
    """A kernel (last dim, units) and a bias (units,)."""
    x = call.tensor
    units = call.size("units")
    if x.shape is None:
        return one(None, call.dtype, None)
    if len(x.shape) < 2:
        raise Mismatch("Dense needs at least rank 2")
    last = x.shape[-1]
    params = count(multiply(last, units), when(call.flag("use_bias", True), units), lora(call, last, units))
    return one((*x.shape[:-1], units), call.dtype, params)


@layer("EinsumDense")
def einsum_dense(call: Call) -> Inference:
    """The kernel and the bias that the equation asks for."""
    x = call.tensor
    equation = call.config.get("equation", UNKNOWN)
    output_shape = call.config.get("output_shape", UNKNOWN)
    if is_int(output_shape):
        output_shape = (output_shape,)
    if x.shape is None or not isinstance(equation, str) or not isinstance(output_shape, (list, tuple)):
        return one(None, call.dtype, None)
    bias_axes = call.config.get("bias_axes")
    partial = tuple(d if is_int(d) or d is None else UNKNOWN for d in output_shape)
    shapes = einsum_dense_shapes(equation, bias_axes, x.shape, partial)
    bias = 0 if shapes.bias is None else UNKNOWN if shapes.bias is UNKNOWN else multiply(*shapes.bias)
    params = count(multiply(*shapes.kernel), bias, lora(call, multiply(*shapes.kernel[:-1]), shapes.kernel[-1]))
    # Keras 3 says None for sizes that output_shape leaves open; tf_keras runs the equation and knows them.
    output = einsum_shape(equation, [x.shape, shapes.kernel]) if call.facts.era == "tf_keras" else shapes.output
    return one(output, call.dtype, params)


@layer("Embedding")
def embedding(call: Call) -> Inference:
    """A table (input_dim, output_dim)."""
    x = call.tensor
    rows, columns = call.size("input_dim"), call.size("output_dim")
    shape = None if x.shape is None else (*x.shape, columns)
    return one(shape, call.dtype, count(multiply(rows, columns), lora(call, rows, columns)))


@layer("ReversibleEmbedding")
def reversible_embedding(call: Call) -> Inference:
    """An Embedding that also maps back; `tie_weights=False` gives the way back a table of its own."""
    x = call.tensor
    rows, columns = call.size("input_dim"), call.size("output_dim")
    table = multiply(rows, columns)
    tied = call.flag("tie_weights", True)
    untied: Flag = UNKNOWN if tied is UNKNOWN else not tied
    params = count(table, when(untied, table), lora(call, rows, columns))
    reverse = call.argument(1, "reverse", False)
    if x.shape is None or reverse is UNKNOWN:
        return one(None, call.dtype, params)
    return one((*x.shape[:-1], rows) if reverse else (*x.shape, columns), call.dtype, params)


def shape_value(value: object) -> Shape | None:
    """A shape written in the program: a tuple or list of sizes, or one size."""
    if is_int(value) or value is None:
        return (value,)
    if isinstance(value, (list, tuple)) and not isinstance(value, TensorSpec):
        return tuple(d if is_int(d) or d is None else UNKNOWN for d in value)
    return None


def _first_given(call: Call, *names: str) -> object:
    for name in names:
        value = call.config.get(name)
        if value is not None:
            return value
    return None


@layer("InputLayer", "Input")
def input_layer(call: Call) -> Inference:
    """The tensor that an Input makes, from `shape`, `batch_shape` or one of their older names."""
    tensor = _first_given(call, "input_tensor", "tensor")
    if tensor is not None:
        return Inference(tensor if isinstance(tensor, TensorSpec) else UNKNOWN_TENSOR, 0)
    dtype = call.config.get("dtype")
    name = call.facts.floatx if dtype is None else dtype if isinstance(dtype, str) else None
    batched = _first_given(call, "batch_shape", "batch_input_shape")
    if batched is not None:
        return one(None if is_int(batched) else shape_value(batched), name)
    shape = _first_given(call, "shape", "input_shape")
    if shape is None:
        return one(None, name)
    # Keras 3 refuses a bare number as `shape`, Keras 2 did too; a tuple is what is meant.
    sizes = shape_value(shape)
    return one(None if sizes is None else (call.size("batch_size", None), *sizes), name)


@layer("Lambda")
def lambda_layer(call: Call) -> Inference:
    """Unknown, unless `output_shape` is given: then the batch size in front of it (Keras's Lambda trusts it)."""
    given = call.config.get("output_shape")
    if given is None or given is UNKNOWN or callable(given):
        return Inference(UNKNOWN_TENSOR, 0)
    x = call.tensor
    many = call.tensors
    first = x if many is None else many[0] if many else UNKNOWN_TENSOR
    batch: Dim = first.shape[0] if first.shape else UNKNOWN
    # tf_keras calls the function all the same, and takes its dtype from there
    return Inference(_with_batch(given, batch, None if call.facts.era == "tf_keras" else call.dtype), 0)


def _with_batch(given: object, batch: Dim, dtype: str | None) -> Structure:
    if isinstance(given, (list, tuple)):
        if all(is_int(d) or d is None or d is UNKNOWN for d in given):
            return TensorSpec((batch, *given), dtype)
        return type(given)(_with_batch(part, batch, dtype) for part in given)
    return UNKNOWN_TENSOR


@layer("Identity")
def identity(call: Call) -> Inference:
    """The input as it is, nested or not, cast to the compute dtype."""
    return Inference(structure(call.argument(0, "inputs"), call), 0)


@layer("Layer")
def base_layer(call: Call) -> Inference:
    """The base class: Keras 3 cannot call it, tf_keras gives the input back."""
    return identity(call) if call.facts.era == "tf_keras" else Inference(UNKNOWN_TENSOR, 0)


def structure(value: object, call: Call) -> Structure:
    """A nested argument as a Structure, each tensor cast."""
    if isinstance(value, TensorSpec):
        return TensorSpec(value.shape, call.cast(value))
    if isinstance(value, list):
        return [structure(part, call) for part in value]
    if isinstance(value, tuple):
        return tuple(structure(part, call) for part in value)
    if isinstance(value, dict):
        return {key: structure(part, call) for key, part in value.items()}
    return UNKNOWN_TENSOR


@layer("Activation", "ReLU", "ELU", "ThresholdedReLU", "Softmax", "Masking", "ActivityRegularization")
def elementwise(call: Call) -> Inference:
    """The shape stays."""
    x = call.tensor
    return one(x.shape, call.passed(x))


@layer("LeakyReLU")
def leaky_relu(call: Call) -> Inference:
    """Elementwise, always of the compute dtype."""
    return one(call.tensor.shape, call.dtype)


@layer("PReLU")
def prelu(call: Call) -> Inference:
    """One slope for each element of a sample; `shared_axes` (1-based) share theirs."""
    x = call.tensor
    shared = call.config.get("shared_axes")
    if x.shape is None or shared is UNKNOWN:
        return one(x.shape, call.dtype, None)
    axes = (shared,) if is_int(shared) else () if shared is None else axes_of(shared, len(x.shape))
    sizes = (1 if i in axes else d for i, d in enumerate(x.shape) if i)
    return one(x.shape, call.dtype, count(multiply(*sizes)))
