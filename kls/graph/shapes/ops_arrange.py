"""Ops that repeat, pick, pad or lay out elements, and those that make index tensors."""

from __future__ import annotations

import math

from kls.graph.shapes.dims import add, axis_of, broadcast, is_int, multiply, of_rank, unknown
from kls.graph.shapes.dtypes import floating, promote, resolve
from kls.graph.shapes.ops_registry import OpCall, as_tensor, op
from kls.graph.shapes.ops_shapes import sizes
from kls.graph.shapes.registry import UNKNOWN_TENSOR
from kls.graph.shapes.spec import UNKNOWN, Dim, Mismatch, Shape, Structure, TensorSpec


@op("repeat")
def repeat(call: OpCall) -> TensorSpec:
    """Each element `repeats` times, flattened unless `axis` is given."""
    x, repeats, axis = call.tensor(), call.get(1, "repeats"), call.get(2, "axis", None)
    if axis is UNKNOWN:
        return TensorSpec(None, x.dtype)
    shape = x.shape
    if axis is None:
        shape, axis = (UNKNOWN if shape is None else multiply(*shape),), 0
    if shape is None:
        return x
    at = axis_of(axis, len(shape))
    many = (repeats,) if is_int(repeats) else repeats
    size: Dim = UNKNOWN
    if shape[at] is None:
        size = None
    elif isinstance(many, (list, tuple)):
        numbers = [n if is_int(n) else UNKNOWN for n in many]
        size = multiply(shape[at], numbers[0]) if len(numbers) == 1 else add(*numbers)
    return TensorSpec((*shape[:at], size, *shape[at + 1 :]), x.dtype)


@op("tile")
def tile(call: OpCall) -> TensorSpec:
    """The tensor `repeats` times along each axis."""
    x, repeats = call.tensor(), sizes(call.get(1, "repeats"))
    if x.shape is None or repeats is None:
        return TensorSpec(None, x.dtype)
    rank = max(len(x.shape), len(repeats))
    shape = (1,) * (rank - len(x.shape)) + x.shape
    return TensorSpec(tuple(map(multiply, shape, (1,) * (rank - len(repeats)) + repeats)), x.dtype)


@op("pad")
def pad(call: OpCall) -> TensorSpec:
    """`pad_width`: one number, one pair for all, or a pair an axis."""
    x, width = call.tensor(), call.get(1, "pad_width")
    if x.shape is None:
        return x
    if is_int(width):
        width = ((width, width),)
    if isinstance(width, (list, tuple)) and len(width) == 2 and all(is_int(w) for w in width):
        width = (width,)
    if not isinstance(width, (list, tuple)):
        return TensorSpec(unknown(len(x.shape)), x.dtype)
    pairs = list(width) * len(x.shape) if len(width) == 1 else list(width)
    if len(pairs) != len(x.shape):
        raise Mismatch(f"{len(pairs)} pairs for {x.shape}")
    return TensorSpec(tuple(map(_padded, x.shape, pairs)), x.dtype)


def _padded(size: Dim, pair: object) -> Dim:
    if size is None:
        return None
    if isinstance(pair, (list, tuple)) and len(pair) == 2:
        return add(size, *(p if is_int(p) else UNKNOWN for p in pair))
    return add(size, pair[0], pair[0]) if isinstance(pair, (list, tuple)) and len(pair) == 1 else UNKNOWN


@op("broadcast_to")
def broadcast_to(call: OpCall) -> TensorSpec:
    """`shape` as given."""
    x, shape = call.tensor(), sizes(call.get(1, "shape"))
    if shape is not None:
        broadcast(x.shape, shape)
    return TensorSpec(shape, x.dtype)


def _shape_of_value(value: object) -> Shape | None:
    """The shape of a tensor, a number or nested lists of numbers."""
    if isinstance(value, TensorSpec):
        return value.shape
    if isinstance(value, (list, tuple)):
        if not value:
            return (0,)
        inner = _shape_of_value(value[0])
        return None if inner is None else (len(value), *inner)
    return () if isinstance(value, (int, float)) else None


@op("take")
def take(call: OpCall) -> TensorSpec:
    """The shape of the indices takes the place of the axis."""
    x, indices, axis = call.tensor(), _shape_of_value(call.get(1, "indices")), call.get(2, "axis", None)
    if axis is UNKNOWN or indices is None:
        return TensorSpec(None, x.dtype)
    if axis is None:
        return TensorSpec(indices, x.dtype)
    if x.shape is None:
        return x
    at = axis_of(axis, len(x.shape))
    return TensorSpec(x.shape[:at] + indices + x.shape[at + 1 :], x.dtype)


@op("take_along_axis")
def take_along_axis(call: OpCall) -> TensorSpec:
    """As long as the indices along the axis."""
    x, indices, axis = call.tensor(), call.tensor(1, "indices").shape, call.get(2, "axis", None)
    if x.shape is None or indices is None or axis is UNKNOWN:
        return TensorSpec(None, x.dtype)
    shape: Shape = (multiply(*x.shape),) if axis is None else x.shape
    at = 0 if axis is None else axis_of(axis, len(shape))
    if len(shape) != len(indices):
        raise Mismatch("x and indices differ in rank")
    return TensorSpec(broadcast((*shape[:at], indices[at], *shape[at + 1 :]), indices), x.dtype)


@op("one_hot")
def one_hot(call: OpCall) -> TensorSpec:
    """A new axis of `num_classes`."""
    x, axis = call.tensor(), call.get(2, "axis", -1)
    return TensorSpec(
        _with_classes(x.shape, call.size(1, "num_classes"), axis), call.dtype(3, default=call.facts.floatx)
    )


def _with_classes(shape: Shape | None, classes: Dim, axis: object) -> Shape | None:
    if shape is None or not is_int(axis):
        return None
    if axis == -1:
        return (*shape, classes)
    if not 0 <= axis < len(shape):
        raise Mismatch(f"axis {axis}")
    return (*shape[:axis], classes, *shape[axis:])


@op("multi_hot")
def multi_hot(call: OpCall) -> TensorSpec:
    """As one_hot, then the second axis is reduced."""
    x = call.tensor(0, "inputs")
    classes = call.get(1, "num_classes", None)
    if classes is None:
        classes = call.kwargs.get("num_tokens", UNKNOWN)
    shape = _with_classes(x.shape, classes if is_int(classes) else UNKNOWN, call.get(2, "axis", -1))
    if shape is not None:
        shape = shape[-1:] if len(shape) == 2 else (shape[0], *shape[2:])
    return TensorSpec(shape, x.dtype)


def _diagonal_size(rows: Dim, columns: Dim, offset: object) -> Dim:
    if rows is None or columns is None:
        return None
    if not is_int(rows) or not is_int(columns) or not is_int(offset):
        return UNKNOWN
    return max(0, min(columns - offset if offset > 0 else rows + offset, rows, columns))


@op("diag")
def diag(call: OpCall) -> TensorSpec:
    """A matrix of a vector, a vector of a matrix."""
    x, k = call.tensor(), call.get(1, "k", 0)
    if x.shape is None:
        return x
    if len(x.shape) == 1:
        side = add(x.shape[0], abs(k) if is_int(k) else UNKNOWN)
        return TensorSpec((side, side), x.dtype)
    rows, columns = of_rank(x.shape, 2)
    return TensorSpec((_diagonal_size(rows, columns, k),), x.dtype)


@op("diagflat")
def diagflat(call: OpCall) -> TensorSpec:
    """A matrix with the flattened tensor as diagonal."""
    x, k = call.tensor(), call.get(1, "k", 0)
    side = add(UNKNOWN if x.shape is None else multiply(*x.shape), abs(k) if is_int(k) else UNKNOWN)
    return TensorSpec((side, side), x.dtype)


@op("diagonal")
def diagonal(call: OpCall) -> TensorSpec:
    """Two axes go, their diagonal comes last."""
    x, offset = call.tensor(), call.get(1, "offset", 0)
    if x.shape is None:
        return x
    i, j = (axis_of(call.get(p, n, d), len(x.shape)) for p, n, d in ((2, "axis1", 0), (3, "axis2", 1)))
    rest = tuple(d for at, d in enumerate(x.shape) if at not in (i, j))
    return TensorSpec((*rest, _diagonal_size(x.shape[i], x.shape[j], offset)), x.dtype)


@op("arange")
def arange(call: OpCall) -> TensorSpec:
    """One dimension, as long as the range."""
    start, stop, step = call.get(0, "start"), call.get(1, "stop", None), call.get(2, "step", None)
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    dtype = call.dtype(3)
    floatx = call.facts.floatx
    if dtype is None and call.get(3, "dtype", None) is None:
        parts = [as_tensor(part).dtype for part in (start, stop, step)]
        dtype = resolve(promote(promote(parts[0], parts[1], floatx), parts[2], floatx), floatx)
    numbers = [n for n in (start, stop, step) if isinstance(n, (int, float))]
    if len(numbers) != 3 or not numbers[2]:
        return TensorSpec((UNKNOWN,), dtype)
    return TensorSpec((max(0, math.ceil((numbers[1] - numbers[0]) / numbers[2])),), dtype)


@op("linspace", "logspace", "geomspace")
def linspace(call: OpCall) -> TensorSpec:
    """A new axis of `num`; Keras puts it first unless told otherwise."""
    start, stop = call.tensor(0, "start"), call.tensor(1, "stop")
    positions = {"dtype": 5, "axis": 6}
    axis = call.get(positions["axis"], "axis", 0)
    shape = broadcast(start.shape, stop.shape)
    if shape is None or not is_int(axis):
        return UNKNOWN_TENSOR
    at = axis_of(axis, len(shape) + 1)
    dtype = call.dtype(positions["dtype"], default=start.dtype)
    return TensorSpec((*shape[:at], call.size(2, "num", 50), *shape[at:]), floating(dtype, call.facts.floatx))


@op("full")
def full(call: OpCall) -> TensorSpec:
    """`shape` as given."""
    return TensorSpec(sizes(call.get(0, "shape")), call.dtype(2, default=call.facts.floatx))


@op("meshgrid")
def meshgrid(call: OpCall) -> Structure:
    """A grid for each tensor; "xy" swaps the first two axes."""
    shape = [UNKNOWN if x.shape is None else multiply(*x.shape) for x in map(as_tensor, call.args)]
    dtypes = {as_tensor(x).dtype for x in call.args}
    indexing = call.kwargs.get("indexing", "xy")
    if indexing == "xy" and len(shape) > 1:
        shape[0], shape[1] = shape[1], shape[0]
    elif indexing is UNKNOWN:
        shape = [UNKNOWN] * len(shape)
    dtype = dtypes.pop() if len(dtypes) == 1 else None
    return [TensorSpec(tuple(shape), dtype) for _ in call.args]


@op("nonzero")
def nonzero(call: OpCall) -> Structure:
    """Indices for each axis."""
    x = call.tensor()
    return UNKNOWN_TENSOR if x.shape is None else tuple(TensorSpec((None,), "int32") for _ in x.shape)


@op("unravel_index")
def unravel_index(call: OpCall) -> Structure:
    """Indices for each axis of `shape`."""
    indices, shape = call.tensor(0, "indices"), sizes(call.get(1, "shape"))
    if shape is None:
        return UNKNOWN_TENSOR
    return [TensorSpec((None,) if None in shape else indices.shape, indices.dtype) for _ in shape]


@op("ndim")
def ndim(call: OpCall) -> TensorSpec:
    """Keras says a vector as long as the rank."""
    shape = call.tensor().shape
    return TensorSpec((UNKNOWN if shape is None else len(shape),), call.facts.floatx)


@op("size")
def size(call: OpCall) -> TensorSpec:
    """One number."""
    return TensorSpec((), "int32")


@op("unique")
def unique(call: OpCall) -> Structure:
    """Values, then what else is asked for."""
    x = call.tensor()
    flags = [call.flag(i, name) for i, name in ((2, "return_index"), (3, "return_inverse"), (4, "return_counts"))]
    axis, limit = call.get(5, "axis", None), call.size(6, "size", None)
    if UNKNOWN in flags or x.shape is None or axis is UNKNOWN:
        return UNKNOWN_TENSOR
    at = None if axis is None else axis_of(axis, len(x.shape))
    values = (limit,) if at is None else (*x.shape[:at], limit, *x.shape[at + 1 :])
    inverse = x.shape if at is None else (x.shape[at],)
    extra = [
        TensorSpec(shape, "int32") for flag, shape in zip(flags, ((limit,), inverse, (limit,)), strict=True) if flag
    ]
    result = TensorSpec(values, x.dtype)
    return (result, *extra) if extra else result


@op("vander")
def vander(call: OpCall) -> TensorSpec:
    """A new last axis."""
    x, n = call.tensor(), call.get(1, "N", None)
    if x.shape is None:
        return x
    return TensorSpec((*x.shape, x.shape[0] if n is None else n if is_int(n) else UNKNOWN), x.dtype)


@op("select")
def select(call: OpCall) -> TensorSpec:
    """As the first choice."""
    choices = call.tensors(1, "choicelist")
    return UNKNOWN_TENSOR if choices is None else choices[0]


@op("slice")
def slice_op(call: OpCall) -> TensorSpec:
    """`shape` as given; -1 is what is left after the start."""
    x, start, shape = call.tensor(0, "inputs"), call.get(1, "start_indices"), sizes(call.get(2, "shape"))
    if shape is None:
        return TensorSpec(None, x.dtype)
    given = of_rank(x.shape, len(shape))
    starts = sizes(start) or unknown(len(shape))
    rest = (
        None if d is None or isinstance(start, TensorSpec) else add(d, multiply(-1, s))
        for d, s in zip(given, starts, strict=True)
    )
    return TensorSpec(tuple(r if d == -1 else d for d, r in zip(shape, rest, strict=True)), x.dtype)


@op("slice_update", "scatter_update")
def slice_update(call: OpCall) -> TensorSpec:
    """The tensor's shape."""
    return call.tensor(0, "inputs")


@op("scatter")
def scatter(call: OpCall) -> TensorSpec:
    """`shape` as given."""
    return TensorSpec(sizes(call.get(2, "shape")), call.tensor(1, "values").dtype)


@op("view")
def view(call: OpCall) -> TensorSpec:
    """Another dtype on the same bytes."""
    x = call.tensor()
    dtype = call.dtype(1, default=x.dtype)
    if x.shape is None or dtype is None or x.dtype is None:
        return TensorSpec(None, dtype)
    old, new = _BYTES.get(x.dtype), _BYTES.get(dtype)
    if old is None or new is None or not x.shape:
        return TensorSpec(None, dtype)
    last = x.shape[-1]
    return TensorSpec((*x.shape[:-1], last * old // new if is_int(last) else last), dtype)


_BYTES = {
    "bool": 1,
    "int8": 1,
    "uint8": 1,
    "int16": 2,
    "uint16": 2,
    "float16": 2,
    "bfloat16": 2,
    "int32": 4,
    "uint32": 4,
    "float32": 4,
    "int64": 8,
    "uint64": 8,
    "float64": 8,
}


@op("fori_loop")
def fori_loop(call: OpCall) -> TensorSpec:
    """As the initial value."""
    return call.tensor(3, "init_val")


@op("while_loop")
def while_loop(call: OpCall) -> Structure:
    """As the loop variables."""
    value = call.get(2, "loop_vars")
    if isinstance(value, TensorSpec):
        return value
    if isinstance(value, (list, tuple)):
        return type(value)(as_tensor(part) for part in value)
    return UNKNOWN_TENSOR


@op("map", "scan", "associative_scan", "switch", "cond", "vectorized_map", "jvp")
def of_function(call: OpCall) -> Structure:
    """What it gives is for the function to say."""
    return UNKNOWN_TENSOR
