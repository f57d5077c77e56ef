"""Convolutions: plain, depthwise, separable, transposed, and the legacy locally connected ones."""

from __future__ import annotations

from collections.abc import Callable

from kls.graph.shapes.core import lora
from kls.graph.shapes.dims import count, floor_divide, is_int, multiply, of_rank, unknown, when, window
from kls.graph.shapes.registry import Call, Rule, layer, one, space_first
from kls.graph.shapes.spec import UNKNOWN, Dim, Inference, Mismatch, Shape, Unknown


def channels_and_space(call: Call, rank: int) -> tuple[Dim, Dim, Shape]:
    """Batch size, channels and spatial sizes of the input, wherever data_format puts them. Raises Mismatch."""
    shape = of_rank(call.tensor.shape, rank + 2)
    first = call.channels_first
    if first is UNKNOWN:
        return shape[0], UNKNOWN, unknown(rank)
    return (shape[0], shape[1], shape[2:]) if first else (shape[0], shape[-1], shape[1:-1])


def image(call: Call, batch: Dim, channels: Dim, space: Shape) -> Shape:
    """A shape with the channels where data_format puts them."""
    first = call.channels_first
    if first is UNKNOWN:
        return (batch, *unknown(len(space) + 1))
    return (batch, channels, *space) if first else (batch, *space, channels)


def _windows(call: Call, rank: int, space: Shape) -> tuple[tuple[int | Unknown, ...], Shape]:
    kernel = call.sizes("kernel_size", UNKNOWN, rank)
    strides = call.sizes("strides", 1, rank)
    dilation = call.sizes("dilation_rate", 1, rank)
    padding = call.text("padding", "valid")
    out = tuple(map(window, space, kernel, strides, (padding,) * rank, dilation))
    return kernel, out


def conv(rank: int) -> Rule:
    """Conv1D, Conv2D, Conv3D: a kernel (*kernel_size, channels / groups, filters) and a bias (filters,)."""

    def rule(call: Call) -> Inference:
        batch, channels, space = channels_and_space(call, rank)
        filters = call.size("filters")
        kernel, out = _windows(call, rank, space)
        groups = call.size("groups", 1)
        if groups in (0, None) and call.facts.era == "tf_keras":
            groups = 1  # `groups or 1` in tf_keras/src/layers/convolutional/base_conv.py
        if is_int(channels) and is_int(groups) and (groups < 1 or channels % groups):
            raise Mismatch("channels are not divisible by groups")
        rows = multiply(*kernel, floor_divide(channels, groups))
        bias = when(call.flag("use_bias", True), filters)
        params = count(multiply(rows, filters), bias, lora(call, rows, filters))
        return one(image(call, batch, filters, out), call.dtype, params)

    return rule


def depthwise(rank: int) -> Rule:
    """DepthwiseConv1D, DepthwiseConv2D: each channel is convolved by itself, `depth_multiplier` times."""

    def rule(call: Call) -> Inference:
        batch, channels, space = channels_and_space(call, rank)
        kernel, out = _windows(call, rank, space)
        filters = multiply(channels, call.size("depth_multiplier", 1))
        params = count(multiply(*kernel, filters), when(call.flag("use_bias", True), filters))
        return one(image(call, batch, filters, out), call.dtype, params)

    return rule


def separable(rank: int) -> Rule:
    """SeparableConv1D, SeparableConv2D: a depthwise kernel, a pointwise kernel, one bias."""

    def rule(call: Call) -> Inference:
        batch, channels, space = channels_and_space(call, rank)
        filters = call.size("filters")
        kernel, out = _windows(call, rank, space)
        middle = multiply(channels, call.size("depth_multiplier", 1))
        bias = when(call.flag("use_bias", True), filters)
        params = count(multiply(*kernel, middle), multiply(middle, filters), bias)
        return one(image(call, batch, filters, out), call.dtype, params)

    return rule


def grown(size: Dim, kernel: Dim, stride: Dim, padding: object, output_padding: Dim, dilation: Dim) -> Dim:
    """Keras's _get_output_shape_given_tf_padding, for transposed convolutions. `output_padding` None: not given."""
    if size is None:
        return None
    if not is_int(size) or not is_int(stride) or output_padding is UNKNOWN or padding is UNKNOWN:
        return UNKNOWN
    if padding == "same" and output_padding is None:
        return size * stride
    if not is_int(kernel) or not is_int(dilation):
        return UNKNOWN
    kernel = (kernel - 1) * dilation + 1
    if padding == "valid":
        extra = max(kernel, stride) - kernel if output_padding is None else output_padding
        return (size - 1) * stride + kernel + extra
    if padding == "same" and output_padding is not None:
        return (size - 1) * stride + kernel % 2 + output_padding
    raise Mismatch(f"padding {padding!r}")


def transpose(rank: int) -> Rule:
    """Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: a kernel (*kernel_size, filters, channels)."""

    def rule(call: Call) -> Inference:
        batch, channels, space = channels_and_space(call, rank)
        filters = call.size("filters")
        kernel = call.sizes("kernel_size", UNKNOWN, rank)
        strides = call.sizes("strides", 1, rank)
        dilation = call.sizes("dilation_rate", 1, rank)
        padding = call.text("padding", "valid")
        given = call.config.get("output_padding")
        extra: Shape = (None,) * rank if given is None else call.sizes("output_padding", None, rank)
        out = tuple(map(grown, space, kernel, strides, (padding,) * rank, extra, dilation))
        params = count(multiply(*kernel, channels, filters), when(call.flag("use_bias", True), filters))
        return one(image(call, batch, filters, out), call.dtype, params)

    return rule


def locally_connected(rank: int) -> Rule:
    """tf_keras's LocallyConnected1D and 2D: a convolution whose kernel differs from place to place."""

    def rule(call: Call) -> Inference:
        batch, channels, space = channels_and_space(call, rank)
        filters = call.size("filters")
        kernel, out = _windows(call, rank, space)
        places = multiply(*out)
        rows = multiply(*kernel, channels, filters)
        implementation = call.size("implementation", 1)
        if implementation == 2:  # the full dense matrix between all inputs and all outputs
            rows = multiply(*space, channels, filters)
        params = count(multiply(places, rows), when(call.flag("use_bias", True), multiply(places, filters)))
        return one(image(call, batch, filters, out), call.dtype, None if implementation is UNKNOWN else params)

    return rule


_FAMILIES: dict[str, tuple[Callable[[int], Rule], tuple[int, ...]]] = {
    "Conv{}D": (conv, (2, 3)),
    "DepthwiseConv{}D": (depthwise, (1, 2)),
    "SeparableConv{}D": (separable, (1, 2)),
    "Conv{}DTranspose": (transpose, (1, 2, 3)),
    "LocallyConnected{}D": (locally_connected, (1, 2)),
}
layer("Conv1D")(space_first(conv(1), "tf_keras"))
for _name, (_make, _ranks) in _FAMILIES.items():
    for _rank in _ranks:
        layer(_name.format(_rank))(_make(_rank))
