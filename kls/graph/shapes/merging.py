"""Layers that merge a list of tensors: Add, Concatenate, Dot and their like."""

from __future__ import annotations

from kls.graph.shapes.dims import add, axis_of, broadcast_all, is_int, same
from kls.graph.shapes.registry import Call, layer, one
from kls.graph.shapes.spec import UNKNOWN, Dim, Inference, Mismatch, Shape, TensorSpec


def _shapes(call: Call) -> list[Shape] | None:
    """The shapes of all inputs, or None if one of them is not known."""
    tensors = call.tensors
    if tensors is None:
        return None
    if not tensors:
        raise Mismatch("nothing to merge")
    shapes = [x.shape for x in tensors if x.shape is not None]
    return shapes if len(shapes) == len(tensors) else None


def _dtype(call: Call) -> str | None:
    """The compute dtype; in tf_keras integers stay integers."""
    tensors = call.tensors
    if call.facts.era != "tf_keras" or not tensors:
        return call.dtype
    dtypes = {call.cast(x) for x in tensors}
    return dtypes.pop() if len(dtypes) == 1 else None


@layer("Average")
def average(call: Call) -> Inference:
    """As the others; of integers, tf_keras makes floats of one kind or another."""
    result = elementwise(call)
    if call.facts.era != "tf_keras" or not isinstance(result.outputs, TensorSpec):
        return result
    dtype = result.outputs.dtype
    return one(result.outputs.shape, dtype if dtype is not None and "float" in dtype else None)


@layer("Add", "Subtract", "Multiply", "Maximum", "Minimum")
def elementwise(call: Call) -> Inference:
    """Keras's Merge: the batch sizes must agree, all else broadcasts; lower ranks get dimensions after the batch."""
    shapes = _shapes(call)
    if shapes is None:
        return one(None, _dtype(call))
    if any(not shape for shape in shapes):
        raise Mismatch("a merge layer needs a batch dimension")
    batch: Dim = None
    for shape in shapes:
        batch = same(batch, shape[0])  # unlike in broadcasting, a batch of 1 does not stretch
    rest = broadcast_all(shape[1:] for shape in shapes)
    return one(None if rest is None else (batch, *rest), _dtype(call))


@layer("Concatenate")
def concatenate(call: Call) -> Inference:
    """The sizes along `axis` add up; all others must agree."""
    shapes = _shapes(call)
    axis = call.size("axis", -1)
    if shapes is None:
        return one(None, _dtype(call))
    return one(concatenated(shapes, axis), _dtype(call))


def concatenated(shapes: list[Shape], axis: object) -> Shape | None:
    """`shapes` joined along `axis`; None if it is unknown which axis. Raises Mismatch."""
    rank = len(shapes[0])
    if any(len(shape) != rank for shape in shapes):
        raise Mismatch("the ranks differ")
    if axis is UNKNOWN:
        return (UNKNOWN,) * rank
    at = axis_of(axis, rank)
    result = list(shapes[0])
    for shape in shapes[1:]:
        for i, size in enumerate(shape):
            result[i] = add(result[i], size) if i == at else same(result[i], size)
    return tuple(result)


@layer("Dot")
def dot(call: Call) -> Inference:
    """Batchwise: the axes that are summed over go, and the second batch dimension."""
    shapes = _shapes(call)
    if shapes is None:
        return one(None, _dtype(call))
    if len(shapes) != 2:
        raise Mismatch("Dot takes two tensors")
    a, b = shapes
    axes = call.config.get("axes", UNKNOWN)
    if is_int(axes):
        axes = (axes, axes)
    if not isinstance(axes, (list, tuple)) or len(axes) != 2 or not all(is_int(axis) for axis in axes):
        return one(None, _dtype(call))
    i, j = axis_of(axes[0], len(a)), axis_of(axes[1], len(b))
    if i == 0 or j == 0:
        raise Mismatch("the batch axis cannot be summed over")
    same(a[i], b[j])
    shape = a[:i] + a[i + 1 :] + b[1:j] + b[j + 1 :]
    return one(shape if len(shape) > 1 else (*shape, 1), _dtype(call))
