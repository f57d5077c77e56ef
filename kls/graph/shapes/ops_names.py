"""Names of keras.ops: which functions make an Operation on symbolic tensors, and of which class."""

from __future__ import annotations

from kls.graph.shapes.naming import words
from kls.graph.shapes.ops_registry import OPS

_PLAIN = words(
    "bartlett blackman convert_to_numpy custom_gradient dtype empty eye hamming hanning identity is_tensor kaiser ones "
    "shape tri vectorize zeros"
)

# Where the class is not the camel case of the function.
_CLASSES = {
    "abs": "Absolute",
    "allclose": "AllClose",
    "batch_normalization": "BatchNorm",
    "cdist": "CDist",
    "conj": "Conjugate",
    "ctc_decode": "CTCDecode",
    "ctc_loss": "CTCLoss",
    "extract_patches_3d": "ExtractPatches",
    "fft": "FFT",
    "fft2": "FFT2",
    "hard_swish": "HardSilu",
    "hsv_to_rgb": "HSVToRGB",
    "ifft2": "IFFT2",
    "irfft": "IRFFT",
    "isin": "IsIn",
    "istft": "ISTFT",
    "jvp": "JVP",
    "layer_normalization": "LayerNorm",
    "psnr": "PSNR",
    "rfft": "RFFT",
    "rgb_to_grayscale": "RGBToGrayscale",
    "rgb_to_hsv": "RGBToHSV",
    "rms_normalization": "RMSNorm",
    "searchsorted": "SearchSorted",
    "ssim": "SSIM",
    "stft": "STFT",
    "svd": "SVD",
    "swish": "Silu",
}


def op_class(name: str) -> str:
    """The class of the Operation that a function of keras.ops makes: "expand_dims" -> "ExpandDims", "svd" -> "SVD"."""
    name = name.rpartition(".")[2]
    return _CLASSES.get(name) or "".join(part.capitalize() for part in name.split("_"))


def is_op(name: str) -> bool:
    """Whether a function of keras.ops makes an Operation when it is called on a symbolic tensor.

    `name` may have its module in front, as in "image.resize". On plain numbers these functions give plain tensors.
    """
    return name.rpartition(".")[2] in OPS


def is_plain(name: str) -> bool:
    """Whether a function of keras.ops never makes an Operation, such as `shape`, which gives a tuple of sizes."""
    return name.rpartition(".")[2] in _PLAIN
