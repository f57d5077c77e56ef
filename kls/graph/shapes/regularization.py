"""Layers that only act in training: the output has the input's shape, and there are no weights."""

from __future__ import annotations

from kls.graph.shapes.registry import Call, layer, one
from kls.graph.shapes.spec import Inference


@layer("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
@layer("AlphaDropout", "GaussianDropout", "GaussianNoise")
def noise(call: Call) -> Inference:
    """The input's shape; random seeds are variables of the layer but not weights."""
    x = call.tensor
    return one(x.shape, call.passed(x))
