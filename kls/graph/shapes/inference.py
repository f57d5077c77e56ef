"""The two questions: what does this layer give, what does this op give. Neither ever raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Importing a family registers its rules.
from kls.graph.shapes import (  # noqa: F401
    attention,
    convolution,
    core,
    foreign,
    images,
    merging,
    normalization,
    ops_arrange,
    ops_elementwise,
    ops_linalg,
    ops_nn,
    ops_reduce,
    ops_shapes,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
    wrappers,
)
from kls.graph.shapes.naming import ALIASES
from kls.graph.shapes.ops_registry import OPS, OpCall
from kls.graph.shapes.registry import LAYERS, UNKNOWN_TENSOR, Call
from kls.graph.shapes.spec import UNKNOWN, Facts, Inference, Structure

_NOTHING = Inference(UNKNOWN_TENSOR, None)
_FACTS = Facts()
_REFUSED = (ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError)
"""Mismatch is a ValueError; the others come from arguments of a kind that no rule expects and Keras refuses too."""


class _Open(dict[str, object]):
    """A config of which some keys are unknown (`Dense(10, **options)`): what is absent is UNKNOWN, not the default."""

    def get(self, key: str, default: object = None) -> object:
        return dict.get(self, key, UNKNOWN)


def infer(
    layer: str,
    config: Mapping[str, object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    facts: Facts = _FACTS,
) -> Inference:
    """The outputs and the weights of one call of a layer.

    `layer` is a class name or an alias. `config` has the constructor's arguments by parameter name (see bind); a key
    "**" in it says that there may be others. `args` and `kwargs` are those of the call: tensors as TensorSpec, what is
    not known as UNKNOWN. An unknown layer, or shapes that Keras would refuse, give TensorSpec(None) and None.
    """
    rule = LAYERS.get(layer)
    if rule is None:
        rule = LAYERS.get(ALIASES.get(layer, layer))
        if rule is None:
            return _NOTHING
    if "**" in config:
        config = _Open(config)
    try:
        return rule(Call(config, tuple(args), kwargs, facts))
    except _REFUSED:
        return _NOTHING


def infer_op(name: str, args: Sequence[object], kwargs: Mapping[str, object], facts: Facts = _FACTS) -> Structure:
    """The outputs of a function of keras.ops, by name ("relu", "split"); an unknown one gives TensorSpec(None)."""
    rule = OPS.get(name.rpartition(".")[2])
    if rule is None:
        return UNKNOWN_TENSOR
    try:
        return rule(OpCall(tuple(args), kwargs, facts))
    except _REFUSED:
        return UNKNOWN_TENSOR
