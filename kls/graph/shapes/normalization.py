"""Normalization layers: the output has the input's shape, the weights have the sizes of the axes."""

from __future__ import annotations

from kls.graph.shapes.dims import add, axes_of, axis_of, count, is_int, multiply, when
from kls.graph.shapes.registry import Call, layer, one
from kls.graph.shapes.spec import UNKNOWN, Dim, Inference, Shape


def _size_of_axes(shape: Shape | None, axis: object) -> Dim:
    if shape is None or axis is UNKNOWN:
        return UNKNOWN
    return multiply(*(shape[i] for i in axes_of(axis, len(shape))))


@layer("BatchNormalization", "SyncBatchNormalization")
def batch_normalization(call: Call) -> Inference:
    """Gamma, beta, moving mean and moving variance; three more with `renorm`."""
    x = call.tensor
    size = _size_of_axes(x.shape, call.config.get("axis", -1))
    gamma, beta = when(call.flag("scale", True), size), when(call.flag("center", True), size)
    renorm = when(call.flag("renorm", False), multiply(3, size))
    return one(x.shape, call.dtype, count(gamma, beta, multiply(2, size), renorm))


@layer("LayerNormalization")
def layer_normalization(call: Call) -> Inference:
    """Gamma and beta; `rms_scaling` (before 3.14) has gamma only."""
    x = call.tensor
    size = _size_of_axes(x.shape, call.config.get("axis", -1))
    rms = call.flag("rms_scaling", False)
    if rms is True:
        return one(x.shape, call.dtype, count(size))
    gamma, beta = when(call.flag("scale", True), size), when(call.flag("center", True), size)
    return one(x.shape, call.dtype, None if rms is UNKNOWN else count(gamma, beta))


@layer("GroupNormalization")
def group_normalization(call: Call) -> Inference:
    """Gamma and beta of the channel axis, however many groups."""
    x = call.tensor
    axis = call.config.get("axis", -1)
    size: Dim = UNKNOWN if x.shape is None or not is_int(axis) else x.shape[axis_of(axis, len(x.shape))]
    gamma, beta = when(call.flag("scale", True), size), when(call.flag("center", True), size)
    return one(x.shape, call.dtype, count(gamma, beta))


@layer("RMSNormalization")
def rms_normalization(call: Call) -> Inference:
    """A scale."""
    x = call.tensor
    return one(x.shape, call.dtype, count(_size_of_axes(x.shape, call.config.get("axis", -1))))


@layer("UnitNormalization")
def unit_normalization(call: Call) -> Inference:
    """No weights."""
    return one(call.tensor.shape, call.dtype)


@layer("Normalization")
def normalization(call: Call) -> Inference:
    """Mean, variance and a count, all adapted; none of them is a weight when `mean` and `variance` are given."""
    x = call.tensor
    axis = call.config.get("axis", -1)
    mean = call.config.get("mean")
    if mean is not None and mean is not UNKNOWN:
        return one(x.shape, call.dtype, 0)
    size: Dim = 1 if axis is None else _size_of_axes(x.shape, axis)
    return one(x.shape, call.dtype, None if mean is UNKNOWN else count(add(multiply(2, size), 1)))
