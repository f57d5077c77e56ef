"""One call or more of every layer of keras.layers, to be compared with what the real Keras makes of it."""

from __future__ import annotations

from typing import NamedTuple


class T(NamedTuple):
    """An input: its shape with the batch dimension, and its dtype."""

    shape: tuple[int | None, ...]
    dtype: str = "float32"


class Sample(NamedTuple):
    """A layer class, its config, the arguments and keywords of the call."""

    layer: str
    config: dict[str, object]
    args: tuple[object, ...]
    kwargs: dict[str, object] = {}


def s(name: str, /, *args: object, call: dict[str, object] | None = None, **config: object) -> Sample:
    """A sample; `call` has the keywords of the call, all other keywords are the layer's."""
    return Sample(name, config, args, call or {})


VECTOR, MATRIX, SEQUENCE = T((None, 6)), T((None, 5, 6)), T((None, 12, 8))
IMAGE, OPEN_IMAGE, VOLUME = T((None, 24, 20, 6)), T((None, None, None, 6)), T((None, 10, 9, 8, 6))
FIXED = T((4, 7, 6))
TOKENS, WORDS, WORD = T((None, 9), "int32"), T((None, 9), "string"), T((None, 1), "string")
COLOURS = T((None, 16, 12, 3))

CORE = [
    s("Dense", VECTOR, units=4),
    s("Dense", MATRIX, units=4, use_bias=False, activation="relu"),
    s("Dense", FIXED, units=3, lora_rank=2),
    s("Dense", T((None, 3), "int32"), units=4),
    s("EinsumDense", MATRIX, equation="abc,cd->abd", output_shape=(None, 7), bias_axes="d"),
    s("EinsumDense", MATRIX, equation="...x,xy->...y", output_shape=7, bias_axes="y"),
    s("EinsumDense", T((None, 5, 6, 3)), equation="ab...,bc->ac...", output_shape=7, bias_axes="c"),
    s("EinsumDense", MATRIX, equation="abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de", lora_rank=2),
    s("EinsumDense", MATRIX, equation="abc,cde->abde", output_shape=(None, 2, 3)),
    s("Embedding", TOKENS, input_dim=100, output_dim=8),
    s("Embedding", T((None,), "int32"), input_dim=10, output_dim=3, lora_rank=2),
    s("ReversibleEmbedding", TOKENS, input_dim=100, output_dim=8),
    s("ReversibleEmbedding", MATRIX, input_dim=100, output_dim=6, tie_weights=False, call={"reverse": True}),
    s("Identity", MATRIX),
    s("Identity", [VECTOR, {"a": MATRIX}]),
    s("Masking", MATRIX),
    s("ActivityRegularization", MATRIX, l2=0.1),
    s("Activation", MATRIX, activation="relu"),
    s("ReLU", IMAGE, max_value=6.0),
    s("LeakyReLU", IMAGE),
    s("ELU", IMAGE),
    s("ThresholdedReLU", MATRIX),
    s("Softmax", MATRIX, axis=1),
    s("PReLU", IMAGE),
    s("PReLU", IMAGE, shared_axes=[1, 2]),
    s("Lambda", MATRIX, function=lambda x: x[:, :3], output_shape=(3, 6)),
    s("Lambda", MATRIX, function=lambda x: x * 2),
]

CONVOLUTION = [
    s("Conv1D", SEQUENCE, filters=4, kernel_size=3),
    s("Conv1D", SEQUENCE, filters=4, kernel_size=3, strides=2, padding="same"),
    s("Conv1D", SEQUENCE, filters=4, kernel_size=3, padding="causal", dilation_rate=2),
    s("Conv2D", IMAGE, filters=4, kernel_size=3),
    s("Conv2D", IMAGE, filters=4, kernel_size=(3, 5), strides=2, padding="same", use_bias=False),
    s("Conv2D", IMAGE, filters=4, kernel_size=3, strides=(2, 3), groups=2),
    s("Conv2D", OPEN_IMAGE, filters=4, kernel_size=3, strides=2, lora_rank=2),
    s("Conv2D", IMAGE, filters=4, kernel_size=3, dilation_rate=(2, 3), padding="VALID"),
    s("Conv3D", VOLUME, filters=4, kernel_size=3, strides=2, padding="same"),
    s("DepthwiseConv1D", SEQUENCE, kernel_size=3),
    s("DepthwiseConv2D", IMAGE, kernel_size=3, strides=2, padding="same", depth_multiplier=2),
    s("DepthwiseConv2D", OPEN_IMAGE, kernel_size=3, use_bias=False),
    s("SeparableConv1D", SEQUENCE, filters=4, kernel_size=3, depth_multiplier=2),
    s("SeparableConv2D", IMAGE, filters=4, kernel_size=(3, 2), padding="same", strides=2),
    s("Conv1DTranspose", SEQUENCE, filters=4, kernel_size=3, strides=2),
    s("Conv2DTranspose", IMAGE, filters=4, kernel_size=3, strides=2, padding="same"),
    s("Conv2DTranspose", IMAGE, filters=4, kernel_size=2, strides=3),
    s("Conv2DTranspose", IMAGE, filters=4, kernel_size=4, strides=3, output_padding=1, padding="same"),
    s("Conv2DTranspose", OPEN_IMAGE, filters=4, kernel_size=3, strides=2, padding="same", use_bias=False),
    s("Conv3DTranspose", VOLUME, filters=4, kernel_size=3, strides=2),
    s("LocallyConnected1D", SEQUENCE, filters=4, kernel_size=3),
    s("LocallyConnected2D", IMAGE, filters=4, kernel_size=3, use_bias=False),
    s("LocallyConnected2D", IMAGE, filters=2, kernel_size=3, implementation=2),
]

POOLING = [
    s("MaxPooling1D", SEQUENCE),
    s("MaxPooling2D", IMAGE, pool_size=3, strides=2, padding="same"),
    s("MaxPooling2D", OPEN_IMAGE),
    s("MaxPooling3D", VOLUME),
    s("AveragePooling1D", SEQUENCE, pool_size=3, padding="same"),
    s("AveragePooling2D", IMAGE, pool_size=(2, 3), strides=(1, 2)),
    s("AveragePooling3D", VOLUME, pool_size=2, strides=1),
    *(
        s(f"Global{kind}Pooling{rank}D", x, **config)
        for kind in ("Max", "Average")
        for rank, x in ((1, SEQUENCE), (2, IMAGE), (3, VOLUME))
        for config in ({}, {"keepdims": True})
    ),
    *(
        s(f"Adaptive{kind}Pooling{rank}D", x, output_size=2)
        for kind in ("Max", "Average")
        for rank, x in ((1, SEQUENCE), (2, IMAGE), (3, VOLUME))
    ),
]

MERGING = [
    *(s(name, [MATRIX, MATRIX]) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
    s("Add", [MATRIX, T((None, 1, 6))]),
    s("Multiply", [T((None, 24, 20, 6)), T((None, 1, 1, 6))]),
    s("Add", [T((4, 5, 6)), T((None, 5, 6)), MATRIX]),
    s("Add", [T((None, 3, 4, 6)), T((None, 4, 6))]),
    s("Concatenate", [MATRIX, T((None, 5, 2))]),
    s("Concatenate", [MATRIX, T((None, None, 6)), T((None, 2, 6))], axis=1),
    s("Concatenate", [T((3, 5, 6)), T((4, 5, 6))], axis=0),
    s("Dot", [MATRIX, T((None, 6, 3))], axes=(2, 1)),
    s("Dot", [VECTOR, VECTOR], axes=1, normalize=True),
    s("Dot", [MATRIX, MATRIX], axes=-1),
]

RECURRENT = [
    *(s(name, SEQUENCE, units=4) for name in ("LSTM", "GRU", "SimpleRNN")),
    *(s(name, SEQUENCE, units=4, return_sequences=True, return_state=True) for name in ("LSTM", "GRU", "SimpleRNN")),
    s("LSTM", SEQUENCE, units=4, use_bias=False, return_state=True),
    s("LSTM", T((4, 12, 8)), units=4, stateful=True),
    s("GRU", SEQUENCE, units=4, reset_after=False),
    s("GRU", T((None, None, 8)), units=4, return_sequences=True),
    s("LSTM", SEQUENCE, units=4, call={"initial_state": [T((None, 4)), T((None, 4))]}, return_state=True),
    s("RNN", SEQUENCE, cell=("LSTMCell", {"units": 4}), return_state=True),
    s("RNN", SEQUENCE, cell=[("LSTMCell", {"units": 4}), ("GRUCell", {"units": 3})], return_state=True),
    s(
        "RNN",
        SEQUENCE,
        cell=("StackedRNNCells", {"cells": [("GRUCell", {"units": 4}), ("SimpleRNNCell", {"units": 3})]}),
    ),
    s("LSTMCell", VECTOR, [T((None, 4)), T((None, 4))], units=4),
    s("GRUCell", VECTOR, T((None, 4)), units=4),
    s("SimpleRNNCell", VECTOR, T((None, 4)), units=4),
    s(
        "StackedRNNCells",
        VECTOR,
        [[T((None, 4)), T((None, 4))], T((None, 3))],
        cells=[("LSTMCell", {"units": 4}), ("GRUCell", {"units": 3})],
    ),
    s("ConvLSTM1D", T((None, 7, 12, 3)), filters=4, kernel_size=3),
    s("ConvLSTM2D", T((None, 7, 12, 10, 3)), filters=4, kernel_size=3, padding="same", return_sequences=True),
    s("ConvLSTM2D", T((None, 7, 12, 10, 3)), filters=4, kernel_size=3, strides=2, return_state=True, use_bias=False),
    s("ConvLSTM3D", T((None, 5, 6, 7, 8, 3)), filters=2, kernel_size=3),
]

ATTENTION = [
    s("Attention", [MATRIX, MATRIX]),
    s("Attention", [MATRIX, T((None, 7, 8)), T((None, 7, 6))], use_scale=True, score_mode="concat"),
    s("Attention", [MATRIX, MATRIX], call={"return_attention_scores": True}),
    s("AdditiveAttention", [MATRIX, T((None, 7, 6))]),
    s("AdditiveAttention", [MATRIX, MATRIX], use_scale=False, call={"return_attention_scores": True}),
    s("MultiHeadAttention", MATRIX, MATRIX, num_heads=2, key_dim=3),
    s(
        "MultiHeadAttention",
        MATRIX,
        T((None, 7, 4)),
        num_heads=2,
        key_dim=3,
        value_dim=5,
        output_shape=(9,),
        use_bias=False,
    ),
    s("MultiHeadAttention", MATRIX, MATRIX, num_heads=2, key_dim=3, call={"return_attention_scores": True}),
    s("MultiHeadAttention", MATRIX, MATRIX, num_heads=2, key_dim=3, use_gate=True),
    s("MultiHeadAttention", num_heads=2, key_dim=3, call={"query": MATRIX, "value": MATRIX, "key": T((None, 5, 3))}),
    s("MultiHeadAttention", IMAGE, IMAGE, num_heads=2, key_dim=3, attention_axes=(1, 2)),
    s("GroupedQueryAttention", MATRIX, MATRIX, head_dim=3, num_query_heads=4, num_key_value_heads=2),
    s(
        "GroupedQueryAttention",
        MATRIX,
        T((None, 7, 6)),
        head_dim=3,
        num_query_heads=4,
        num_key_value_heads=2,
        use_bias=False,
        use_gate=True,
        call={"return_attention_scores": True},
    ),
]

NORMALIZATION = [
    s("BatchNormalization", IMAGE),
    s("BatchNormalization", IMAGE, axis=1, scale=False, center=False),
    s("BatchNormalization", MATRIX, renorm=True),
    s("LayerNormalization", MATRIX),
    s("LayerNormalization", IMAGE, axis=(1, 2), scale=False),
    s("LayerNormalization", MATRIX, rms_scaling=True),
    s("GroupNormalization", IMAGE, groups=3),
    s("GroupNormalization", IMAGE, groups=-1, center=False),
    s("RMSNormalization", MATRIX),
    s("UnitNormalization", MATRIX),
    s("SpectralNormalization", IMAGE, layer=("Conv2D", {"filters": 4, "kernel_size": 3})),
    s("SpectralNormalization", VECTOR, layer=("Dense", {"units": 4})),
    s("SpectralNormalization", IMAGE, layer=("Conv2DTranspose", {"filters": 4, "kernel_size": 3})),
    s("Normalization", VECTOR),
    s("Normalization", MATRIX, axis=None),
    s("Normalization", MATRIX, axis=(1, 2)),
    s("Normalization", VECTOR, mean=1.0, variance=2.0),
]

REGULARIZATION = [
    s("Dropout", MATRIX, rate=0.5),
    s("Dropout", T((None, 4), "int32"), rate=0.5),
    s("SpatialDropout1D", SEQUENCE, rate=0.5),
    s("SpatialDropout2D", IMAGE, rate=0.5),
    s("SpatialDropout3D", VOLUME, rate=0.5),
    s("AlphaDropout", MATRIX, rate=0.5),
    s("GaussianDropout", MATRIX, rate=0.5),
    s("GaussianNoise", MATRIX, stddev=0.5),
]

RESHAPING = [
    s("Flatten", IMAGE),
    s("Flatten", OPEN_IMAGE),
    s("Flatten", T((None,))),
    s("Flatten", T((None, 4, 3), "int32")),
    s("Reshape", MATRIX, target_shape=(10, 3)),
    s("Reshape", MATRIX, target_shape=(-1, 3)),
    s("Reshape", T((None, None, 6)), target_shape=(-1, 3)),
    s("Reshape", FIXED, target_shape=(-1,)),
    s("Permute", IMAGE, dims=(3, 1, 2)),
    s("RepeatVector", VECTOR, n=3),
    s("Cropping1D", SEQUENCE),
    s("Cropping1D", SEQUENCE, cropping=2),
    s("Cropping2D", IMAGE, cropping=((1, 2), (3, 4))),
    s("Cropping2D", OPEN_IMAGE, cropping=(1, 2)),
    s("Cropping3D", VOLUME),
    s("ZeroPadding1D", SEQUENCE, padding=(1, 2)),
    s("ZeroPadding2D", IMAGE),
    s("ZeroPadding2D", OPEN_IMAGE, padding=((1, 0), (0, 2))),
    s("ZeroPadding3D", VOLUME, padding=2),
    s("UpSampling1D", SEQUENCE, size=3),
    s("UpSampling2D", IMAGE),
    s("UpSampling2D", OPEN_IMAGE, size=(2, 3), interpolation="bilinear"),
    s("UpSampling3D", VOLUME, size=2),
]

PREPROCESSING = [
    s("StringLookup", WORDS),
    s("StringLookup", WORDS, vocabulary=["a", "b"], output_mode="one_hot"),
    s("StringLookup", WORD, vocabulary=["a", "b"], output_mode="one_hot"),
    s("StringLookup", WORDS, vocabulary=["[UNK]", "a", "b"], output_mode="multi_hot"),
    s("StringLookup", WORDS, max_tokens=20, vocabulary=["a"], output_mode="count", pad_to_max_tokens=True),
    s("StringLookup", TOKENS, vocabulary=["a", "b"], invert=True),
    s("IntegerLookup", T((None, 9), "int64")),
    s("IntegerLookup", T((None, 9), "int64"), vocabulary=[3, 4], output_mode="multi_hot", num_oov_indices=2),
    s("TextVectorization", WORD),
    s("TextVectorization", WORD, output_sequence_length=7),
    s("TextVectorization", T((None,), "string"), output_sequence_length=7),
    s("TextVectorization", WORD, vocabulary=["a", "b"], output_mode="multi_hot"),
    s("TextVectorization", T((None,), "string"), vocabulary=["a", "b"], output_mode="count"),
    s("TextVectorization", T((None,), "string"), max_tokens=30, output_mode="count", pad_to_max_tokens=True),
    s("CategoryEncoding", TOKENS, num_tokens=5),
    s("CategoryEncoding", T((None, 1), "int32"), num_tokens=5, output_mode="one_hot"),
    s("CategoryEncoding", TOKENS, num_tokens=5, output_mode="one_hot"),
    s("Hashing", WORDS, num_bins=5),
    s("Hashing", WORDS, num_bins=5, output_mode="multi_hot"),
    s("Hashing", WORD, num_bins=5, output_mode="one_hot"),
    s("HashedCrossing", [WORD, WORD], num_bins=5),
    s("HashedCrossing", [WORD, WORD], num_bins=5, output_mode="one_hot"),
    s("Discretization", VECTOR, bin_boundaries=[0.0, 1.0]),
    s("Discretization", VECTOR, bin_boundaries=[0.0, 1.0], output_mode="one_hot"),
    s("Discretization", T((None, 1)), bin_boundaries=[0.0, 1.0], output_mode="one_hot"),
    s("Discretization", VECTOR, bin_boundaries=[0.0, 1.0], output_mode="count"),
    s("Rescaling", COLOURS, scale=1 / 255),
    s("Rescaling", T((None, 4), "uint8"), scale=1 / 255),
    s("MelSpectrogram", T((None, 16000))),
    s("MelSpectrogram", T((None, None)), num_mel_bins=40, sequence_stride=100),
    s("STFTSpectrogram", T((None, 1000, 2)), window=None),
    s("STFTSpectrogram", T((None, 1000, 2)), window=None, mode="stft", frame_length=100, frame_step=30, padding="same"),
    s("STFTSpectrogram", T((None, 1000, 2)), window=None, mode="real", fft_length=512, expand_dims=True),
]

IMAGES = [
    s("Resizing", COLOURS, height=8, width=9),
    s("CenterCrop", COLOURS, height=8, width=9),
    s("RandomCrop", COLOURS, height=8, width=9),
    s("Resizing", T((None, None, None, 3)), height=8, width=9),
    s("RandomBrightness", COLOURS, factor=0.1),
    s("RandomColorDegeneration", COLOURS, factor=0.1),
    s("RandomContrast", COLOURS, factor=0.1),
    s("RandomHeight", COLOURS, factor=0.1),
    s("RandomWidth", COLOURS, factor=0.1),
    s("RandomHue", COLOURS, factor=0.1),
    s("RandomPosterization", COLOURS, factor=4),
    s("RandomRotation", COLOURS, factor=0.1),
    s("RandomSaturation", COLOURS, factor=0.1),
    s("RandomSharpness", COLOURS, factor=0.1),
    s("RandomTranslation", COLOURS, height_factor=0.1, width_factor=0.1),
    s("RandomZoom", COLOURS, height_factor=0.1),
    *(
        s(name, COLOURS)
        for name in (
            "AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization MixUp RandAugment "
            "RandomColorJitter RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale "
            "RandomInvert RandomPerspective RandomShear Solarization"
        ).split()
    ),
    s("Pipeline", COLOURS, layers=[("Resizing", {"height": 8, "width": 9}), ("RandomFlip", {})]),
]

WRAPPERS = [
    s("TimeDistributed", SEQUENCE, layer=("Dense", {"units": 4})),
    s("TimeDistributed", T((None, 7, 24, 20, 6)), layer=("Conv2D", {"filters": 4, "kernel_size": 3})),
    s("TimeDistributed", T((None, None, 24, 20, 6)), layer=("Flatten", {})),
    *(
        s("Bidirectional", SEQUENCE, layer=(inner, {"units": 4, "return_state": state}), merge_mode=mode)
        for inner in ("LSTM", "GRU")
        for state in (False, True)
        for mode in ("concat", "sum", None)
    ),
    s("Bidirectional", SEQUENCE, layer=("LSTM", {"units": 4, "return_sequences": True})),
    s(
        "Bidirectional",
        SEQUENCE,
        layer=("LSTM", {"units": 4}),
        backward_layer=("LSTM", {"units": 4, "go_backwards": True, "use_bias": False}),
    ),
]

SAMPLES: list[Sample] = [
    *CORE,
    *CONVOLUTION,
    *POOLING,
    *MERGING,
    *RECURRENT,
    *ATTENTION,
    *NORMALIZATION,
    *REGULARIZATION,
    *RESHAPING,
    *PREPROCESSING,
    *IMAGES,
    *WRAPPERS,
]
