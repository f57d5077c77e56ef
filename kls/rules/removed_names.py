"""Modules and names of Keras's that are gone: since when, and what to use instead. Each import was tried in every era."""

from __future__ import annotations

from collections.abc import Mapping

V2_0, V2_13, V3 = (2, 0), (2, 13), (3, 0)
Version = tuple[int, int]

_LAYER_MODULES = """
advanced_activations attention convolutional convolutional_recurrent core cudnn_recurrent embeddings local merge merging
noise normalization pooling preprocessing recurrent reshaping rnn wrappers
""".split()
_UTILS = """
conv_utils data_utils generic_utils io_utils layer_utils losses_utils np_utils tf_utils training_utils vis_utils
""".split()

MODULES: Mapping[str, tuple[Version, str]] = {
    "engine": (V2_13, "keras"),
    **{f"layers.{name}": (V2_13, "keras.layers") for name in _LAYER_MODULES},
    **{f"utils.{name}": (V2_13, "keras.utils") for name in _UTILS},
    "utils.visualize_util": (V2_0, "keras.utils"),
    "layers.experimental": (V3, "keras.layers"),
    "backend.tensorflow_backend": (V2_13, "keras.backend"),
    "legacy.interfaces": (V2_13, ""),
    "wrappers.scikit_learn": (V2_13, "the package scikeras"),
    "objectives": (V2_0, "keras.losses"),
    "initializations": (V2_0, "keras.initializers"),
    "saving.hdf5_format": (V2_13, "keras.models"),
    "saving.save": (V2_13, "keras.models"),
    "models.cloning": (V2_13, "keras.models"),
    "experimental": (V3, ""),
    "estimator": (V3, ""),
    "dtensor": (V3, ""),
    "src.engine": (V3, "keras"),
}
"""Modules without `keras.`; what is inside one is gone with it."""

ONLY_STANDALONE: Mapping[str, tuple[Version, str]] = {"preprocessing.text": (V3, "keras.layers.TextVectorization")}
"""Modules that `tf.keras` still has."""

NAMES: Mapping[str, Mapping[str, tuple[Version, str]]] = {
    "layers": {
        "merge": (V2_0, "keras.layers.concatenate and its like"),
        **dict.fromkeys(("Merge", "Highway", "MaxoutDense", "TimeDistributedDense"), (V2_0, "")),
        **dict.fromkeys(("AtrousConvolution2D", "AtrousConv2D", "Deconvolution2D"), (V2_0, "keras.layers.Conv2D")),
        "CuDNNLSTM": (V2_13, "keras.layers.LSTM"),
        "CuDNNGRU": (V2_13, "keras.layers.GRU"),
        "ConvRNN2D": (V2_13, ""),
        "LocallyConnected1D": (V3, ""),
        "LocallyConnected2D": (V3, ""),
        "DenseFeatures": (V3, "keras.utils.FeatureSpace"),
        "AbstractRNNCell": (V3, "keras.layers.Layer"),
        "experimental": (V3, "keras.layers"),
    },
    "models": {
        "Graph": (V2_0, "keras.Model"),
        "Functional": (V2_13, "keras.Model"),
        "model_from_yaml": (V3, "keras.models.model_from_json"),
        "model_from_config": (V3, "keras.Model.from_config"),
    },
    "utils": {
        **dict.fromkeys(_UTILS, (V2_13, "keras.utils")),
        **dict.fromkeys(("multi_gpu_model", "HDF5Matrix", "print_summary", "probas_to_classes"), (V2_13, "")),
    },
    "optimizers": {"adam": (V2_13, "keras.optimizers.Adam")},
    "preprocessing": {},
    "": {"engine": (V2_13, "keras"), "objectives": (V2_0, "keras.losses")},
}
"""Names by the module that they were in."""


def gone(module: str, names: tuple[str, ...], is_tensorflow: bool) -> tuple[str, Version, str] | None:
    """What of an import is not there any more: its name, since which version, and what to use instead."""
    modules = MODULES if is_tensorflow else {**MODULES, **ONLY_STANDALONE}
    parts = module.split(".") if module else []
    for count in range(1, len(parts) + 1):
        found = modules.get(".".join(parts[:count]))
        if found is not None:
            return ".".join(parts[:count]), *found
    inside = NAMES.get(module, {})
    for name in names:
        found = inside.get(name) or modules.get(f"{module}.{name}" if module else name)
        if found is not None:
            return (f"{module}.{name}" if module else name), *found
    return None
