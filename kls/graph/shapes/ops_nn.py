"""Ops on images and sequences: convolution, pooling, blocks, resizing."""

from __future__ import annotations

from kls.graph.shapes.convolution import grown
from kls.graph.shapes.dims import Flag, add, axis_of, floor_divide, is_int, multiply, of_rank, window
from kls.graph.shapes.ops_registry import OpCall, op
from kls.graph.shapes.ops_shapes import sizes
from kls.graph.shapes.spec import UNKNOWN, Dim, Mismatch, Shape, TensorSpec


def _spread(value: object, rank: int) -> Shape:
    """One number for all dimensions, or one each."""
    given = sizes(value)
    if given is None:
        return (UNKNOWN,) * rank
    if is_int(value):
        return given * rank
    if len(given) != rank:
        raise Mismatch(f"{value} is not for {rank} dimensions")
    return given


def _apart(shape: Shape, first: Flag) -> tuple[Dim, Shape]:
    """Channels and spatial sizes."""
    if first is UNKNOWN:
        return UNKNOWN, (UNKNOWN,) * (len(shape) - 2)
    return (shape[1], shape[2:]) if first else (shape[-1], shape[1:-1])


def _together(batch: Dim, channels: Dim, space: Shape, first: Flag) -> Shape:
    if first is UNKNOWN:
        return (batch, *(UNKNOWN,) * (len(space) + 1))
    return (batch, channels, *space) if first else (batch, *space, channels)


@op("max_pool", "average_pool")
def pool(call: OpCall) -> TensorSpec:
    """`strides` default to `pool_size`."""
    x, first = call.tensor(0, "inputs"), call.channels_first(4)
    if x.shape is None:
        return x
    channels, space = _apart(x.shape, first)
    size = _spread(call.get(1, "pool_size"), len(space))
    strides = call.get(2, "strides", None)
    steps = size if strides is None else _spread(strides, len(space))
    padding = call.get(3, "padding", "valid")
    out = tuple(map(window, space, size, steps, (padding,) * len(space)))
    return TensorSpec(_together(x.shape[0], channels, out, first), x.dtype)


@op("adaptive_max_pool", "adaptive_average_pool")
def adaptive_pool(call: OpCall) -> TensorSpec:
    """The spatial sizes are `output_size`; with the channels last, Keras keeps one dimension too many."""
    x, first = call.tensor(0, "inputs"), call.channels_first(2)
    out = sizes(call.get(1, "output_size"))
    if x.shape is None or out is None or first is UNKNOWN:
        return TensorSpec(None, x.dtype)
    return TensorSpec((*x.shape[:2], *out) if first else (*x.shape[: -len(out)], *out, x.shape[-1]), x.dtype)


def _conv(call: OpCall, kernel: TensorSpec, filters: Dim, at: int) -> TensorSpec:
    """A convolution whose `strides` stand at position `at`, before `padding`, `data_format` and `dilation_rate`."""
    x, first = call.tensor(0, "inputs"), call.channels_first(at + 2)
    if x.shape is None or kernel.shape is None:
        return TensorSpec(None, x.dtype)
    _, space = _apart(x.shape, first)
    rank = len(space)
    sizes_ = of_rank(kernel.shape, rank + 2)[:-2]
    strides = _spread(call.get(at, "strides", 1), rank)
    dilation = _spread(call.get(at + 3, "dilation_rate", 1), rank)
    padding = call.get(at + 1, "padding", "valid")
    out = tuple(map(window, space, sizes_, strides, (padding,) * rank, dilation))
    return TensorSpec(_together(x.shape[0], filters, out, first), x.dtype)


def _end(x: TensorSpec, back: int) -> Dim:
    return x.shape[-back] if x.shape is not None and len(x.shape) >= back else UNKNOWN


@op("conv")
def conv(call: OpCall) -> TensorSpec:
    """The kernel is a tensor (*sizes, channels, filters)."""
    kernel = call.tensor(1, "kernel")
    return _conv(call, kernel, _end(kernel, 1), 2)


@op("depthwise_conv")
def depthwise_conv(call: OpCall) -> TensorSpec:
    """The kernel is a tensor (*sizes, channels, multiplier)."""
    kernel = call.tensor(1, "kernel")
    return _conv(call, kernel, multiply(_end(kernel, 1), _end(kernel, 2)), 2)


@op("separable_conv")
def separable_conv(call: OpCall) -> TensorSpec:
    """A depthwise kernel, then a pointwise one."""
    return _conv(call, call.tensor(1, "depthwise_kernel"), _end(call.tensor(2, "pointwise_kernel"), 1), 3)


@op("conv_transpose")
def conv_transpose(call: OpCall) -> TensorSpec:
    """The kernel is a tensor (*sizes, filters, channels)."""
    x, kernel, first = call.tensor(0, "inputs"), call.tensor(1, "kernel"), call.channels_first(5)
    if x.shape is None or kernel.shape is None:
        return TensorSpec(None, x.dtype)
    _, space = _apart(x.shape, first)
    rank = len(space)
    strides = _spread(call.get(2, "strides", 1), rank)
    dilation = _spread(call.get(6, "dilation_rate", 1), rank)
    given = call.get(4, "output_padding", None)
    extra: Shape = (None,) * rank if given is None else _spread(given, rank)
    padding = call.get(3, "padding", "valid")
    out = tuple(map(grown, space, kernel.shape[:-2], strides, (padding,) * rank, extra, dilation))
    return TensorSpec(_together(x.shape[0], kernel.shape[-2], out, first), x.dtype)


@op("glu")
def glu(call: OpCall) -> TensorSpec:
    """Half along the axis."""
    x, axis = call.tensor(), call.get(1, "axis", -1)
    if x.shape is None or not is_int(axis):
        return TensorSpec(None, x.dtype)
    at = axis_of(axis, len(x.shape))
    size = x.shape[at]
    if is_int(size) and size % 2:
        raise Mismatch("glu needs an even size")
    return TensorSpec((*x.shape[:at], floor_divide(size, 2), *x.shape[at + 1 :]), x.dtype)


@op("unfold")
def unfold(call: OpCall) -> TensorSpec:
    """Blocks of an image (batch, channels, height, width) as columns."""
    x = call.tensor()
    batch, channels, *space = of_rank(x.shape, 4)
    kernel, dilation = _spread(call.get(1, "kernel_size"), 2), _spread(call.get(2, "dilation", 1), 2)
    padding, stride = _spread(call.get(3, "padding", 0), 2), _spread(call.get(4, "stride", 1), 2)
    padded = [add(size, multiply(2, p)) for size, p in zip(space, padding, strict=True)]
    out = map(window, padded, kernel, stride, ("valid", "valid"), dilation)
    return TensorSpec((batch, multiply(channels, *kernel), multiply(*out)), x.dtype)


@op("fold")
def fold(call: OpCall) -> TensorSpec:
    """The way back."""
    x = call.tensor()
    batch, columns, _ = of_rank(x.shape, 3)
    out, kernel = _spread(call.get(1, "output_size"), 2), _spread(call.get(2, "kernel_size"), 2)
    return TensorSpec((batch, floor_divide(columns, multiply(*kernel)), *out), x.dtype)


def _blocks(call: OpCall, deeper: bool) -> TensorSpec:
    x, block = call.tensor(), call.size(1, "block_size")
    layout = call.get(2, "data_format", "channels_last")
    first: Flag = UNKNOWN if layout is UNKNOWN else layout == "channels_first"
    shape = of_rank(x.shape, 4)
    channels, space = _apart(shape, first)
    area = multiply(block, block)
    if deeper:
        out, channels = tuple(floor_divide(d, block) for d in space), multiply(channels, area)
    else:
        out, channels = tuple(multiply(d, block) for d in space), floor_divide(channels, area)
    return TensorSpec(_together(shape[0], channels, out, first), x.dtype)


@op("depth_to_space")
def depth_to_space(call: OpCall) -> TensorSpec:
    """Channels become blocks."""
    return _blocks(call, False)


@op("space_to_depth")
def space_to_depth(call: OpCall) -> TensorSpec:
    """Blocks become channels."""
    return _blocks(call, True)


@op("rgb_to_hsv", "hsv_to_rgb", "affine_transform", "perspective_transform", "gaussian_blur", "elastic_transform")
def image(call: OpCall) -> TensorSpec:
    """The image keeps its size."""
    return call.tensor(0, "images")


@op("rgb_to_grayscale")
def rgb_to_grayscale(call: OpCall) -> TensorSpec:
    """One channel."""
    x, first = call.tensor(0, "images"), call.channels_first(1)
    if x.shape is None or first is UNKNOWN:
        return TensorSpec(None, x.dtype)
    if len(x.shape) not in (3, 4):
        raise Mismatch("not an image")
    return TensorSpec((*x.shape[:-3], 1, *x.shape[-2:]) if first else (*x.shape[:-1], 1), x.dtype)


def _resized(x: TensorSpec, first: Flag, height: Dim, width: Dim) -> TensorSpec:
    if x.shape is None or first is UNKNOWN:
        return TensorSpec(None, x.dtype)
    if len(x.shape) not in (3, 4):
        raise Mismatch("not an image")
    if first:
        return TensorSpec((*x.shape[:-2], height, width), x.dtype)
    return TensorSpec((*x.shape[:-3], height, width, x.shape[-1]), x.dtype)


@op("resize")
def resize(call: OpCall) -> TensorSpec:
    """To `size`."""
    height, width = _spread(call.get(1, "size"), 2)
    return _resized(call.tensor(0, "images"), call.channels_first(8), height, width)


def _height_and_width(call: OpCall, sides: tuple[str, str, str, str], sign: int) -> TensorSpec:
    x, first = call.tensor(0, "images"), call.channels_first(7)
    if x.shape is None or len(x.shape) not in (3, 4) or first is UNKNOWN:
        return TensorSpec(None, x.dtype)
    old = x.shape[-2:] if first else x.shape[-3:-1]
    new: list[Dim] = []
    for i, (size, target) in enumerate(zip(old, ("target_height", "target_width"), strict=True)):
        wanted = call.size(5 + i, target, None)
        before, after = call.size(1 + i, sides[i], None), call.size(3 + i, sides[2 + i], None)
        new.append(add(size, multiply(sign, before), multiply(sign, after)) if wanted is None else wanted)
    return _resized(x, first, new[0], new[1])


@op("pad_images")
def pad_images(call: OpCall) -> TensorSpec:
    """To a target size, or by so much on each side."""
    return _height_and_width(call, ("top_padding", "left_padding", "bottom_padding", "right_padding"), 1)


@op("crop_images")
def crop_images(call: OpCall) -> TensorSpec:
    """To a target size, or by so much on each side."""
    return _height_and_width(call, ("top_cropping", "left_cropping", "bottom_cropping", "right_cropping"), -1)


@op("extract_patches")
def extract_patches(call: OpCall) -> TensorSpec:
    """Each patch becomes the channels of one place; a `size` of three numbers is for volumes."""
    size = call.get(1, "size")
    return _patches(call, call.tensor(0, "images"), 3 if isinstance(size, (list, tuple)) and len(size) == 3 else 2)


@op("extract_patches_3d")
def extract_patches_3d(call: OpCall) -> TensorSpec:
    """Each patch becomes the channels of one place."""
    return _patches(call, call.tensor(0, "volumes"), 3)


def _patches(call: OpCall, x: TensorSpec, rank: int) -> TensorSpec:
    size, first = _spread(call.get(1, "size"), rank), call.channels_first(5)
    if x.shape is None or first is UNKNOWN:
        return TensorSpec(None, x.dtype)
    batched = len(x.shape) == rank + 2
    shape = x.shape if batched else (1, *x.shape)
    channels, space = _apart(of_rank(shape, rank + 2), first)
    strides = call.get(2, "strides", None)
    steps = size if strides is None else _spread(strides, rank)
    dilation = _spread(call.get(3, "dilation_rate", 1), rank)
    out = tuple(map(window, space, size, steps, (call.get(4, "padding", "valid"),) * rank, dilation))
    result = _together(shape[0], multiply(*size, channels), out, first)
    return TensorSpec(result if batched else result[1:], x.dtype)


@op("map_coordinates")
def map_coordinates(call: OpCall) -> TensorSpec:
    """A value for each coordinate."""
    coordinates = call.tensor(1, "coordinates").shape
    return TensorSpec(None if coordinates is None else coordinates[1:], call.tensor(0, "inputs").dtype)


@op("scale_and_translate")
def scale_and_translate(call: OpCall) -> TensorSpec:
    """`output_shape` as given."""
    return TensorSpec(sizes(call.get(1, "output_shape")), call.tensor(0, "images").dtype)


@op("sobel_edges")
def sobel_edges(call: OpCall) -> TensorSpec:
    """Two directions for each pixel."""
    x = call.tensor(0, "images")
    return TensorSpec(None if x.shape is None else (*x.shape, 2), x.dtype)


@op("ssim")
def ssim(call: OpCall) -> TensorSpec:
    """A number for each image."""
    x = call.tensor(0, "image1")
    return TensorSpec(None if x.shape is None else x.shape[:1] if len(x.shape) == 4 else (), x.dtype)
