"""Layers whose outputs only other code can tell, and those that keras.applications defines for itself."""

from __future__ import annotations

from kls.graph.shapes.core import shape_value
from kls.graph.shapes.dims import count
from kls.graph.shapes.registry import UNKNOWN_TENSOR, Call, layer, one
from kls.graph.shapes.spec import Inference


@layer("TFSMLayer", "JaxLayer", "FlaxLayer", "DenseFeatures", "AbstractRNNCell")
def foreign(call: Call) -> Inference:
    """Nothing is known."""
    return Inference(UNKNOWN_TENSOR, None)


@layer("TorchModuleWrapper")
def torch_module_wrapper(call: Call) -> Inference:
    """`output_shape`, if it is given, has the batch dimension in it."""
    given = call.config.get("output_shape")
    return one(shape_value(given) if isinstance(given, (list, tuple)) else None, call.dtype, None)


@layer("LayerScale")
def layer_scale(call: Call) -> Inference:
    """ConvNeXt's: a scale for each channel."""
    return one(call.tensor.shape, call.dtype, count(call.size("projection_dim")))


@layer("StochasticDepth")
def stochastic_depth(call: Call) -> Inference:
    """ConvNeXt's: drops whole samples in training."""
    return one(call.tensor.shape, call.dtype)
