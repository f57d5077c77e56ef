"""What TensorFlow's and the old backend's functions are called in keras.ops. Each was tried: given a KerasTensor it raises."""

from __future__ import annotations

_SAME = """
abs add all any arange argmax argmin argsort cast ceil conj cos cosh cumsum cumprod divide einsum equal erf exp
expand_dims expm1 eye floor greater greater_equal imag isfinite isinf isnan less less_equal log log1p logical_and
logical_not logical_or logical_xor logsumexp matmul maximum minimum mod multiply negative norm not_equal one_hot
ones_like pad prod real reciprocal repeat reshape roll round rsqrt segment_sum shape sigmoid sign sin sinh size slice
softmax sort split sqrt square squeeze stack stop_gradient subtract sum tan tanh tensordot tile transpose unstack where
zeros_like
""".split()
_OTHER = {
    "add_n": "sum",
    "clip_by_value": "clip",
    "concat": "concatenate",
    "convert_to_tensor": "convert_to_tensor",
    "floordiv": "floor_divide",
    "gather": "take",
    "identity": None,
    "is_finite": "isfinite",
    "is_inf": "isinf",
    "is_nan": "isnan",
    "l2_normalize": "normalize",
    "pow": "power",
    "reduce_all": "all",
    "reduce_any": "any",
    "reduce_logsumexp": "logsumexp",
    "reduce_max": "max",
    "reduce_mean": "mean",
    "reduce_min": "min",
    "reduce_prod": "prod",
    "reduce_std": "std",
    "reduce_sum": "sum",
    "reduce_variance": "var",
    "reverse": "flip",
    "softplus": "softplus",
    "top_k": "top_k",
    "truediv": "true_divide",
}
_NN = """
elu gelu leaky_relu log_softmax relu relu6 selu silu softmax softplus softsign sigmoid tanh
""".split()
_WITHOUT = """
boolean_mask broadcast_to constant ensure_shape fill gather_nd map_fn meshgrid numpy_function py_function range rank scan
sequence_mask squared_difference strided_slice vectorized_map while_loop Variable debugging.assert_equal
debugging.check_numerics image.random_flip_left_right image.per_image_standardization nn.avg_pool2d nn.bias_add nn.conv2d
nn.depth_to_space nn.dropout nn.embedding_lookup nn.l2_loss nn.local_response_normalization nn.max_pool2d nn.moments
nn.space_to_depth signal.fft strings.lower
""".split()

FUNCTIONS: dict[str, str | None] = {
    **dict.fromkeys(_WITHOUT),
    **{name: name for name in _SAME},
    **_OTHER,
    **{f"math.{name}": name for name in _SAME},
    **{f"math.{name}": new for name, new in _OTHER.items()},
    **{f"linalg.{name}": name for name in ("einsum", "matmul", "norm", "tensordot")},
    **{f"nn.{name}": name for name in _NN},
    "nn.swish": "silu",
    "nn.top_k": "top_k",
    "nn.l2_normalize": "normalize",
    "image.resize": "image.resize",
    "image.rgb_to_grayscale": "image.rgb_to_grayscale",
    "linalg.l2_normalize": "normalize",
}
"""TensorFlow functions that refuse a KerasTensor, by their name without `tensorflow.`; None where keras.ops has no such."""

INTERCHANGEABLE = frozenset(
    {*_SAME, *_NN, *(n for n in _OTHER.values() if n), "image.resize"}
    - {"split", "pad", "size", "normalize", "sum", "one_hot", "top_k", "convert_to_tensor"}
    | {"sum"}
)
"""Functions of keras.ops that take the same arguments in the same order as TensorFlow's."""

SHARED_KEYWORDS = frozenset({"axis", "keepdims"})

BACKEND: dict[str, str | None] = {
    **{
        name: name
        for name in """
        abs cos exp expand_dims log maximum minimum prod relu reshape sigmoid sin softmax softplus sqrt square squeeze stack
        sum tanh tile transpose
        """.split()
    },
    "batch_flatten": None,
    "batch_dot": None,
    "clip": "clip",
    "concatenate": "concatenate",
    "dot": "dot",
    "flatten": "ravel",
    "l2_normalize": "normalize",
    "max": "max",
    "mean": "mean",
    "min": "min",
    "ndim": "ndim",
    "permute_dimensions": "transpose",
    "pow": "power",
    "repeat_elements": "repeat",
    "std": "std",
    "var": "var",
}
"""Functions of the old keras.backend that refuse the tensors of Keras 3, and their names in keras.ops."""
