"""Names of layers: aliases, and the prefix of automatic names."""

from __future__ import annotations

import re
from functools import lru_cache

from kls.graph.shapes.signatures import SIGNATURES
from kls.graph.shapes.signatures_eras import CHANGES

ALIASES: dict[str, str] = {
    **{f"AvgPool{n}D": f"AveragePooling{n}D" for n in (1, 2, 3)},
    **{f"MaxPool{n}D": f"MaxPooling{n}D" for n in (1, 2, 3)},
    **{f"GlobalAvgPool{n}D": f"GlobalAveragePooling{n}D" for n in (1, 2, 3)},
    **{f"GlobalMaxPool{n}D": f"GlobalMaxPooling{n}D" for n in (1, 2, 3)},
    **{f"Convolution{n}D": f"Conv{n}D" for n in (1, 2, 3)},
    **{f"Convolution{n}DTranspose": f"Conv{n}DTranspose" for n in (1, 2, 3)},
    **{f"SeparableConvolution{n}D": f"SeparableConv{n}D" for n in (1, 2)},
    "GroupQueryAttention": "GroupedQueryAttention",
}
"""Second names in keras.layers, to the name of the class."""


def canonical(name: str) -> str:
    """The class name behind an alias of keras.layers; any other name as it is."""
    return ALIASES.get(name, name)


_NOT_WORD = re.compile(r"\W+")
_WORD = re.compile("(.)([A-Z][a-z]+)")
_BOUNDARY = re.compile("([a-z])([A-Z])")


@lru_cache(maxsize=4096)
def snake(name: str, era: str = "3.14") -> str:
    """Keras's to_snake_case: the automatic name of the first layer of class `name`, such as "max_pooling2d".

    From keras/src/utils/naming.py and tf_keras/src/utils/generic_utils.py, which differ on a leading underscore.
    """
    if era == "tf_keras":
        text = _BOUNDARY.sub(r"\1_\2", _WORD.sub(r"\1_\2", name)).lower()
        return "private" + text if text.startswith("_") else text
    text = _WORD.sub(r"\1_\2", _NOT_WORD.sub("", name))
    return _BOUNDARY.sub(r"\1_\2", text).lower()


LAYER_FUNCTIONS: dict[str, str] = {
    name: name.capitalize()
    for name in ("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract")
}
"""Functions of keras.layers that make a layer and call it: `add(inputs, **config)` is `Add(**config)(inputs)`."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text, for tables of names."""
    return tuple(text.split())


_PREPROCESSING = words(
    "AugMix AutoContrast CategoryEncoding CenterCrop ContrastLimitedAdaptiveHistogramEqualization CutMix "
    "Discretization Equalization HashedCrossing Hashing IntegerLookup MaxNumBoundingBoxes MelSpectrogram MixUp "
    "Normalization Pipeline RandAugment Rescaling Resizing STFTSpectrogram Solarization StringLookup TextVectorization"
)


_LAYERS = frozenset(SIGNATURES).union(*CHANGES.values()) - {"Input"}


def is_layer(name: str) -> bool:
    """Whether some era's keras.layers has a layer class of this name, aliases included."""
    return canonical(name) in _LAYERS


def preprocessing(layer: str) -> bool:
    """Whether the layer only prepares data: Keras's preprocessing layers and image augmentations."""
    name = canonical(layer)
    return name in _PREPROCESSING or (name.startswith("Random") and is_layer(name))
