"""What Python asks of Keras's objects and does not get: values of a symbolic tensor, attributes that only others have."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph.cells import KerasTensor, Operation, model_cell, operation, set_operation, spec_of
from kls.graph.context import Context, leaves
from kls.graph.events import Assigned, Imported, NoAttribute, Removed, ValueNeeded
from kls.graph.instances import instance_of
from kls.graph.noticing import circumstances
from kls.graph.public import lacks
from kls.graph.qualified import split_root
from kls.program.attributes import find_in_mro
from kls.program.interpreter import ProgramRaises, raising, site_of
from kls.program.library import Arguments
from kls.program.values import UNDEFINED, UNKNOWN, Class, Container, Instance, Opaque, Site, Value, root_external

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter

_ITEMS = "list tuple set frozenset iter enumerate zip sum map filter reversed sorted any all".split()
KINDS = {
    **{what: what for what in ("truth", "items", "call")},
    **{f"builtins.{name}": "items" for name in _ITEMS},
    **{f"builtins.{name}": "truth" for name in ("bool", "max", "min")},
    **{f"builtins.{name}": "number" for name in ("int", "float", "range")},
    "builtins.len": "length",
}
"""What a question needs. Each was asked of a KerasTensor of every era, and raised."""

OF_LAYERS = frozenset(
    "output input outputs inputs layers get_layer summary compile fit predict evaluate weights get_weights set_weights "
    "trainable trainable_weights output_shape input_shape count_params get_config kernel bias units filters".split()
)
OF_ARRAYS = frozenset(
    "numpy eval mean sum max min std var argmax argmin astype item tolist copy size flatten ravel T transpose dot append "
    "clip".split()
)
OF_TENSORFLOW = frozenset("op graph _keras_shape rank".split())
ONLY_IN_KERAS_2 = frozenset("get_shape set_shape type_spec".split())
ONLY_IN_KERAS_3 = frozenset("reshape squeeze ndim".split())
OF_TENSOR_SHAPES = frozenset("as_list rank ndims dims num_elements is_fully_defined is_compatible_with".split())
"""What a `tf.TensorShape` has, which a tensor's shape was in Keras 2, and a tuple has not."""

RAISES, WRONG = "raises", "wrong"
FIXED = frozenset("layers input output weights trainable_weights".split())
"""Attributes that no Keras lets be set."""
FIXED_IN_KERAS_2 = frozenset("name input_shape output_shape inbound_nodes outbound_nodes".split())


def asked(
    interpreter: Interpreter, context: Context, value: Value, what: str, site: Site, name: str | None = None
) -> None:
    """The program needs the truth, the items, the length ... of a tensor.

    Raises:
        ProgramRaises: a `try` around it expects that.
    """
    kind = KINDS.get(what)
    cell = operation(interpreter, value.operation) if type(value) is KerasTensor else None
    if kind is None or cell is None or type(value) is not KerasTensor:
        return
    if _may_be_several(interpreter, value) or (
        kind == "items" and not _has_no_items(interpreter, context, value, cell)
    ):
        return
    interpreter.emit(ValueNeeded(*circumstances(interpreter, site), value, kind, name or ""))
    if interpreter.guarded:
        raise ProgramRaises


def _may_be_several(interpreter: Interpreter, tensor: KerasTensor) -> bool:
    """Whether it is what a layer of the program's own gave, of which nothing is known: that may be a tuple."""
    custom = isinstance(instance_of(interpreter, tensor.operation).cls, Class)
    return custom and spec_of(interpreter, tensor).shape is None


def _has_no_items(interpreter: Interpreter, context: Context, tensor: KerasTensor, cell: Operation) -> bool:
    """Whether it is surely one tensor, and of no known length where Keras 2 counts on that."""
    shape = spec_of(interpreter, tensor).shape
    if shape is None or not cell.certain:
        return False
    return context.era(cell.root) is not Era.TF_KERAS or (len(shape) > 0 and shape[0] is None)


def numpy_called(interpreter: Interpreter, name: str, arguments: Arguments, site: Site) -> bool:
    """A function of NumPy's is called: did it get a tensor?"""
    for value in (*arguments.positional, *arguments.keywords.values()):
        for leaf in leaves(interpreter, value):
            if type(leaf) is KerasTensor:
                where = None
                if interpreter.calling is not None and isinstance(interpreter.calling[0].func, ast.Attribute):
                    where = site_of(interpreter.calling[0].func, interpreter.calling[1])
                interpreter.emit(ValueNeeded(*circumstances(interpreter, site), leaf, "numpy", name, where))
                return True
    return False


def array_operator(
    interpreter: Interpreter, context: Context, left: Value, right: Value, symbol: str, site: Site
) -> None:
    """`array * tensor`: NumPy's operator comes first, and wants the values of a tensor of Keras 3."""
    if not isinstance(left, Opaque | Container) or left.kind != "array" or type(right) is not KerasTensor:
        return
    cell = operation(interpreter, right.operation)
    if cell is not None and context.era(cell.root) is not Era.TF_KERAS:
        interpreter.emit(ValueNeeded(*circumstances(interpreter, site), right, "operator", symbol))


def of_tensor(interpreter: Interpreter, context: Context, tensor: KerasTensor, name: str, site: Site) -> None:
    """An attribute of a tensor is read that tensors of this era do not have.

    Raises:
        ProgramRaises: a `try` around it expects that.
    """
    cell = operation(interpreter, tensor.operation)
    if cell is None:
        return
    other = ONLY_IN_KERAS_3 if context.era(cell.root) is Era.TF_KERAS else ONLY_IN_KERAS_2
    if name in OF_LAYERS or name in OF_ARRAYS or name in OF_TENSORFLOW or name in other:
        _missing(interpreter, tensor, name, site)


def of_shape(interpreter: Interpreter, context: Context, name: str, site: Site) -> None:
    """An attribute of a tuple is read that only TensorFlow's shapes have; in Keras 3 a shape is a tuple.

    Raises:
        ProgramRaises: a `try` around it expects that.
    """
    if name in OF_TENSOR_SHAPES and context.environment.era is not Era.TF_KERAS and not context.environment.legacy:
        _missing(interpreter, None, name, site)


def of_history(interpreter: Interpreter, context: Context, history: tuple[Value, ...], name: str, site: Site) -> Value:
    """An attribute of a tensor's `_keras_history`: the layer is its `layer` in Keras 2, its `operation` in Keras 3.

    Raises:
        ProgramRaises: it is the other one, and a `try` around it expects that.
    """
    maker = history[0] if len(history) == 3 else None
    cell = operation(interpreter, maker.address) if isinstance(maker, Instance) else None
    if cell is None or name not in ("layer", "operation", "node_index", "tensor_index"):
        return UNDEFINED
    if name in ("node_index", "tensor_index"):
        return history[1 if name == "node_index" else 2]
    if (name == "layer") is not (context.era(cell.root) is Era.TF_KERAS):
        _missing(interpreter, None, name, site)
        return UNKNOWN
    return maker


def of_functional(interpreter: Interpreter, instance: Instance, name: str, site: Site) -> None:
    """`pop` and `add` are methods of a Sequential.

    Raises:
        ProgramRaises: a `try` around it expects that.
    """
    model = model_cell(interpreter, instance.address)
    if (
        name in ("pop", "add")
        and model is not None
        and model.kind == "functional"
        and not _own(interpreter, instance, name)
    ):
        _missing(interpreter, instance, name, site)


def _missing(interpreter: Interpreter, owner: KerasTensor | Instance | None, name: str, site: Site) -> None:
    interpreter.emit(NoAttribute(*circumstances(interpreter, site), owner, name))
    if interpreter.guarded:
        raise ProgramRaises


def _own(interpreter: Interpreter, instance: Instance, name: str) -> bool:
    """Whether a class of the program defines the attribute."""
    return isinstance(instance.cls, Class) and find_in_mro(interpreter, instance.cls.mro, name) is not UNDEFINED


def assigned(
    interpreter: Interpreter, context: Context, instance: Instance, name: str, value: Value, site: Site
) -> None:
    """`layer.name = ...`: it may rename the layer, do nothing, or raise.

    Raises:
        ProgramRaises: it raises, and a `try` around it expects that.
    """
    cell = operation(interpreter, instance.address)
    base = root_external(instance.cls)
    family = "" if base is None else split_root(base.name)[1]
    if (
        cell is None
        or _own(interpreter, instance, name)
        or not family.startswith(("layers.", "Layer", "Model", "Sequential"))
    ):
        return
    is_old = context.era(cell.root) is Era.TF_KERAS
    if name == ("_name" if is_old else "name"):
        set_operation(interpreter, instance.address, cell._replace(name=value if isinstance(value, str) else None))
        return
    model = model_cell(interpreter, instance.address)
    outcome = None
    if name in FIXED or (is_old and name in FIXED_IN_KERAS_2):
        outcome = RAISES if name != "layers" or model is not None else None
    elif name in ("inputs", "outputs") and model is not None and model.kind in ("functional", "sequential"):
        outcome = WRONG if is_old else RAISES
    elif name in ("input_shape", "output_shape") and model is not None and model.kind != "subclass":
        outcome = RAISES
    if outcome is None:
        return
    interpreter.emit(Assigned(*circumstances(interpreter, site), instance, name, outcome))
    if interpreter.guarded and outcome == RAISES:
        raise ProgramRaises


def member(interpreter: Interpreter, context: Context, module: str, name: str, site: Site) -> Value:
    """`module.name` where this Keras 3 has no such name: what the program set there, else UNKNOWN, which is reported.

    UNDEFINED where the name is there.

    Raises:
        ProgramRaises: a `try` around it expects the AttributeError.
    """
    if not lacks(module, name, context.environment.keras_version):
        return UNDEFINED
    given = interpreter.overlay.get(("g", module, name))
    if given is not UNDEFINED:  # programs put back what they miss: K.symbolic = ...
        return given
    if interpreter.guarded:
        raise raising("AttributeError")
    if not interpreter.assumed:  # a part for other versions is no fault
        interpreter.emit(Removed(*circumstances(interpreter, site), f"{module}.{name}", "name"))
    return UNKNOWN


def imported(interpreter: Interpreter, context: Context, module: str, names: tuple[str, ...], site: Site) -> None:
    """Something of Keras's is imported where the program surely comes by.

    Raises:
        ProgramRaises: this Keras 3 does not have it, and a `try` around the import expects that.
    """
    if module.split(".")[0] != "keras" and not module.startswith("tensorflow.keras"):
        return
    legacy = context.environment.legacy and module.startswith("tensorflow.")  # then that is tf_keras
    version = None if legacy else context.environment.keras_version
    parts = module.split(".")
    steps = [(".".join(parts[:i]), parts[i]) for i in range(1, len(parts))]
    steps += [(module, name) for name in names if name != "*"]
    lacking = next((f"{owner}.{name}" for owner, name in steps if lacks(owner, name, version)), None)
    if lacking is not None and interpreter.guarded:
        raise raising("ImportError")
    if not interpreter.assumed:
        interpreter.emit(Imported(*circumstances(interpreter, site), module, names, lacking))
