"""Ops that reduce along axes, and those that accumulate along one."""

from __future__ import annotations

from kls.graph.shapes.dims import axis_of, is_int, multiply, reduce
from kls.graph.shapes.dtypes import floating, promote, summed
from kls.graph.shapes.ops_registry import OpCall, op
from kls.graph.shapes.spec import UNKNOWN, Dim, Shape, Structure, TensorSpec


def _reduced(call: OpCall, dtype: str | None, axis: int = 1, keepdims: int = 2) -> TensorSpec:
    """The first tensor reduced; `axis` and `keepdims` are the positions of those arguments."""
    shape = call.tensor().shape
    if shape is not None:
        shape = reduce(shape, call.get(axis, "axis", None), call.flag(keepdims, "keepdims"))
    return TensorSpec(shape, dtype)


@op("max", "min", "amax", "amin", "nanmax", "nanmin", "ptp")
def extremum(call: OpCall) -> TensorSpec:
    """The dtype stays."""
    return _reduced(call, call.tensor().dtype)


@op("all", "any")
def truth(call: OpCall) -> TensorSpec:
    """Booleans."""
    return _reduced(call, "bool")


@op("sum", "nansum", "nanprod")
def total(call: OpCall) -> TensorSpec:
    """Small integers grow."""
    return _reduced(call, summed(call.tensor().dtype))


@op("prod")
def prod(call: OpCall) -> TensorSpec:
    """Small integers grow, unless `dtype` is given."""
    return _reduced(call, call.dtype(3, default=summed(call.tensor().dtype)))


@op("mean", "median", "nanmean", "nanmedian", "std", "nanstd", "var", "nanvar")
def statistic(call: OpCall) -> TensorSpec:
    """Integers become floats."""
    return _reduced(call, floating(call.tensor().dtype, call.facts.floatx))


@op("norm")
def norm(call: OpCall) -> TensorSpec:
    """`axis` comes after `ord`."""
    return _reduced(call, floating(call.tensor().dtype, call.facts.floatx), 2, 3)


@op("logsumexp")
def logsumexp(call: OpCall) -> TensorSpec:
    """Keras says the configured float."""
    return _reduced(call, call.facts.floatx)


@op("argmax", "argmin", "nanargmax", "nanargmin")
def argument(call: OpCall) -> TensorSpec:
    """Indices."""
    return _reduced(call, "int32")


@op("count_nonzero")
def count_nonzero(call: OpCall) -> TensorSpec:
    """Has no `keepdims`."""
    return _reduced(call, "int32", 1, 9)


@op("average")
def average(call: OpCall) -> TensorSpec:
    """`weights` change no shape."""
    return _reduced(call, floating(call.tensor().dtype, call.facts.floatx), 1, 9)


@op("quantile", "percentile", "nanquantile", "nanpercentile")
def quantile(call: OpCall) -> TensorSpec:
    """With several `q`, a dimension of them comes first."""
    x, q = call.tensor(), call.get(1, "q")
    result = _reduced(call, floating(x.dtype, call.facts.floatx), 2, 4)
    if result.shape is None or isinstance(q, (int, float)):
        return result
    if isinstance(q, TensorSpec):
        if q.shape is None:
            return TensorSpec(None, result.dtype)
        return TensorSpec(q.shape[:1] + result.shape, result.dtype)
    if isinstance(q, (list, tuple)):
        return TensorSpec((len(q), *result.shape), result.dtype)
    return TensorSpec(None, result.dtype)


@op("moments")
def moments(call: OpCall) -> Structure:
    """Mean and variance."""
    shape = call.tensor().shape
    if shape is not None:
        shape = reduce(shape, call.get(1, "axes"), call.flag(2, "keepdims"))
    result = TensorSpec(shape, call.tensor().dtype)
    return result, result


def _along(call: OpCall, default: object) -> Shape | None:
    """The shape of an op along one axis, which flattens if `axis` is None."""
    shape = call.tensor().shape
    axis = call.get(1, "axis", default)
    if shape is None or axis is UNKNOWN:
        return None
    if axis is None:
        return (multiply(*shape),)
    axis_of(axis, len(shape))
    return shape


@op("cumsum", "cumprod", "nancumsum", "nancumprod")
def cumulative(call: OpCall) -> TensorSpec:
    """As many elements as before."""
    dtype = call.dtype(2, default=call.tensor().dtype)
    return TensorSpec(_along(call, None), "int32" if dtype == "bool" else dtype)


@op("sort")
def sort(call: OpCall) -> TensorSpec:
    """As many elements as before."""
    return TensorSpec(_along(call, -1), call.tensor().dtype)


@op("argsort")
def argsort(call: OpCall) -> TensorSpec:
    """Indices."""
    return TensorSpec(_along(call, -1), "int32")


@op("argpartition")
def argpartition(call: OpCall) -> TensorSpec:
    """Indices; `axis` comes after `kth`."""
    return TensorSpec(_along(OpCall((call.get(0, "x"), call.get(2, "axis", -1)), {}, call.facts), -1), "int32")


@op("diff")
def diff(call: OpCall) -> TensorSpec:
    """`n` elements fewer along `axis`."""
    x = call.tensor(0, "a")
    n, axis = call.size(1, "n", 1), call.get(2, "axis", -1)
    if x.shape is None or not is_int(axis):
        return TensorSpec(None, x.dtype)
    at = axis_of(axis, len(x.shape))
    size = x.shape[at]
    less: Dim = max(size - n, 0) if is_int(size) and is_int(n) else None if size is None else UNKNOWN
    return TensorSpec((*x.shape[:at], less, *x.shape[at + 1 :]), x.dtype)


@op("trapezoid")
def trapezoid(call: OpCall) -> TensorSpec:
    """An integral along `axis`."""
    y, axis = call.tensor(0, "y"), call.get(3, "axis", -1)
    shape = None if y.shape is None else reduce(y.shape, axis, False)
    return TensorSpec(shape, floating(y.dtype, call.facts.floatx))


@op("categorical_crossentropy")
def categorical_crossentropy(call: OpCall) -> TensorSpec:
    """The last dimension goes."""
    output = call.tensor(1, "output")
    return TensorSpec(None if output.shape is None else output.shape[:-1], output.dtype)


@op("sparse_categorical_crossentropy")
def sparse_categorical_crossentropy(call: OpCall) -> TensorSpec:
    """The axis of the classes goes."""
    output = call.tensor(1, "output")
    shape = None if output.shape is None else reduce(output.shape, call.get(3, "axis", -1), False)
    return TensorSpec(shape, output.dtype)


@op("ctc_loss")
def ctc_loss(call: OpCall) -> TensorSpec:
    """One loss a sample."""
    target, output = call.tensor(0, "target"), call.tensor(1, "output")
    dtype = promote(output.dtype, "float32", call.facts.floatx)
    return TensorSpec(None if target.shape is None else target.shape[:1], dtype)


@op("ctc_decode")
def ctc_decode(call: OpCall) -> Structure:
    """The best paths and their scores."""
    x = call.tensor(0, "inputs")
    batch, steps = (UNKNOWN, UNKNOWN) if x.shape is None else x.shape[:2]
    paths: Dim = 1 if call.get(2, "strategy", "greedy") == "greedy" else call.size(4, "top_paths", 1)
    dtype = promote(x.dtype, "float32", call.facts.floatx)
    return TensorSpec((paths, batch, steps), "int32"), TensorSpec((batch, paths), dtype)


@op("psnr")
def psnr(call: OpCall) -> TensorSpec:
    """One number."""
    return TensorSpec((), call.facts.floatx)


@op("segment_sum", "segment_max", "segment_min", "segment_prod")
def segment(call: OpCall) -> TensorSpec:
    """The first dimension becomes `num_segments`."""
    data = call.tensor(0, "data")
    shape = None if data.shape is None else (call.size(2, "num_segments", None), *data.shape[1:])
    return TensorSpec(shape, data.dtype)


@op("top_k")
def top_k(call: OpCall) -> Structure:
    """Values and indices."""
    x = call.tensor()
    shape = None if x.shape is None else (*x.shape[:-1], call.size(1, "k"))
    return TensorSpec(shape, x.dtype), TensorSpec(shape, "int32")


@op("in_top_k")
def in_top_k(call: OpCall) -> TensorSpec:
    """A boolean for each target."""
    return TensorSpec(call.tensor(0, "targets").shape, "bool")


@op("bincount")
def bincount(call: OpCall) -> TensorSpec:
    """How many bins there are depends on the values."""
    x = call.tensor()
    weighted = call.get(1, "weights", None) is not None
    return TensorSpec(None if x.shape is None else (*x.shape[:-1], None), None if weighted else "int32")


@op("histogram")
def histogram(call: OpCall) -> Structure:
    """Counts and edges."""
    x, bins = call.tensor(), call.size(1, "bins", 10)
    edges: Dim = bins + 1 if is_int(bins) else UNKNOWN
    return TensorSpec((bins,), x.dtype), TensorSpec((edges,), x.dtype)


@op("trace")
def trace(call: OpCall) -> TensorSpec:
    """Two axes go."""
    x = call.tensor()
    shape = None if x.shape is None else reduce(x.shape, (call.get(2, "axis1", 0), call.get(3, "axis2", 1)), False)
    return TensorSpec(shape, summed(x.dtype))


@op("searchsorted")
def searchsorted(call: OpCall) -> TensorSpec:
    """An index for each value."""
    sequence = call.tensor(0, "sorted_sequence").shape
    dtype = None if sequence is None or UNKNOWN in sequence else "int64" if None in sequence else "int32"
    return TensorSpec(call.tensor(1, "values").shape, dtype)
