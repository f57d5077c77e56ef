"""Ops that work element by element, with broadcasting."""

from __future__ import annotations

from kls.graph.shapes.dims import broadcast, broadcast_all
from kls.graph.shapes.dtypes import WEAK_FLOAT, floating, is_float, promote, resolve
from kls.graph.shapes.naming import words
from kls.graph.shapes.ops_registry import OpCall, op
from kls.graph.shapes.spec import TensorSpec

SAME = words(
    "abs absolute bitwise_invert bitwise_not celu conj conjugate copy elu erf erfinv flip fliplr flipud gelu "
    "hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh imag layer_normalization leaky_relu log_sigmoid "
    "log_softmax nan_to_num negative real relu relu6 rms_normalization roll round rsqrt selu sigmoid sign silu "
    "soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh_shrink threshold "
    "tril triu trunc"
)
FLOATING = words(
    "arccos arccosh arcsin arcsinh arctan arctanh cos cosh sin sinc sinh tan tanh ceil floor log log10 log1p log2 "
    "sqrt fabs exp exp2 expm1 erfc angle"
)
TESTS = words("isfinite isinf isnan isneginf isposinf isreal logical_not signbit")
BINARY = words("add subtract multiply power maximum minimum fmax fmin floor_divide gcd lcm")
BINARY_FLOAT = words("divide divide_no_nan true_divide arctan2 ldexp logaddexp logaddexp2 nextafter")
COMPARE = words("equal not_equal greater greater_equal less less_equal isclose logical_and logical_or logical_xor")


@op(*SAME)
def unary(call: OpCall) -> TensorSpec:
    """The shape and the dtype of the only tensor."""
    return call.tensor()


@op(*FLOATING)
def unary_float(call: OpCall) -> TensorSpec:
    """Integers become floats."""
    x = call.tensor()
    return TensorSpec(x.shape, floating(x.dtype, call.facts.floatx))


@op("cbrt", "deg2rad", "rad2deg", "i0", "corrcoef")
def unary_numpy_float(call: OpCall) -> TensorSpec:
    """Integers become floats, int64 a float64."""
    x = call.tensor()
    return TensorSpec(x.shape, "float64" if x.dtype == "int64" else floating(x.dtype, call.facts.floatx))


@op("square", "clip")
def unary_not_bool(call: OpCall) -> TensorSpec:
    """Booleans become integers."""
    x = call.tensor()
    return TensorSpec(x.shape, "int32" if x.dtype == "bool" else x.dtype)


@op(*TESTS)
def test(call: OpCall) -> TensorSpec:
    """A boolean for each element."""
    return TensorSpec(call.tensor().shape, "bool")


@op("isin")
def isin(call: OpCall) -> TensorSpec:
    """A boolean for each element of the first tensor."""
    return TensorSpec(call.tensor(0, "x1").shape, "bool")


@op("digitize")
def digitize(call: OpCall) -> TensorSpec:
    """An index for each element."""
    return TensorSpec(call.tensor().shape, "int32")


@op("reciprocal", "normalize")
def of_floatx(call: OpCall) -> TensorSpec:
    """Keras says that the result is of the configured float, whatever the input is."""
    return TensorSpec(call.tensor().shape, call.facts.floatx)


@op("cast", "saturate_cast")
def cast(call: OpCall) -> TensorSpec:
    """`dtype` is required."""
    return TensorSpec(call.tensor().shape, call.dtype(1))


@op("array", "convert_to_tensor", "ones_like", "zeros_like", "empty_like")
def like(call: OpCall) -> TensorSpec:
    """The tensor's own dtype, unless another is given."""
    x = call.tensor()
    return TensorSpec(x.shape, call.dtype(1, default=resolve(x.dtype, call.facts.floatx)))


@op("full_like")
def full_like(call: OpCall) -> TensorSpec:
    """The tensor's own dtype, unless another is given."""
    x = call.tensor()
    return TensorSpec(x.shape, call.dtype(2, default=x.dtype))


@op("stop_gradient")
def stop_gradient(call: OpCall) -> TensorSpec:
    """The tensor as it is."""
    return call.tensor(0, "variable")


def _two(call: OpCall) -> tuple[TensorSpec, TensorSpec]:
    return call.tensor(0, "x1"), call.tensor(1, "x2")


@op(*BINARY)
def binary(call: OpCall) -> TensorSpec:
    """Broadcast, promoted."""
    a, b = _two(call)
    floatx = call.facts.floatx
    return TensorSpec(broadcast(a.shape, b.shape), resolve(promote(a.dtype, b.dtype, floatx), floatx))


@op(*BINARY_FLOAT)
def binary_float(call: OpCall) -> TensorSpec:
    """Broadcast, promoted to a float."""
    a, b = _two(call)
    floatx = call.facts.floatx
    dtype = promote(promote(a.dtype, b.dtype, floatx), WEAK_FLOAT, floatx)
    return TensorSpec(broadcast(a.shape, b.shape), resolve(dtype, floatx))


@op("heaviside", "hypot")
def binary_numpy_float(call: OpCall) -> TensorSpec:
    """Broadcast, promoted to a float, int64 to a float64."""
    a, b = _two(call)
    dtype = promote(a.dtype, b.dtype, call.facts.floatx)
    if dtype is not None and not is_float(dtype) and dtype != "bool":
        dtype = "float64" if dtype == "int64" else call.facts.floatx
    return TensorSpec(broadcast(a.shape, b.shape), dtype)


@op("mod", "fmod")
def modulo(call: OpCall) -> TensorSpec:
    """Broadcast, promoted, never boolean."""
    result = binary(call)
    return TensorSpec(result.shape, "int32" if result.dtype == "bool" else result.dtype)


@op(*COMPARE)
def compare(call: OpCall) -> TensorSpec:
    """Broadcast, boolean."""
    a, b = _two(call)
    return TensorSpec(broadcast(a.shape, b.shape), "bool")


@op("bitwise_and", "bitwise_or", "bitwise_xor")
@op("bitwise_left_shift", "left_shift", "bitwise_right_shift", "right_shift")
def bitwise(call: OpCall) -> TensorSpec:
    """The first tensor's shape, promoted: Keras does not broadcast here."""
    a, b = call.tensor(0, "x"), call.tensor(1, "y")
    return TensorSpec(a.shape, promote(a.dtype, b.dtype, call.facts.floatx))


@op("allclose")
def allclose(call: OpCall) -> TensorSpec:
    """One boolean."""
    return TensorSpec((), "bool")


@op("where")
def where(call: OpCall) -> TensorSpec:
    """Condition and both choices broadcast together."""
    condition, a, b = call.tensor(0, "condition"), call.tensor(1, "x1"), call.tensor(2, "x2")
    floatx = call.facts.floatx
    shape = broadcast_all((condition.shape, a.shape, b.shape))
    return TensorSpec(shape, resolve(promote(a.dtype, b.dtype, floatx), floatx))


@op("polar")
def polar(call: OpCall) -> TensorSpec:
    """Keras says the configured float, although the values are complex."""
    return TensorSpec(call.tensor(0, "abs_").shape, call.facts.floatx)


@op("batch_normalization")
def batch_normalization(call: OpCall) -> TensorSpec:
    """The tensor's shape."""
    return call.tensor()


@op("binary_crossentropy")
def binary_crossentropy(call: OpCall) -> TensorSpec:
    """One loss for each element."""
    return call.tensor(1, "output")
