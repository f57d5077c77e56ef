"""The input that a layer declares for itself, as the first of a Sequential may: Dense(4, input_shape=(3,))."""

from __future__ import annotations

from collections.abc import Mapping

from kls.graph.shapes.core import shape_value
from kls.graph.shapes.dims import is_int
from kls.graph.shapes.naming import canonical
from kls.graph.shapes.spec import UNKNOWN, Dim, Facts, Shape, TensorSpec


def declared_input(layer: str, config: Mapping[str, object], facts: Facts) -> TensorSpec | None:
    """The tensor that `layer` asks for by `input_shape`, `input_dim`, `batch_input_shape` or (tf_keras) `input_length`.

    None if it declares nothing. An Embedding's `input_dim` is its vocabulary, not its input; one of tf_keras always declares
    an input, of any length if `input_length` says nothing (tf_keras/src/layers/core/embedding.py).
    """
    keras_2 = facts.era == "tf_keras"
    embedding = canonical(layer) in ("Embedding", "ReversibleEmbedding")
    dtype = config.get("dtype") if keras_2 else None
    name = facts.floatx if dtype is None else dtype if isinstance(dtype, str) else None
    batched = config.get("batch_input_shape")
    if batched is not None and keras_2:
        return TensorSpec(None if batched is UNKNOWN else shape_value(batched), name)
    shape = config.get("input_shape")
    if shape is None and not embedding and config.get("input_dim") is not None:
        size = config["input_dim"]
        shape = (size if is_int(size) else UNKNOWN,)
    if shape is None and embedding and keras_2:
        shape = config.get("input_length") or None
        shape = shape if isinstance(shape, (list, tuple)) else (shape if is_int(shape) or shape is None else UNKNOWN,)
    if shape is None:
        return None
    batch = config.get("batch_size") if keras_2 else None
    first: Dim = batch if is_int(batch) or batch is None else UNKNOWN
    sizes: Shape | None = None if shape is UNKNOWN else shape_value(shape)
    return TensorSpec(None if sizes is None else (first, *sizes), name)
