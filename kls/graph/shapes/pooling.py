"""Pooling: over windows, over everything, and to a fixed output size."""

from __future__ import annotations

from kls.graph.shapes.convolution import channels_and_space, image
from kls.graph.shapes.dims import window
from kls.graph.shapes.registry import Call, Rule, layer, one, space_first
from kls.graph.shapes.spec import UNKNOWN, Inference


def pooling(rank: int) -> Rule:
    """MaxPooling and AveragePooling; `strides` default to `pool_size`, which defaults to 2 for max pooling."""

    def rule(call: Call) -> Inference:
        batch, channels, space = channels_and_space(call, rank)
        pool = call.sizes("pool_size", 2, rank)
        strides = pool if call.config.get("strides") is None else call.sizes("strides", None, rank)
        padding = call.text("padding", "valid")
        out = tuple(map(window, space, pool, strides, (padding,) * rank))
        return one(image(call, batch, channels, out), call.passed(call.tensor))

    return rule


def global_pooling(rank: int) -> Rule:
    """GlobalMaxPooling and GlobalAveragePooling: all spatial dimensions go, or become 1 with `keepdims`."""

    def rule(call: Call) -> Inference:
        batch, channels, space = channels_and_space(call, rank)
        keep = call.flag("keepdims", False)
        dtype = call.passed(call.tensor)
        if keep is UNKNOWN:
            return one(None, dtype)
        return one(image(call, batch, channels, (1,) * len(space)) if keep else (batch, channels), dtype)

    return rule


def adaptive_pooling(rank: int) -> Rule:
    """AdaptiveMaxPooling and AdaptiveAveragePooling: the spatial sizes are `output_size`."""

    def rule(call: Call) -> Inference:
        batch, channels, _ = channels_and_space(call, rank)
        out = call.sizes("output_size", UNKNOWN, rank)
        return one(image(call, batch, channels, out), call.passed(call.tensor))

    return rule


layer("MaxPooling1D", "AveragePooling1D")(space_first(pooling(1), "tf_keras"))
layer("GlobalMaxPooling1D", "GlobalAveragePooling1D")(space_first(global_pooling(1), "tf_keras"))
for _rank in (2, 3):
    layer(f"MaxPooling{_rank}D", f"AveragePooling{_rank}D")(pooling(_rank))
    layer(f"GlobalMaxPooling{_rank}D", f"GlobalAveragePooling{_rank}D")(global_pooling(_rank))
for _rank in (1, 2, 3):
    layer(f"AdaptiveMaxPooling{_rank}D", f"AdaptiveAveragePooling{_rank}D")(adaptive_pooling(_rank))
