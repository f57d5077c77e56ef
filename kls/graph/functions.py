"""Functions of Keras's and TensorFlow's that matter to the graph: ops on tensors, clone_model, clear_session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph import asking, noticing, shapes
from kls.graph.cells import KerasTensor, operation
from kls.graph.cloning import clone_model
from kls.graph.context import leaves, tensors_in
from kls.graph.functional import ancestors, mark_consumed
from kls.graph.layers import call_op
from kls.graph.names import next_uid, reset_names
from kls.graph.opaque import make_application
from kls.graph.tensorflow import BACKEND, call_symbol
from kls.program.library import Arguments
from kls.program.values import UNDEFINED, UNKNOWN, Either, External, Function, Opaque, Site, Value, Wrapped

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter

FACTS = {
    "image_data_format": "image_data_format",
    "floatx": "floatx",
    "backend": "backend",
}
SHAPES = {"int_shape": "shape", "ndim": "ndim"}
"""Functions of `keras.backend` that only read a tensor's shape, by the attribute that says the same."""


def call_function(
    interpreter: Interpreter, library: KerasLibrary, root: str, name: str, arguments: Arguments, site: Site
) -> Value:
    """Call `keras.<name>`; UNDEFINED for what is not modelled."""
    family, _, last = name.rpartition(".")
    if last in FACTS and family in ("backend", "config"):
        return getattr(library.context.environment, FACTS[last])
    if name == "version" and library.context.era(root) is not Era.TF_KERAS:
        return library.context.environment.keras_version or UNKNOWN
    if last in ("clear_session",):
        reset_names(interpreter)
        return None
    if last == "get_uid" and family == "backend":
        prefix = arguments.get(0, "prefix", "")
        return next_uid(interpreter, prefix, library.context.era(root)) if isinstance(prefix, str) else UNKNOWN
    if last in SHAPES and family == "backend" and type(arguments.get(0, "x")) is KerasTensor:
        return library.attribute(interpreter, arguments.get(0, "x"), SHAPES[last], site)
    if last == "VersionAwareLayers":  # tf_keras.applications: an object whose attributes are the layers
        return External(f"{root}.layers")
    if last == "is_keras_tensor" and arguments.positional:
        value = arguments.positional[0]
        return True if type(value) is KerasTensor else UNKNOWN if value is UNKNOWN else False
    if last == "get_source_inputs":
        return _source_inputs(interpreter, arguments.get(0, "tensor", UNKNOWN))
    if name in ("models.clone_model", "clone_model"):
        return noticing.copied(interpreter, clone_model(interpreter, library, arguments, site))
    if root == "keras" and (name == "Function" or family == "ops") and library.context.era(root) is Era.TF_KERAS:
        noticing.removed_once(interpreter, site, name, "function")
    if family == "ops" and shapes.is_op(last):
        last = "divide" if last == "true_divide" else last  # the function is an alias, the operator is an op of its own
        return call_op(interpreter, library.context, root, last, arguments, site)
    if family == "ops" and last == "shape" and arguments.positional and type(arguments.positional[0]) is KerasTensor:
        return library.attribute(interpreter, arguments.positional[0], "shape", site)
    if family == "activations" and shapes.is_op(last):
        return call_op(interpreter, library.context, root, last, arguments, site)
    if family == "backend" and _symbolic(interpreter, arguments):
        made = call_symbol(interpreter, library.context, BACKEND.get(last, ""), arguments, site)
        if made is not UNDEFINED:
            return made
        _escape(interpreter, arguments)
        if library.context.era(root) is not Era.TF_KERAS and last != "int_shape":
            noticing.removed(interpreter, site, last, "backend")
        return UNKNOWN
    if family in ("datasets", "utils", "preprocessing", "random") or family.startswith(("datasets.", "preprocessing.")):
        return Opaque("data") if not _symbolic(interpreter, arguments) and family.startswith("datasets") else UNKNOWN
    if family in ("optimizers", "losses", "metrics", "callbacks", "initializers", "regularizers", "constraints"):
        return Opaque(family)
    return make_application(interpreter, library.context, root, name, arguments, site)


def call_tensorflow(
    interpreter: Interpreter, library: KerasLibrary, function: External, arguments: Arguments, site: Site
) -> Value:
    """A function of TensorFlow's: on data it gives data; on a KerasTensor what it gives depends on the era."""
    if function.name.startswith("numpy.") and asking.numpy_called(interpreter, function.name[6:], arguments, site):
        return UNKNOWN
    if not function.name.startswith(("tensorflow.", "tf.")):
        _escape(interpreter, arguments)
        return UNDEFINED
    if library.compiles(function.name) and isinstance(arguments.get(0, "func"), Function):
        return Wrapped("compiled", arguments.get(0, "func"))
    if _symbolic(interpreter, arguments):
        made = call_symbol(interpreter, library.context, _symbol(function), arguments, site)
        if made is not UNDEFINED:
            return made
        _escape(interpreter, arguments)
        noticing.tensorflow_called(interpreter, library.context, function, arguments, site)
        return UNKNOWN
    if not arguments.exact or not _is_data(interpreter, arguments):
        return UNKNOWN
    if "placeholder" in function.name:
        return UNKNOWN
    if function.name == "tensorflow.Variable":
        return Opaque("tensor")
    return Opaque("tensor") if function.name.rpartition(".")[2][:1].islower() else UNKNOWN


def _escape(interpreter: Interpreter, arguments: Arguments) -> None:
    """The tensors are used, even if what comes of that is not followed."""
    for value in (*arguments.positional, *arguments.keywords.values()):
        for leaf in leaves(interpreter, value):
            if type(leaf) is KerasTensor:
                mark_consumed(interpreter, leaf)


def _symbolic(interpreter: Interpreter, arguments: Arguments) -> bool:
    values = (*arguments.positional, *arguments.keywords.values())
    return any(t is not UNKNOWN for value in values for t in tensors_in(interpreter, value))


def _is_data(interpreter: Interpreter, arguments: Arguments) -> bool:
    """Whether nothing that is passed, at any depth, may be a symbolic tensor."""
    values = (*arguments.positional, *arguments.keywords.values())
    return not any(
        leaf is UNKNOWN or isinstance(leaf, Either) for value in values for leaf in leaves(interpreter, value)
    )


def _symbol(function: External) -> str:
    """`tensorflow.compat.v2.math.add` and `tf.math.add` are the symbol `math.add`."""
    return function.name.partition(".")[2].removeprefix("compat.v2.")


def _source_inputs(interpreter: Interpreter, tensor: Value) -> Value:
    """`get_source_inputs(tensor)`: the inputs that a tensor is computed from (keras/src/ops/operation_utils.py)."""
    if type(tensor) is not KerasTensor:
        return UNKNOWN
    cells = [(address, operation(interpreter, address)) for address in ancestors(interpreter, (tensor,))]
    found = tuple(KerasTensor(address, 0, 0) for address, cell in cells if cell is not None and cell.kind == "input")
    return interpreter.overlay.new("list", found)
