"""Arithmetic on sizes and shapes in which None is Keras's dynamic size and UNKNOWN is a size that we do not know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeGuard

from kls.graph.shapes.spec import UNKNOWN, Dim, Mismatch, Shape, Unknown

Flag = bool | Unknown


def is_int(value: object) -> TypeGuard[int]:
    """Whether `value` is a whole number; a bool is not."""
    return type(value) is int


def add(*terms: Dim) -> Dim:
    """The sum; UNKNOWN if any term is, else None if any is."""
    total = 0
    dynamic = False
    for term in terms:
        if term is UNKNOWN:
            return UNKNOWN
        if term is None:
            dynamic = True
        else:
            total += term
    return None if dynamic else total


def multiply(*factors: Dim) -> Dim:
    """The product; UNKNOWN if any factor is, else None if any is."""
    product = 1
    dynamic = False
    for factor in factors:
        if factor is UNKNOWN:
            return UNKNOWN
        if factor is None:
            dynamic = True
        else:
            product *= factor
    return None if dynamic else product


def floor_divide(size: Dim, by: Dim) -> Dim:
    """`size // by`, unknown or dynamic as its operands are."""
    if is_int(size) and is_int(by):
        if by == 0:
            raise Mismatch("division by zero")
        return size // by
    return UNKNOWN if size is UNKNOWN or by is UNKNOWN else None


def when(flag: Flag, amount: Dim) -> Dim:
    """`amount` if the flag is set, 0 if not, UNKNOWN if that is unknown."""
    if flag is UNKNOWN:
        return UNKNOWN
    return amount if flag else 0


def count(*sizes: Dim) -> int | None:
    """The sum of weight sizes; None unless all of them are known."""
    total = add(*sizes)
    return total if is_int(total) else None


def unknown(rank: int) -> Shape:
    """A shape of which only the rank is known."""
    return (UNKNOWN,) * rank


def of_rank(shape: Shape | None, rank: int) -> Shape:
    """`shape`, which must have `rank` dimensions; all unknown if it is None. Raises Mismatch."""
    if shape is None:
        return (UNKNOWN,) * rank
    if len(shape) != rank:
        raise Mismatch(f"expected rank {rank}, got {shape}")
    return shape


def axis_of(axis: object, rank: int) -> int:
    """A non-negative axis. Raises Mismatch if it is out of range."""
    if not is_int(axis) or not -rank <= axis < rank:
        raise Mismatch(f"axis {axis} is out of range for rank {rank}")
    return axis % rank


def axes_of(axes: object, rank: int) -> tuple[int, ...]:
    """Axes from an int or a sequence of them. Raises Mismatch."""
    if is_int(axes):
        return (axis_of(axes, rank),)
    if isinstance(axes, (list, tuple)):
        return tuple(axis_of(axis, rank) for axis in axes)
    raise Mismatch(f"not axes: {axes}")


def same(a: Dim, b: Dim) -> Dim:
    """One size that both must be: the more definite of the two. Raises Mismatch if they differ."""
    if is_int(a) and is_int(b):
        if a != b:
            raise Mismatch(f"{a} is not {b}")
        return a
    if is_int(a):
        return a
    if is_int(b):
        return b
    return UNKNOWN if a is UNKNOWN or b is UNKNOWN else None


def broadcast_dim(a: Dim, b: Dim) -> Dim:
    """One dimension of Keras's broadcast_shapes: None with n gives n."""
    if is_int(a) and a == 1:
        return b
    if is_int(b) and b == 1:
        return a
    return same(a, b)


def broadcast(a: Shape | None, b: Shape | None) -> Shape | None:
    """Keras's broadcast_shapes. None if either rank is unknown. Raises Mismatch."""
    if a is None or b is None:
        return None
    if a == b:
        return a
    if len(a) < len(b):
        a = (1,) * (len(b) - len(a)) + a
    elif len(b) < len(a):
        b = (1,) * (len(a) - len(b)) + b
    return tuple(broadcast_dim(x, y) for x, y in zip(a, b, strict=True))


def broadcast_all(shapes: Iterable[Shape | None]) -> Shape | None:
    """All of `shapes` broadcast together."""
    result: Shape | None = ()
    for shape in shapes:
        result = broadcast(result, shape)
    return result


def window(size: Dim, kernel: Dim, stride: Dim, padding: object, dilation: Dim = 1) -> Dim:
    """How often a window fits: Keras's compute_conv_output_shape and compute_pooling_output_shape. Raises Mismatch."""
    if size is None:
        return None
    if padding == "valid":
        if not (is_int(size) and is_int(kernel) and is_int(stride) and is_int(dilation)):
            return UNKNOWN
        size -= dilation * (kernel - 1)
    elif padding == "same" or padding == "causal":
        if not (is_int(size) and is_int(stride)):
            return UNKNOWN
    else:
        if padding is not UNKNOWN:
            raise Mismatch(f"padding {padding!r}")
        return UNKNOWN
    if stride < 1:
        raise Mismatch(f"stride {stride}")
    result = (size - 1) // stride + 1
    if result <= 0 and padding == "valid":
        raise Mismatch("the output would be empty")
    return result


def reshape(shape: Shape, target: Sequence[object]) -> Shape:
    """Keras's compute_reshape_output_shape: one -1 takes what is left, None if that is dynamic. Raises Mismatch."""
    wanted: Shape = tuple(d if is_int(d) or d is UNKNOWN else None for d in target)
    if wanted.count(-1) > 1:
        raise Mismatch("two sizes of -1")
    if UNKNOWN in wanted or UNKNOWN in shape:
        return tuple(UNKNOWN if d == -1 else d for d in wanted)
    if None in shape or None in wanted:
        return tuple(None if d == -1 else d for d in wanted)
    size = multiply(*shape)
    known = multiply(*(d for d in wanted if d != -1))
    assert is_int(size) and is_int(known)
    if -1 not in wanted:
        if size != known:
            raise Mismatch(f"{shape} does not fit {wanted}")
        return wanted
    if known == 0 or size % known:
        raise Mismatch(f"{shape} does not fit {wanted}")
    return tuple(size // known if d == -1 else d for d in wanted)


def reduce(shape: Shape, axis: object, keepdims: Flag) -> Shape | None:
    """Keras's reduce_shape. `axis` None reduces all. None if even the rank is unknown."""
    if axis is UNKNOWN:
        return unknown(len(shape)) if keepdims is True else None
    axes = tuple(range(len(shape))) if axis is None else axes_of(axis, len(shape))
    if keepdims is UNKNOWN:
        return None
    if keepdims:
        return tuple(1 if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)


def matmul(a: Shape | None, b: Shape | None) -> Shape | None:
    """Keras's compute_matmul_output_shape. Raises Mismatch."""
    if a is None or b is None:
        return None
    if not a or not b:
        raise Mismatch("matmul of a scalar")
    left = (1, *a) if len(a) == 1 else a
    right = (*b, 1) if len(b) == 1 else b
    same(left[-1], right[-2])
    leading = broadcast(left[:-2], right[:-2])
    assert leading is not None
    return leading + (left[-2:-1] if len(a) > 1 else ()) + (right[-1:] if len(b) > 1 else ())
