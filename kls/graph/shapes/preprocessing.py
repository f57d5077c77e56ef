"""Preprocessing of text, categories, numbers and sound."""

from __future__ import annotations

from collections.abc import Sequence

from kls.graph.shapes.convolution import channels_and_space, image
from kls.graph.shapes.dims import add, count, floor_divide, is_int, multiply, unknown, window
from kls.graph.shapes.registry import Call, layer, one
from kls.graph.shapes.spec import UNKNOWN, Dim, Inference, Mismatch, Shape


def _encoded(shape: Shape | None, mode: object, depth: Dim) -> Shape | None:
    """Indices turned into one-hot, multi-hot, count or tf-idf vectors of `depth`."""
    if shape is None or mode is UNKNOWN:
        return None
    if mode == "int":
        return shape
    if mode == "one_hot" and shape and shape[-1] is UNKNOWN:
        return None
    if mode == "one_hot" and not (len(shape) > 1 and shape[-1] == 1):
        return (*shape, depth)
    return (*shape[:-1], depth)


def _looked_up(call: Call, shape: Shape | None, mode: object, depth: Dim) -> Shape | None:
    """As _encoded; Keras 3 before 3.14 says (batch, depth) for all modes but "int"."""
    if call.facts.era not in ("3.0", "3.10") or mode == "int" or mode is UNKNOWN:
        return _encoded(shape, mode, depth)
    return (shape[0] if shape else UNKNOWN, depth)


def _lookup_dtype(call: Call, mode: object) -> str | None:
    return None if mode is UNKNOWN else "int64" if mode == "int" else call.facts.floatx


@layer("StringLookup")
def string_lookup(call: Call) -> Inference:
    """Strings to indices (or back, with `invert`)."""
    return _lookup(call, "[UNK]", "string")


@layer("IntegerLookup")
def integer_lookup(call: Call) -> Inference:
    """Integers to indices (or back, with `invert`)."""
    return _lookup(call, -1, "int64")


def _lookup(call: Call, oov: object, tokens: str) -> Inference:
    x = call.tensor
    mode = call.text("output_mode", "int")
    shape = _looked_up(call, x.shape, mode, _depth(call, oov, call.config.get("mask_token")))
    inverted = call.flag("invert", False)
    if inverted is not False and call.facts.era == "tf_keras":  # Keras 3 says int64 then too
        return one(shape, tokens if inverted is True else None)
    return one(shape, _lookup_dtype(call, mode))


def _depth(call: Call, oov: object, mask: object) -> Dim:
    """How many tokens a lookup knows: `max_tokens` if padded to, else what the vocabulary has with special tokens."""
    if call.flag("pad_to_max_tokens", False) is True:
        return call.size("max_tokens", None)
    vocabulary = call.config.get("vocabulary")
    oovs = call.size("num_oov_indices", 1)
    if not isinstance(vocabulary, (list, tuple)) or UNKNOWN in vocabulary or not is_int(oovs) or mask is UNKNOWN:
        return UNKNOWN
    special: Sequence[object] = ([] if mask is None else [mask]) + [call.config.get("oov_token", oov)] * oovs
    return len(vocabulary) + (0 if list(vocabulary[: len(special)]) == list(special) else len(special))


@layer("TextVectorization")
def text_vectorization(call: Call) -> Inference:
    """Text to a row of token indices, or to one vector."""
    x = call.tensor
    mode = call.text("output_mode", "int")
    dtype = _lookup_dtype(call, mode)
    if mode == "int":
        length = call.size("output_sequence_length", None)
        if call.facts.era == "tf_keras" and call.flag("ragged", False) is not False:
            return one(None, dtype)
        return one((x.shape[0] if x.shape else UNKNOWN, length), dtype)
    if x.shape is None or mode is UNKNOWN:
        return one(None, dtype)
    split = call.config.get("split", "whitespace")
    shape = x.shape
    if split is not None:
        shape = (*shape, None)
        if call.facts.era == "tf_keras" and len(x.shape) > 1:
            shape = (*x.shape[:-1], None)
    elif len(shape) <= 1:
        shape = (*shape, 1)
    return one(_looked_up(call, shape, mode, _depth(call, "[UNK]", None)), dtype)


@layer("CategoryEncoding")
def category_encoding(call: Call) -> Inference:
    """Indices to one vector of `num_tokens`."""
    x = call.tensor
    mode, depth = call.text("output_mode", "multi_hot"), call.size("num_tokens", None)
    if x.shape is not None and not x.shape:
        return one((depth,), call.dtype)
    return one(_encoded(x.shape, mode, depth), call.dtype)


@layer("Hashing")
def hashing(call: Call) -> Inference:
    """Values to one of `num_bins`."""
    x = call.tensor
    mode, bins = call.text("output_mode", "int"), call.size("num_bins")
    dtype = _bins_dtype(call, mode)
    if call.facts.era == "tf_keras":
        return one(_encoded(x.shape, mode, bins), dtype)
    if x.shape is None or mode == "int":
        return one(x.shape, dtype)
    return one(None if mode is UNKNOWN else (*x.shape[:-1], bins), dtype)


def _bins_dtype(call: Call, mode: object) -> str | None:
    if call.config.get("dtype") is not None:
        return call.dtype
    return None if mode is UNKNOWN else "int64" if mode == "int" else call.facts.floatx


@layer("HashedCrossing")
def hashed_crossing(call: Call) -> Inference:
    """Two features crossed and hashed."""
    tensors = call.tensors
    mode, bins = call.text("output_mode", "int"), call.size("num_bins")
    if tensors is None or not tensors:
        return one(None, _bins_dtype(call, mode))
    return one(_encoded(tensors[0].shape, mode, bins), _bins_dtype(call, mode))


@layer("Discretization")
def discretization(call: Call) -> Inference:
    """Numbers to the index of their bin; `bin_boundaries` of n numbers make n + 1 bins."""
    x = call.tensor
    mode = call.text("output_mode", "int")
    boundaries = call.config.get("bin_boundaries")
    depth: Dim = call.size("num_bins", None)
    if boundaries is not None:
        depth = len(boundaries) + 1 if isinstance(boundaries, (list, tuple)) else UNKNOWN
    dtype = _bins_dtype(call, mode)
    if mode == "int" and call.facts.era in ("3.10", "3.14"):
        dtype = "int32"
    if call.facts.era in ("3.0", "3.10"):  # it says the input's shape, whatever the mode
        return one(x.shape, dtype)
    if x.shape is None or mode in ("int", "one_hot", UNKNOWN) or call.facts.era == "tf_keras":
        return one(_encoded(x.shape, mode, depth), dtype)
    # Keras 3 drops the second dimension here, not the last.
    return one((x.shape[0], *x.shape[2:], depth) if len(x.shape) >= 2 else (depth,), dtype)


@layer("Rescaling")
def rescaling(call: Call) -> Inference:
    """Elementwise."""
    return one(call.tensor.shape, call.dtype)


@layer("MelSpectrogram")
def mel_spectrogram(call: Call) -> Inference:
    """(batch, samples) -> (batch, mel bins, frames)."""
    x = call.tensor
    if x.shape is None:
        return one(None, call.dtype)
    if len(x.shape) not in (1, 2):
        raise Mismatch("MelSpectrogram takes rank 1 or 2")
    stride = call.size("sequence_stride", 512)
    frames = floor_divide(add(x.shape[-1], stride, 1), stride)
    return one((*x.shape[:-1], call.size("num_mel_bins", 128), frames), call.dtype)


@layer("STFTSpectrogram")
def stft_spectrogram(call: Call) -> Inference:
    """Two fixed kernels (frame_length, 1, frequencies), one only in the modes "real" and "imag"."""
    batch, channels, (samples,) = channels_and_space(call, 1)
    length = call.size("frame_length", 256)
    step, fft = call.size("frame_step", None), call.size("fft_length", None)
    step = floor_divide(length, 2) if step is None else step
    if fft is None:
        fft = UNKNOWN if not is_int(length) else 1 << max(length - 1, 0).bit_length()
    mode = call.text("mode", "log")
    bins = add(floor_divide(fft, 2), 1)
    kernels: Dim = UNKNOWN if mode is UNKNOWN else 1 if mode in ("real", "imag") else 2
    params = count(multiply(kernels, length, bins))
    bins = UNKNOWN if mode is UNKNOWN else multiply(bins, 2) if mode == "stft" else bins
    frames = window(samples, length, step, call.text("padding", "valid"))
    expand = call.flag("expand_dims", False)
    if expand is UNKNOWN or call.channels_first is UNKNOWN:
        return one(unknown(3) if expand is False else None, call.dtype, params)
    if not expand:
        return one(image(call, batch, multiply(bins, channels), (frames,)), call.dtype, params)
    return one(image(call, batch, channels, (frames, bins)), call.dtype, params)
