"""The real Keras, made to answer the same questions as kls.graph.shapes."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

from collections.abc import Callable, Mapping
from typing import Any

from kls.graph.shapes import Facts, Inference, Structure, TensorSpec, infer

from .samples import Sample, T

Module = Any


def each(value: Any, leaf: Callable[[T], Any]) -> Any:
    """`value` with every T in it replaced."""
    if isinstance(value, T):
        return leaf(value)
    if isinstance(value, (list, tuple)):
        return type(value)(each(part, leaf) for part in value)
    if isinstance(value, dict):
        return {key: each(part, leaf) for key, part in value.items()}
    return value


def make(keras: Module, value: Any) -> Any:
    """A layer of a pair (class name, config), or of a list of those."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict):
        return build(keras, value[0], value[1])
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return [make(keras, part) for part in value]
    return value


def build(keras: Module, name: str, config: Mapping[str, Any]) -> Any:
    """The real layer."""
    wrapped = ("layer", "backward_layer", "cell", "cells", "layers")
    return getattr(keras.layers, name)(**{k: make(keras, v) if k in wrapped else v for k, v in config.items()})


def spec_of(value: Any) -> Structure:
    """Keras's symbolic output as a Structure of TensorSpec."""
    if isinstance(value, (list, tuple)):
        return [spec_of(part) for part in value] if isinstance(value, list) else tuple(spec_of(p) for p in value)
    if isinstance(value, dict):
        return {key: spec_of(part) for key, part in value.items()}
    dtype = getattr(value.dtype, "name", value.dtype)
    return TensorSpec(tuple(value.shape), str(dtype))


def ask_keras(keras: Module, sample: Sample) -> Inference:
    """What the real layer gives for the sample; raises what Keras raises."""

    def tensor(x: T) -> Any:
        return keras.Input(batch_shape=x.shape, dtype=x.dtype)

    layer = build(keras, sample.layer, sample.config)
    outputs = layer(*each(sample.args, tensor), **each(sample.kwargs, tensor))
    return Inference(spec_of(outputs), layer.count_params())


def ask_kls(sample: Sample, facts: Facts) -> Inference:
    """What kls infers for the sample."""

    def spec(x: T) -> TensorSpec:
        return TensorSpec(x.shape, x.dtype)

    return infer(sample.layer, sample.config, each(sample.args, spec), each(sample.kwargs, spec), facts)


def shapes(value: Structure) -> Any:
    """The structure with shapes in place of specs."""
    if isinstance(value, TensorSpec):
        return value.known_shape
    if isinstance(value, dict):
        return {key: shapes(part) for key, part in value.items()}
    return type(value)(shapes(part) for part in value)


def dtypes(value: Structure) -> Any:
    """The structure with dtypes in place of specs."""
    if isinstance(value, TensorSpec):
        return value.dtype
    if isinstance(value, dict):
        return {key: dtypes(part) for key, part in value.items()}
    return type(value)(dtypes(part) for part in value)
