"""Constructor arguments by parameter name, per era."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from kls.graph.shapes.naming import canonical
from kls.graph.shapes.signatures import SIGNATURES
from kls.graph.shapes.signatures_eras import CHANGES

_OF_ALL = {
    True: frozenset(
        "name trainable dtype dynamic autocast activity_regularizer input_dim input_shape batch_input_shape batch_size "
        "weights implementation".split()
    ),
    False: frozenset("name trainable dtype autocast activity_regularizer input_dim input_shape".split()),
}
"""What every layer takes, in Keras 2 or not (tf_keras/src/engine/base_layer.py; keras/src/layers/layer.py)."""
_FORWARDED = frozenset(
    "bounding_box_format conv_op data_format dropout factor force_generator groups input_length kernel_constraint "
    "kernel_initializer kernel_regularizer lora_alpha lora_rank noise_shape quantization_config rng_type seed time_major "
    "unroll zero_output_for_mask".split()
)
"""What a constructor may hand on to one of its base classes, which has such a parameter."""
_LOOKUPS = dict.fromkeys(
    ("Discretization", "Hashing", "StringLookup", "IntegerLookup", "TextVectorization", "CategoryEncoding"),
    "vocabulary_size has_input_vocabulary has_static_table oov_value max_values mask_value bins max_tokens",
)
_BESIDES = {
    True: {
        **_LOOKUPS,
        **dict.fromkeys(("GRU", "LSTM"), "enable_caching_device return_runtime"),
        **dict.fromkeys(("GRUCell", "LSTMCell", "SimpleRNN", "SimpleRNNCell"), "enable_caching_device"),
        "StackedRNNCells": "reverse_state_order",
        "Embedding": "use_one_hot_matmul",
        "InputLayer": "input_tensor ragged type_spec",
        "BatchNormalization": "synchronized fused renorm renorm_clipping renorm_momentum virtual_batch_size adjustment",
        "Attention": "causal",
        "AdditiveAttention": "causal",
    },
    False: {
        **_LOOKUPS,
        **dict.fromkeys(("GRU", "LSTM", "GRUCell", "LSTMCell"), "implementation"),
        "ReversibleEmbedding": "weights",
        "InputLayer": "batch_input_shape",
        "LayerNormalization": "rms_scaling",
        "LeakyReLU": "alpha",
    },
}
"""What a constructor takes out of `**kwargs` in some version, read from the sources of Keras 3.0 to 3.15 and tf_keras 2.21."""

_KERAS_3 = ("3.0", "3.10", "3.14")


@lru_cache(maxsize=2048)
def parameters(layer: str, era: str = "3.14") -> tuple[str, ...] | None:
    """The positional parameters of a layer's constructor; None if this era's keras.layers has no such class."""
    names = _signature(layer, era)
    return None if names is None else tuple(names.partition("*")[0].split())


def arguments(layer: str, era: str) -> tuple[str, ...]:
    """All that a layer's constructor may be given by name."""
    return (*(_signature(layer, era) or "").replace("*", " ").split(), *sorted(_OF_ALL[era == "tf_keras"]))


@lru_cache(maxsize=4096)
def refuses(layer: str, argument: str, era: str) -> bool:
    """Whether a layer's constructor surely has no such parameter: in no version of Keras 3, or of Keras 2."""
    is_old = era == "tf_keras"
    if canonical(layer) == "HashedCrossing":  # it looks at none of its keywords
        return False
    if (
        argument in _FORWARDED
        or argument in _OF_ALL[is_old]
        or argument in _BESIDES[is_old].get(canonical(layer), "").split()
    ):
        return False
    signatures = [_signature(layer, one) for one in (("tf_keras",) if is_old else _KERAS_3)]
    known = [names.replace("*", " ").split() for names in signatures if names is not None]
    return bool(known) and all(argument not in names for names in known)


def _signature(layer: str, era: str) -> str | None:
    name = canonical(layer)
    changes = CHANGES.get(era, {})
    return changes[name] if name in changes else SIGNATURES.get(name)


def exists(layer: str, era: str = "3.14") -> bool:
    """Whether this era's keras.layers has the class."""
    return parameters(layer, era) is not None


def bind(layer: str, args: Sequence[object], kwargs: Mapping[str, object], era: str = "3.14") -> dict[str, object]:
    """The constructor's arguments by parameter name: bind("Dense", (10,), {"name": "x"}) == {"units": 10, "name": "x"}.

    A layer that this era does not have is bound as the newest Keras would; positional arguments too many are left out.
    """
    names = parameters(layer, era) or parameters(layer) or parameters(layer, "tf_keras") or ()
    config: dict[str, object] = dict(zip(names, args, strict=False))
    config.update(kwargs)
    return config
