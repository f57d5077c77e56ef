"""What a layer or op of Keras does to shapes, and what it weighs. Pure: it knows nothing of programs or of graphs.

`infer` answers for a layer call and `infer_op` for a function of keras.ops. Both follow Keras's compute_output_spec and
say UNKNOWN for what cannot be told rather than guess. One rule a layer, in files named after Keras's own folders.
"""

from __future__ import annotations

from kls.graph.shapes.binding import arguments, bind, exists, parameters, refuses
from kls.graph.shapes.inference import infer, infer_op
from kls.graph.shapes.naming import LAYER_FUNCTIONS, canonical, is_layer, preprocessing, snake
from kls.graph.shapes.ops_names import is_op, is_plain, op_class
from kls.graph.shapes.sequential import declared_input
from kls.graph.shapes.spec import OWN_CELL, UNKNOWN, Dim, Facts, Inference, Inner, Shape, Structure, TensorSpec, Unknown

__all__ = [
    "LAYER_FUNCTIONS",
    "OWN_CELL",
    "UNKNOWN",
    "Dim",
    "Facts",
    "Inference",
    "Inner",
    "Shape",
    "Structure",
    "TensorSpec",
    "Unknown",
    "arguments",
    "bind",
    "canonical",
    "declared_input",
    "exists",
    "infer",
    "infer_op",
    "is_layer",
    "is_op",
    "is_plain",
    "op_class",
    "parameters",
    "preprocessing",
    "refuses",
    "snake",
]
