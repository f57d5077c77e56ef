"""One call or more of every function of keras.ops that makes an Operation."""

from __future__ import annotations

from typing import NamedTuple

from kls.graph.shapes.naming import words

from .samples import T


class OpSample(NamedTuple):
    """A function of keras.ops (with its module, such as "image.resize"), and the arguments of the call."""

    name: str
    args: tuple[object, ...]
    kwargs: dict[str, object]


def o(name: str, /, *args: object, **kwargs: object) -> OpSample:
    """A sample."""
    return OpSample(name, args, kwargs)


X, Y, Z = T((None, 5, 6)), T((None, 5, 6)), T((None, 1, 6))
INTS, BOOLS, VECTOR, SQUARE = T((None, 5, 6), "int32"), T((None, 5, 6), "bool"), T((6,)), T((None, 4, 4))
IMAGE, RGB = T((None, 12, 10, 4)), T((None, 12, 10, 3))

UNARY = words(
    "abs absolute arccos arccosh arcsin arcsinh arctan arctanh ceil conj conjugate copy cos cosh exp exp2 expm1 flip "
    "fliplr flipud floor imag isfinite isinf isnan isneginf isposinf isreal log log10 log1p log2 logical_not negative "
    "real reciprocal round sign signbit sin sinc sinh sqrt square tan tanh trunc angle cbrt deg2rad rad2deg i0 fabs "
    "nan_to_num ones_like zeros_like empty_like tril triu ravel size ndim nonzero convert_to_tensor array relu relu6 "
    "sigmoid sparse_sigmoid softplus softsign soft_shrink sparse_plus silu swish squareplus log_sigmoid leaky_relu "
    "hard_sigmoid hard_silu hard_swish elu selu gelu celu tanh_shrink hard_tanh hard_shrink softmax log_softmax "
    "sparsemax erf erfinv erfc rsqrt logsumexp normalize stop_gradient rms_normalization layer_normalization glu "
    "max min sum mean prod std var all any amax amin ptp median argmax argmin argsort sort count_nonzero average "
    "nanargmax nanargmin nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar cumsum cumprod nancumsum "
    "nancumprod transpose squeeze diff trapezoid trace diagonal rot90 norm unstack corrcoef view_as_real"
)
BINARY = words(
    "add subtract multiply divide true_divide divide_no_nan power maximum minimum fmax fmin mod fmod floor_divide "
    "equal not_equal greater greater_equal less less_equal isclose arctan2 logaddexp logaddexp2 nextafter ldexp hypot "
    "heaviside"
)
REDUCTIONS = words("max min sum mean prod std var all any amax amin median logsumexp norm nansum nanmean")

SAMPLES = [
    *(o(name, X) for name in UNARY if name not in ("unstack", "squeeze")),
    *(o(name, INTS) for name in words("abs sqrt exp sum mean square relu cumsum argmax softmax std ones_like sin")),
    *(o(name, BOOLS) for name in words("sum logical_not square cumsum mean")),
    *(o(name, X, Z) for name in BINARY),
    *(o(name, X, 2) for name in words("add multiply divide power maximum greater floor_divide mod")),
    *(o(name, 2.0, INTS) for name in words("add multiply divide less subtract")),
    *(o(name, INTS, 2) for name in words("add multiply divide power mod")),
    *(o(name, INTS, X) for name in words("add multiply divide less")),
    *(o(name, INTS, INTS) for name in words("bitwise_and bitwise_or bitwise_xor left_shift right_shift gcd lcm")),
    *(o(name, INTS, INTS) for name in words("bitwise_left_shift bitwise_right_shift")),
    *(o(name, INTS) for name in words("bitwise_not bitwise_invert")),
    *(o(name, BOOLS, BOOLS) for name in words("logical_and logical_or logical_xor")),
    *(o(name, X, axis=axis, keepdims=keep) for name in REDUCTIONS for axis in (1, (1, -1)) for keep in (False, True)),
    o("add", T((3, 1)), T((None, 4))),
    o("add", T((None,), "float16"), T((4,), "bfloat16")),
    o("allclose", X, X),
    o("append", X, Y),
    o("append", X, T((None, 2, 6)), axis=1),
    o("cast", X, "int32"),
    o("argpartition", X, 2),
    o("array_split", X, 4, axis=2),
    o("array_split", X, 3),
    o("associative_scan", lambda a, b: a + b, X, axis=1),
    o("average", X, axis=1),
    o("bincount", T((None, 4), "int32")),
    o("broadcast_to", T((1, 6)), (4, 6)),
    o("clip", X, 0, 1),
    o("concatenate", [X, T((None, 2, 6))], axis=1),
    o("concatenate", [X, INTS], axis=-1),
    o("saturate_cast", X, "uint8"),
    o("correlate", VECTOR, T((3,)), mode="full"),
    o("cross", T((None, 3)), T((None, 3))),
    o("cumsum", X, axis=1),
    o("diag", VECTOR, k=1),
    o("diag", T((5, 6)), k=-1),
    o("diagflat", T((2, 3))),
    o("diagonal", X, offset=1, axis1=1, axis2=2),
    o("diff", X, n=2, axis=1),
    o("digitize", X, T((3,))),
    o("dot", X, T((6, 3))),
    o("dot", X, VECTOR),
    o("dsplit", T((4, 5, 6)), 3),
    o("dstack", [T((5, 6)), T((5, 6))]),
    o("einsum", "abc,cd->abd", X, T((6, 3))),
    o("einsum", "...c,cd->...d", X, T((6, 3))),
    o("einsum", "abc,abd->acd", X, T((None, 5, 3))),
    o("einsum", "ij->ji", T((5, 6))),
    o("expand_dims", X, 1),
    o("expand_dims", X, (0, -1)),
    o("flip", X, axis=1),
    o("full_like", X, 2),
    o("fori_loop", 0, 3, lambda i, x: x, X),
    o("get_item", X, (slice(None), 0)),
    o("get_item", X, (slice(None), slice(1, 4), slice(None, None, 2))),
    o("get_item", X, (Ellipsis, None, -1)),
    o("get_item", X, 0),
    o("histogram", VECTOR, bins=5),
    o("hsplit", T((None, 6, 2)), 2),
    o("hstack", [X, T((None, 2, 6))]),
    o("inner", X, VECTOR),
    o("isin", X, VECTOR),
    o("kron", T((2, 3)), T((4, 5))),
    o("linspace", T((6,)), T((6,)), num=4),
    o("logspace", T((6,)), T((6,)), num=4, axis=-1),
    o("geomspace", T((6,)), T((6,)), num=4),
    o("matmul", X, T((None, 6, 3))),
    o("matmul", X, VECTOR),
    o("matmul", T((5,)), X),
    o("max", X, axis=-1),
    o("meshgrid", T((3,)), T((4,))),
    o("moveaxis", X, 1, -1),
    o("moveaxis", IMAGE, (1, 2), (2, 3)),
    o("nanquantile", X, 0.5, axis=1),
    o("nanpercentile", X, [0.5, 0.7], axis=1),
    o("one_hot", T((None, 4), "int32"), 10),
    o("one_hot", T((None, 4), "int32"), 10, axis=1),
    o("multi_hot", T((None, 4), "int32"), 10),
    o("outer", VECTOR, T((3,))),
    o("pad", X, 1),
    o("pad", X, ((0, 0), (1, 2), (3, 4))),
    o("percentile", X, 0.5),
    o("quantile", X, [0.1, 0.2], axis=1, keepdims=True),
    o("quantile", X, 0.5, axis=1),
    o("rearrange", T((2, 8, 4)), "b (h w) c -> (b h) w c", h=2, w=4),
    o("repeat", X, 3, axis=1),
    o("repeat", T((2, 3)), 2),
    o("repeat", T((2, 3)), [1, 2, 3], axis=1),
    o("reshape", X, (-1, 30)),
    o("reshape", X, (-1, 10, 3)),
    o("reshape", T((4, 6)), (3, -1)),
    o("roll", X, 2),
    o("searchsorted", VECTOR, T((3,))),
    o("select", [BOOLS], [X]),
    o("slogdet", T((4, 4))),
    o("slice", X, (0, 1, 2), (2, 3, -1)),
    o("slice_update", X, (0, 1, 2), T((2, 3, 4))),
    o("scatter", T((3, 1), "int32"), T((3,)), (7,)),
    o("scatter_update", T((7,)), T((3, 1), "int32"), T((3,))),
    o("split", X, 3, axis=2),
    o("split", X, [1, 4], axis=1),
    o("split", X, 2),
    o("squeeze", Z),
    o("squeeze", Z, axis=1),
    o("stack", [X, Y]),
    o("stack", [X, Y, INTS], axis=-1),
    o("swapaxes", X, 1, 2),
    o("take", X, T((3,), "int32"), axis=1),
    o("take", X, [0, 1, 2, 3], axis=-1),
    o("take", X, 0, axis=1),
    o("take", VECTOR, T((None, 4), "int32")),
    o("take_along_axis", X, T((None, 2, 6), "int32"), axis=1),
    o("tensordot", X, T((6, 3)), axes=1),
    o("tensordot", X, T((5, 6, 3)), axes=[[1, 2], [0, 1]]),
    o("threshold", X, 0.5, 0.0),
    o("tile", X, (1, 2, 3)),
    o("tile", T((2, 3)), (2, 1, 1)),
    o("transpose", X, (0, 2, 1)),
    o("transpose", X, axes=(2, 0, 1)),
    o("unique", VECTOR, return_counts=True, return_inverse=True),
    o("unravel_index", T((3,), "int32"), (4, 5)),
    o("unstack", X, axis=1),
    o("vander", VECTOR, N=3),
    o("vdot", VECTOR, VECTOR),
    o("view", T((3, 4)), "int16"),
    o("vsplit", T((6, 2)), [1, 4]),
    o("vstack", [T((2, 3)), T((4, 3))]),
    o("where", BOOLS, X, Z),
    o("where", BOOLS, X, 0),
    o("while_loop", lambda x: True, lambda x: x, (X,)),
    o("batch_normalization", X, VECTOR, VECTOR, -1),
    o("binary_crossentropy", X, X),
    o("categorical_crossentropy", X, X),
    o("sparse_categorical_crossentropy", T((None, 5), "int32"), X),
    o("ctc_loss", T((None, 3), "int32"), X, T((None,), "int32"), T((None,), "int32")),
    o("ctc_decode", X, T((None,), "int32")),
    o("moments", X, axes=[1]),
    o("psnr", X, X, 1.0),
    o("polar", X, X),
    o("dot_product_attention", T((None, 5, 2, 4)), T((None, 7, 2, 4)), T((None, 7, 2, 4))),
    o("max_pool", IMAGE, 2),
    o("average_pool", IMAGE, (2, 3), strides=1, padding="same"),
    o("adaptive_max_pool", IMAGE, (2, 3)),
    o("adaptive_average_pool", IMAGE, (2, 2)),
    o("conv", IMAGE, T((3, 3, 4, 8)), strides=2, padding="same"),
    o("depthwise_conv", IMAGE, T((3, 3, 4, 2))),
    o("separable_conv", IMAGE, T((3, 3, 4, 2)), T((1, 1, 8, 5))),
    o("conv_transpose", IMAGE, T((3, 3, 8, 4)), strides=2, padding="same"),
    o("conv_transpose", IMAGE, T((3, 3, 8, 4)), strides=2),
    o("unfold", T((None, 3, 8, 10)), 3, padding=1, stride=2),
    o("fold", T((None, 27, 20)), (8, 10), 3),
    o("depth_to_space", IMAGE, 2),
    o("space_to_depth", IMAGE, 2),
    o("segment_sum", X, T((None,), "int32"), num_segments=3),
    *(o(name, X, T((None,), "int32")) for name in words("segment_max segment_min segment_prod")),
    o("top_k", X, 3),
    o("in_top_k", T((None,), "int32"), T((None, 6)), 3),
    o("cdist", X, T((None, 7, 6))),
    o("extract_sequences", T((None, 100)), 10, 3),
    *(o(name, (X, X)) for name in words("fft fft2 ifft2 irfft")),
    o("rfft", X),
    o("rfft", X, fft_length=16),
    o("stft", T((None, 100)), 16, 8, 16),
    o("istft", (T((None, 13, 9)), T((None, 13, 9))), 16, 8, 16),
    o("logdet", SQUARE),
    o("view_as_complex", T((None, 3, 2))),
    *(o(f"linalg.{name}", SQUARE) for name in words("cholesky cholesky_inverse det eig eigh inv svd qr pinv")),
    *(o(f"linalg.{name}", T((None, 3, 4))) for name in words("lu_factor matrix_rank")),
    o("linalg.norm", X, axis=(1, 2), keepdims=True),
    o("linalg.solve", SQUARE, T((None, 4, 2))),
    o("linalg.solve_triangular", SQUARE, T((None, 4, 2))),
    o("linalg.lstsq", T((5, 4)), T((5, 2))),
    o("svd", T((None, 3, 4)), full_matrices=False),
    o("qr", T((None, 3, 4)), mode="complete"),
    o("image.rgb_to_grayscale", RGB),
    o("image.rgb_to_hsv", RGB),
    o("image.hsv_to_rgb", RGB),
    o("image.resize", RGB, (6, 7)),
    o("image.affine_transform", RGB, T((None, 8))),
    o("image.extract_patches", RGB, (3, 3), strides=2, padding="same"),
    o("image.extract_patches", RGB, 3),
    o("image.extract_patches_3d", T((None, 6, 6, 6, 3)), 2),
    o("image.map_coordinates", T((5, 6)), T((2, 7, 8)), 1),
    o("image.pad_images", RGB, 1, 2, target_height=20, target_width=20),
    o("image.pad_images", RGB, 1, 2, 3, 4),
    o("image.crop_images", RGB, 1, 2, target_height=6, target_width=5),
    o("image.perspective_transform", RGB, T((None, 4, 2)), T((None, 4, 2))),
    o("image.gaussian_blur", RGB),
    o("image.elastic_transform", RGB),
    o("image.scale_and_translate", RGB, (4, 8, 9, 3), T((2,)), T((2,)), (1, 2), "linear"),
    o("image.sobel_edges", RGB),
    o("image.ssim", RGB, RGB),
]
