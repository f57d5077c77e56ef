"""Layers that move, repeat, cut or pad elements; none has weights."""

from __future__ import annotations

from collections.abc import Callable

from kls.graph.shapes.convolution import channels_and_space, image
from kls.graph.shapes.dims import add, axis_of, is_int, multiply, of_rank, reshape
from kls.graph.shapes.registry import Call, Rule, layer, one, space_first
from kls.graph.shapes.spec import UNKNOWN, Dim, Inference, Mismatch, Shape


@layer("Flatten")
def flatten(call: Call) -> Inference:
    """(batch, product of all the rest)."""
    x = call.tensor
    if x.shape is None:
        return one((UNKNOWN, UNKNOWN), call.cast(x))
    return one((x.shape[0], multiply(*x.shape[1:])), call.cast(x))


@layer("Reshape")
def reshape_layer(call: Call) -> Inference:
    """`target_shape` is of one sample: the batch dimension stays."""
    x = call.tensor
    target = call.config.get("target_shape", UNKNOWN)
    if not isinstance(target, (list, tuple)):
        return one(None, call.cast(x))
    if x.shape is None:
        return one((UNKNOWN, *(d if is_int(d) and d >= 0 else UNKNOWN for d in target)), call.cast(x))
    return one((x.shape[0], *reshape(x.shape[1:], target)), call.cast(x))


@layer("Permute")
def permute(call: Call) -> Inference:
    """`dims` are 1-based; the batch dimension stays."""
    x = call.tensor
    dims = call.config.get("dims", UNKNOWN)
    if not isinstance(dims, (list, tuple)):
        return one(None if x.shape is None else (x.shape[0], *(UNKNOWN,) * (len(x.shape) - 1)), call.cast(x))
    shape = of_rank(x.shape, len(dims) + 1)
    if sorted(d for d in dims if is_int(d)) != list(range(1, len(shape))):
        raise Mismatch(f"dims {dims} are no permutation")
    return one((shape[0], *(shape[axis_of(d, len(shape))] for d in dims)), call.cast(x))


@layer("RepeatVector")
def repeat_vector(call: Call) -> Inference:
    """(batch, features) -> (batch, n, features)."""
    x = call.tensor
    batch, features = of_rank(x.shape, 2)
    return one((batch, call.size("n"), features), call.passed(x))


def pairs(call: Call, name: str, default: object, rank: int) -> tuple[tuple[Dim, Dim], ...]:
    """`cropping` or `padding`: one number for all, one a dimension, or a pair a dimension. Raises Mismatch."""
    value = call.config.get(name, default)
    if rank == 1 and isinstance(value, (list, tuple)) and len(value) == 2:
        value = (value,)
    if is_int(value):
        return ((value, value),) * rank
    if not isinstance(value, (list, tuple)):
        return ((UNKNOWN, UNKNOWN),) * rank
    if len(value) != rank:
        raise Mismatch(f"{name} must have {rank} values")
    return tuple(_pair(part) for part in value)


def _pair(part: object) -> tuple[Dim, Dim]:
    if is_int(part):
        return part, part
    if isinstance(part, (list, tuple)):
        if len(part) != 2:
            raise Mismatch(f"not a pair: {part}")
        return tuple(p if is_int(p) else UNKNOWN for p in part)  # type: ignore[return-value]
    return UNKNOWN, UNKNOWN


def _image_rule(change: Callable[[Call, int, Shape], Shape], rank: int) -> Rule:
    def rule(call: Call) -> Inference:
        x = call.tensor
        batch, channels, space = channels_and_space(call, rank)
        return one(image(call, batch, channels, change(call, rank, space)), call.passed(x))

    return rule


def _cropped(call: Call, rank: int, space: Shape) -> Shape:
    result = []
    for size, (before, after) in zip(space, pairs(call, "cropping", _CROPPING[rank], rank), strict=True):
        left = add(size, multiply(-1, before), multiply(-1, after))
        if is_int(left) and left <= 0:
            raise Mismatch("nothing is left")
        result.append(left)
    return tuple(result)


def _padded(call: Call, rank: int, space: Shape) -> Shape:
    padding = pairs(call, "padding", 1, rank)
    return tuple(add(size, before, after) for size, (before, after) in zip(space, padding, strict=True))


def _upsampled(call: Call, rank: int, space: Shape) -> Shape:
    result = tuple(map(multiply, space, call.sizes("size", 2, rank)))
    if rank == 2 and None in result and call.facts.era == "tf_keras":  # it resizes to both or to neither
        return (None, None)
    return result


_CROPPING: dict[int, object] = {1: (1, 1), 2: ((0, 0), (0, 0)), 3: ((1, 1), (1, 1), (1, 1))}

layer("Cropping1D")(space_first(_image_rule(_cropped, 1)))
layer("UpSampling1D")(space_first(_image_rule(_upsampled, 1)))
layer("ZeroPadding1D")(space_first(_image_rule(_padded, 1), "tf_keras"))
for _rank in (2, 3):
    layer(f"Cropping{_rank}D")(_image_rule(_cropped, _rank))
    layer(f"ZeroPadding{_rank}D")(_image_rule(_padded, _rank))
    layer(f"UpSampling{_rank}D")(_image_rule(_upsampled, _rank))
