"""Ops that change the shape: reshape, transpose, split, stack, index, pad and their like."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kls.graph.shapes.dims import add, axes_of, axis_of, is_int, multiply, reshape, same, unknown
from kls.graph.shapes.dtypes import promote, resolve
from kls.graph.shapes.merging import concatenated
from kls.graph.shapes.ops_registry import OpCall, op
from kls.graph.shapes.registry import UNKNOWN_TENSOR
from kls.graph.shapes.spec import UNKNOWN, Dim, Mismatch, Shape, Structure, TensorSpec


def sizes(value: object) -> Shape | None:
    """A shape argument: whole numbers, None, or tensors of one number (which Keras reads as None)."""
    if is_int(value):
        return (value,)
    if not isinstance(value, (list, tuple)) or isinstance(value, TensorSpec):
        return None
    return tuple(d if is_int(d) or d is UNKNOWN else None for d in value)


@op("reshape")
def reshape_op(call: OpCall) -> TensorSpec:
    """`newshape` includes the batch dimension."""
    x, target = call.tensor(), sizes(call.get(1, "newshape"))
    if target is None:
        return TensorSpec(None, x.dtype)
    if x.shape is None:
        return TensorSpec(tuple(UNKNOWN if d == -1 else d for d in target), x.dtype)
    return TensorSpec(reshape(x.shape, target), x.dtype)


@op("ravel")
def ravel(call: OpCall) -> TensorSpec:
    """One dimension."""
    x = call.tensor()
    return TensorSpec((UNKNOWN if x.shape is None else multiply(*x.shape),), x.dtype)


@op("transpose")
def transpose(call: OpCall) -> TensorSpec:
    """`axes` None reverses."""
    x, axes = call.tensor(), call.get(1, "axes", None)
    if x.shape is None or axes is UNKNOWN:
        return TensorSpec(None if x.shape is None else unknown(len(x.shape)), x.dtype)
    if axes is None:
        return TensorSpec(x.shape[::-1], x.dtype)
    if not isinstance(axes, (list, tuple)) or UNKNOWN in axes:
        return TensorSpec(unknown(len(x.shape)), x.dtype)
    order = axes_of(axes, len(x.shape))
    if sorted(order) != list(range(len(x.shape))):
        raise Mismatch(f"{axes} is no permutation")
    return TensorSpec(tuple(x.shape[i] for i in order), x.dtype)


@op("swapaxes")
def swapaxes(call: OpCall) -> TensorSpec:
    """Two axes change places."""
    return _swapped(call.tensor(), call.get(1, "axis1"), call.get(2, "axis2"))


def _swapped(x: TensorSpec, i: object, j: object) -> TensorSpec:
    if x.shape is None:
        return x
    if not is_int(i) or not is_int(j):
        return TensorSpec(unknown(len(x.shape)), x.dtype)
    shape = list(x.shape)
    a, b = axis_of(i, len(shape)), axis_of(j, len(shape))
    shape[a], shape[b] = shape[b], shape[a]
    return TensorSpec(tuple(shape), x.dtype)


@op("rot90")
def rot90(call: OpCall) -> TensorSpec:
    """Keras swaps the two axes, whatever `k` is."""
    axes = call.get(2, "axes", (0, 1))
    i, j = axes if isinstance(axes, (list, tuple)) and len(axes) == 2 else (UNKNOWN, UNKNOWN)
    return _swapped(call.tensor(0, "array"), i, j)


@op("moveaxis")
def moveaxis(call: OpCall) -> TensorSpec:
    """Axes move, the others keep their order."""
    x, source, target = call.tensor(), call.get(1, "source"), call.get(2, "destination")
    if x.shape is None or source is UNKNOWN or target is UNKNOWN:
        return TensorSpec(None if x.shape is None else unknown(len(x.shape)), x.dtype)
    rank = len(x.shape)
    moved = dict(zip(axes_of(target, rank), axes_of(source, rank), strict=True))
    rest = iter(i for i in range(rank) if i not in moved.values())
    return TensorSpec(tuple(x.shape[moved[i] if i in moved else next(rest)] for i in range(rank)), x.dtype)


@op("expand_dims")
def expand_dims(call: OpCall) -> TensorSpec:
    """Dimensions of 1 come in."""
    x, axis = call.tensor(), call.get(1, "axis")
    if x.shape is None:
        return x
    given = (axis,) if is_int(axis) else axis
    if not isinstance(given, (list, tuple)):
        return TensorSpec(None, x.dtype)
    rank = len(x.shape) + len(given)
    new = axes_of(given, rank)
    rest = iter(x.shape)
    return TensorSpec(tuple(1 if i in new else next(rest) for i in range(rank)), x.dtype)


@op("squeeze")
def squeeze(call: OpCall) -> TensorSpec:
    """Dimensions of 1 go: all of them, or those of `axis`."""
    x, axis = call.tensor(), call.get(1, "axis", None)
    if x.shape is None or axis is UNKNOWN or (axis is None and UNKNOWN in x.shape):
        return TensorSpec(None, x.dtype)
    if axis is None:
        return TensorSpec(tuple(d for d in x.shape if d != 1), x.dtype)
    gone = axes_of(axis, len(x.shape))
    for i in gone:
        if x.shape[i] is not UNKNOWN and x.shape[i] != 1:
            raise Mismatch(f"dimension {i} is not 1")
    return TensorSpec(tuple(d for i, d in enumerate(x.shape) if i not in gone), x.dtype)


def _promoted(tensors: Sequence[TensorSpec], floatx: str) -> str | None:
    dtype = tensors[0].dtype
    for x in tensors[1:]:
        dtype = promote(dtype, x.dtype, floatx)
    return resolve(dtype, floatx)


def _joined(call: OpCall, axis: object) -> TensorSpec:
    tensors = call.tensors()
    if tensors is None:
        return UNKNOWN_TENSOR
    dtype = _promoted(tensors, call.facts.floatx)
    shapes = [x.shape for x in tensors if x.shape is not None]
    return TensorSpec(concatenated(shapes, axis) if len(shapes) == len(tensors) else None, dtype)


@op("concatenate")
def concatenate(call: OpCall) -> TensorSpec:
    """Along the first axis, unless told otherwise."""
    return _joined(call, call.size(1, "axis", 0))


@op("hstack")
def hstack(call: OpCall) -> TensorSpec:
    """Along the second axis."""
    return _joined(call, 1)


@op("vstack")
def vstack(call: OpCall) -> TensorSpec:
    """Along the first axis."""
    return _joined(call, 0)


@op("dstack")
def dstack(call: OpCall) -> TensorSpec:
    """Along the third axis; lower ranks get dimensions of 1."""
    tensors = call.tensors()
    if tensors is None:
        return UNKNOWN_TENSOR
    raised = [x if x.shape is None else TensorSpec(_three(x.shape), x.dtype) for x in tensors]
    return _joined(OpCall((raised,), {}, call.facts), 2)


def _three(shape: Shape) -> Shape:
    return {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}.get(len(shape), shape)


@op("append")
def append(call: OpCall) -> TensorSpec:
    """Flattened, unless `axis` is given."""
    pair, axis = [call.tensor(0, "x1"), call.tensor(1, "x2")], call.get(2, "axis", None)
    if axis is None:
        pair = [TensorSpec((UNKNOWN if x.shape is None else multiply(*x.shape),), x.dtype) for x in pair]
        axis = 0
    return _joined(OpCall((pair,), {}, call.facts), axis)


@op("stack")
def stack(call: OpCall) -> TensorSpec:
    """A new axis."""
    tensors = call.tensors(0, "x")
    axis = call.get(1, "axis", 0)
    if tensors is None:
        return UNKNOWN_TENSOR
    dtype = _promoted(tensors, call.facts.floatx)
    shape = tensors[0].shape
    for x in tensors[1:]:
        if shape is None or x.shape is None:
            return TensorSpec(None, dtype)
        if len(shape) != len(x.shape):
            raise Mismatch("the ranks differ")
        shape = tuple(map(same, shape, x.shape))
    if shape is None:
        return TensorSpec(None, dtype)
    if not is_int(axis):
        return TensorSpec(unknown(len(shape) + 1), dtype)
    at = axis_of(axis, len(shape) + 1)
    return TensorSpec((*shape[:at], len(tensors), *shape[at:]), dtype)


def _split(x: TensorSpec, sections: object, axis: object) -> Structure:
    """Equal parts, or parts at indices. A list, unless it is not even known how many parts there are."""
    if is_int(sections):
        parts = sections
    elif isinstance(sections, (list, tuple)) and not isinstance(sections, TensorSpec):
        parts = len(sections) + 1
    else:
        return UNKNOWN_TENSOR
    if x.shape is None or not is_int(axis):
        return [TensorSpec(None if x.shape is None else unknown(len(x.shape)), x.dtype) for _ in range(parts)]
    at = axis_of(axis, len(x.shape))
    return [TensorSpec((*x.shape[:at], d, *x.shape[at + 1 :]), x.dtype) for d in _part_sizes(x.shape[at], sections)]


def _part_sizes(size: Dim, sections: object) -> list[Dim]:
    if is_int(sections):
        if is_int(size):
            if sections < 1 or size % sections:
                raise Mismatch(f"{size} is not divisible by {sections}")
            return [size // sections] * sections
        return [size] * sections
    assert isinstance(sections, (list, tuple))
    edges: list[Dim] = [0, *(i if is_int(i) else UNKNOWN for i in sections), size]
    return [add(end, multiply(-1, start)) for start, end in pairwise(edges)]


@op("split")
def split(call: OpCall) -> Structure:
    """A list of parts."""
    return _split(call.tensor(), call.get(1, "indices_or_sections"), call.get(2, "axis", 0))


for _name, _axis in (("hsplit", 1), ("vsplit", 0), ("dsplit", 2)):

    def _fixed_split(call: OpCall, axis: int = _axis) -> Structure:
        x = call.tensor()
        at = 0 if axis == 1 and x.shape is not None and len(x.shape) == 1 else axis
        return _split(x, call.get(1, "indices_or_sections"), at)

    op(_name)(_fixed_split)


@op("array_split")
def array_split(call: OpCall) -> Structure:
    """Parts as equal as can be, the first ones longer."""
    x, parts, axis = call.tensor(), call.get(1, "indices_or_sections"), call.get(2, "axis", 0)
    if not is_int(parts) or x.shape is None or not is_int(axis):
        return _split(x, parts, axis) if is_int(parts) else UNKNOWN_TENSOR
    at = axis_of(axis, len(x.shape))
    size = x.shape[at]
    if not is_int(size):
        pieces = [TensorSpec((*x.shape[:at], size, *x.shape[at + 1 :]), x.dtype)] * parts
        return tuple(pieces) if size is None else list(pieces)
    lengths = [size // parts + (i < size % parts) for i in range(parts)]
    return [TensorSpec((*x.shape[:at], n, *x.shape[at + 1 :]), x.dtype) for n in lengths]


@op("unstack")
def unstack(call: OpCall) -> Structure:
    """A list, as long as the axis."""
    x, num, axis = call.tensor(), call.get(1, "num", None), call.get(2, "axis", 0)
    if x.shape is None or not is_int(axis):
        return [TensorSpec(None, x.dtype)] * num if is_int(num) else UNKNOWN_TENSOR
    at = axis_of(axis, len(x.shape))
    many = x.shape[at] if num is None else num
    if many is None:
        raise Mismatch("unstack needs to know how many")
    return [TensorSpec(x.shape[:at] + x.shape[at + 1 :], x.dtype)] * many if is_int(many) else UNKNOWN_TENSOR


@op("get_item")
def get_item(call: OpCall) -> TensorSpec:
    """`x[key]` with ints, slices, None and Ellipsis."""
    x, key = call.tensor(), call.get(1, "key")
    if x.shape is None or key is UNKNOWN:
        return TensorSpec(None, x.dtype)
    keys = list(key) if isinstance(key, (list, tuple)) and not isinstance(key, TensorSpec) else [key]
    if any(part is UNKNOWN or isinstance(part, TensorSpec) for part in keys):
        return TensorSpec(None, x.dtype)
    return TensorSpec(indexed(x.shape, keys), x.dtype)


def indexed(shape: Shape, keys: list[object]) -> Shape:
    """The shape of an indexed tensor. Raises Mismatch where an index is out of range or not supported by Keras."""
    ellipses = sum(1 for key in keys if key is Ellipsis)
    if ellipses > 1:
        raise Mismatch("two ellipses")
    if not ellipses:
        keys = [*keys, Ellipsis]
    used = sum(1 for key in keys if key is not None and key is not Ellipsis)
    if used > len(shape):
        raise Mismatch("too many indices")
    result: list[Dim] = []
    at = 0
    for key in keys:
        if key is None:
            result.append(1)
        elif key is Ellipsis:
            result.extend(shape[at : at + len(shape) - used])
            at += len(shape) - used
        else:
            result.extend(_taken(shape[at], key))
            at += 1
    return tuple(result)


def _taken(size: Dim, key: object) -> tuple[Dim, ...]:
    """What one index leaves of a dimension: nothing for a number, a size for a slice."""
    if is_int(key):
        if is_int(size) and not -size <= key < size:
            raise Mismatch(f"index {key} is out of range for {size}")
        return ()
    if isinstance(key, slice):
        if not is_int(size):
            return (size,)
        if any(part is UNKNOWN or isinstance(part, TensorSpec) for part in (key.start, key.stop, key.step)):
            return (UNKNOWN,)
        return (len(range(*key.indices(size))),)
    raise Mismatch(f"Keras does not index with {key!r}")
