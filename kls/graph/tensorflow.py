"""TensorFlow's functions on tensors of tf_keras: each call is a layer of its own (tf_keras/src/layers/core/tf_op_layer.py).

Keras 3 refuses them; what the rules say of that is in noticing.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph import shapes
from kls.graph.cells import KerasTensor, operation
from kls.graph.context import Context, tensors_in, to_specs
from kls.graph.layers import call_op
from kls.graph.names import is_inside
from kls.graph.shapes import Structure, TensorSpec
from kls.program.containers import content_of
from kls.program.library import Arguments
from kls.program.values import UNDEFINED, UNKNOWN, Container, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter

MATH = frozenset(
    "abs acos add add_n argmax argmin asin atan ceil cos cosh cumsum divide_no_nan equal erf exp expm1 floor greater "
    "greater_equal l2_normalize less less_equal log log1p logical_and logical_not logical_or maximum minimum multiply "
    "negative not_equal pow reciprocal reduce_max reduce_mean reduce_min reduce_prod reduce_std reduce_sum "
    "reduce_variance round rsqrt sigmoid sign sin sinh softplus sqrt square squared_difference subtract tan tanh".split()
)
"""Of these `tf.math.X` is the canonical name, whether the program says `tf.X`, `tf.math.X` or `tf.nn.X`."""

SYMBOLS = {
    **{f"{family}{name}": f"tf.math.{name}" for family in ("", "math.", "nn.") for name in MATH},
    **dict.fromkeys(("divide", "truediv", "math.divide", "math.truediv"), "tf.math.truediv"),
    **dict.fromkeys(("matmul", "linalg.matmul"), "tf.linalg.matmul"),
    **dict.fromkeys(("norm", "linalg.norm"), "tf.compat.v1.norm"),
    **dict.fromkeys(("nn.swish", "nn.silu"), "tf.nn.silu"),
    **{name: f"tf.compat.v1.{name}" for name in ("gather", "pad", "shape", "size", "squeeze", "transpose")},
    **{f"nn.{name}": f"tf.nn.{name}" for name in "elu gelu leaky_relu log_softmax relu relu6 selu softmax".split()},
    **{
        name: f"tf.{name}"
        for name in "cast clip_by_value concat expand_dims identity image.resize nn.depth_to_space nn.space_to_depth one_hot "
        "ones_like rank reshape reverse slice split stack stop_gradient tensordot tile unstack where zeros_like".split()
    },
}
"""The name of the layer by how the program calls the function. Measured on TensorFlow 2.21 with tf_keras 2.21."""


def exported(family: str) -> frozenset[str]:
    """The names of SYMBOLS in `tensorflow.<family>`, as in `from tensorflow.nn import *`."""
    prefix = family + "." if family else ""
    names = (name.removeprefix(prefix) for name in SYMBOLS if name.startswith(prefix))
    return frozenset(name for name in names if "." not in name)


BACKEND = {
    **{name: f"math.{name}" for name in "abs exp log round sign square sigmoid tanh softplus l2_normalize".split()},
    **{name: f"math.reduce_{name}" for name in "max mean min prod sum".split()},
    **{name: f"nn.{name}" for name in "relu softmax elu".split()},
    **{name: name for name in "cast expand_dims reshape squeeze stop_gradient".split()},
    "concatenate": "concat",
}
"""Functions of `keras.backend` that are one call of TensorFlow's each."""

OPS = {
    "concat": "concatenate",
    "identity": "stop_gradient",
    "l2_normalize": "normalize",
    "pow": "power",
    "reverse": "flip",
    "truediv": "divide",
    **{f"reduce_{name}": name for name in "max mean min prod sum".split()},
    **{f"reduce_{name}": op for name, op in (("std", "std"), ("variance", "var"))},
}
"""The function of keras.ops that does the same to shapes, where it has another name."""

SAME_KEYWORDS = frozenset({"axis", "keepdims", "name"})


def call_symbol(interpreter: Interpreter, context: Context, symbol: str, arguments: Arguments, site: Site) -> Value:
    """Call `tf.<symbol>` on tensors of tf_keras; UNDEFINED where it makes no layer of its own, or it is not known which."""
    name = SYMBOLS.get(symbol)
    values = (*arguments.positional, *arguments.keywords.values())
    tensors = [t for value in values for t in tensors_in(interpreter, value)]
    if name is None or not all(type(t) is KerasTensor for t in tensors) or not arguments.exact:
        return UNDEFINED
    roots = {cell.root for t in tensors if (cell := operation(interpreter, t.operation)) is not None}  # type: ignore[attr-defined]
    if len(roots) != 1 or (context.era(*roots) is not Era.TF_KERAS and not is_inside(interpreter)):
        return UNDEFINED
    last = name.rpartition(".")[2]
    op = OPS.get(last, last)
    known = shapes.is_op(op) and set(arguments.keywords) <= SAME_KEYWORDS
    outputs: Structure | None = None if known else TensorSpec(None)
    sizes = arguments.get(1, "num_or_size_splits", UNKNOWN)
    if last == "split" and not isinstance(sizes, int):
        outputs = _parts(interpreter, context, roots.copy().pop(), arguments, sizes)
    return call_op(interpreter, context, roots.pop(), op, arguments, site, symbol=name, outputs=outputs)


def _parts(interpreter: Interpreter, context: Context, root: str, arguments: Arguments, sizes: Value) -> Structure:
    """What `tf.split(x, sizes, axis)` gives: `keras.ops.split` takes the indices where to cut instead."""
    content = content_of(interpreter, sizes) if isinstance(sizes, Container) else sizes
    if type(content) is not tuple or not content:
        return TensorSpec(None)
    axis = arguments.get(2, "axis", 0)
    if not isinstance(axis, int) or not all(isinstance(size, int) and size >= 0 for size in content):
        return [TensorSpec(None)] * len(content)
    indices = tuple(sum(content[: i + 1]) for i in range(len(content) - 1))
    spec = to_specs(interpreter, arguments.get(0, "value", UNKNOWN))
    return shapes.infer_op("split", (spec, indices, axis), {}, context.facts(root))
