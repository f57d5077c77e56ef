"""Masks of tensors in Keras 3, whose computation is part of the graph (keras/src/layers/layer.py, `__call__`, steps 6 and 7).

An Embedding with `mask_zero`, or a Masking, makes ops that compute the mask; a layer whose `call` takes a mask is connected
to them. In tf_keras masks leave no trace in the graph.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph.cells import KerasTensor, Operation, model_cell, spec_of
from kls.graph.context import leaves, tensors_in
from kls.graph.layers import call_op
from kls.graph.qualified import split_root
from kls.program.attributes import find_in_mro
from kls.program.calls import call
from kls.program.containers import content_of
from kls.program.library import Arguments
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    Container,
    Function,
    Instance,
    Site,
    Value,
    root_external,
)

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter

RNNS = ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
RECURRENT = ("sequences", "initial_state", "mask", "training")
ATTENTION = ("query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask")
SIGNATURES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*RNNS, "Bidirectional"), RECURRENT),
    **dict.fromkeys(("TimeDistributed", "BatchNormalization"), ("inputs", "training", "mask")),
    **dict.fromkeys(("Attention", "AdditiveAttention"), ("inputs", "mask", "training")),
    **dict.fromkeys(("Softmax", "GlobalAveragePooling1D", "Lambda"), ("inputs", "mask")),
    **dict.fromkeys(("MultiHeadAttention", "GroupedQueryAttention"), ATTENTION),
}
"""The parameters of `call` of the layers that take masks, as far as they take tensors."""

MODEL = ("inputs", "training", "mask")

PASS_ON = frozenset(
    "Dense Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise "
    "ActivityRegularization LayerNormalization GroupNormalization BatchNormalization UnitNormalization Activation "
    "LeakyReLU ReLU PReLU ELU Softmax Identity TimeDistributed MultiHeadAttention GroupedQueryAttention "
    "Rescaling Normalization".split()
)
"""Layers whose `supports_masking` is set and whose mask is that of their input."""

MERGES = frozenset("Add Subtract Multiply Average Maximum Minimum".split())


def takes_part(interpreter: Interpreter, library: KerasLibrary, instance: Instance, cell: Operation) -> bool:
    """Whether masks matter to a call: there is one somewhere, or this layer makes one."""
    if library.context.era(cell.root) is Era.TF_KERAS:
        return False
    makes = cell.cls == "Masking" or (cell.cls == "Embedding" and cell.config.get("mask_zero", False) is not False)
    return makes or isinstance(instance.cls, Class) or interpreter.overlay.get(("mask", "any")) is True


def populated(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, cell: Operation, arguments: Arguments
) -> tuple[Arguments, Arguments]:
    """A call's arguments with the masks that Keras adds: as `call` gets them, and as the node records them."""
    if not arguments.exact or interpreter.overlay.get(("mask", "any")) is not True:
        return arguments, arguments
    names = _signature(interpreter, instance, cell)
    passed = {**dict(zip(names, arguments.positional)), **arguments.keywords}
    if len(arguments.positional) > len(names):
        return arguments, arguments
    tensors = {name: value for name, value in passed.items() if any(tensors_in(interpreter, value))}
    added: dict[str, Value] = {}
    if len(tensors) == 1 and "mask" in names and passed.get("mask") is None:
        added["mask"] = mask_of(interpreter, next(iter(tensors.values())))
    for name, value in tensors.items() if len(tensors) > 1 else ():
        if f"{name}_mask" in names and passed.get(f"{name}_mask") is None:
            added[f"{name}_mask"] = mask_of(interpreter, value)
    added = {name: mask for name, mask in added.items() if any(tensors_in(interpreter, mask))}
    if not added:
        return arguments, arguments
    full = arguments._replace(keywords={**arguments.keywords, **added})
    recorded = library.context.era(cell.root) is Era.V3_0 or not _converts(
        interpreter, library, instance, cell, arguments
    )
    return full, full if recorded else arguments


def _converts(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, cell: Operation, arguments: Arguments
) -> bool:
    """Whether the arguments are converted first: then the node is made of those before, without masks."""
    model = model_cell(interpreter, instance.address)
    if model is not None and model.kind == "functional":
        return False
    if arguments.keywords or len(arguments.positional) != 1 or type(arguments.positional[0]) is not KerasTensor:
        return True
    dtype, own = spec_of(interpreter, arguments.positional[0]).dtype, cell.config.get("dtype")
    expected = own if isinstance(own, str) else library.context.environment.floatx
    return dtype is not None and dtype != expected


def _signature(interpreter: Interpreter, instance: Instance, cell: Operation) -> tuple[str, ...]:
    """The parameters of a layer's `call`, in order."""
    if model_cell(interpreter, instance.address) is not None and not isinstance(instance.cls, Class):
        return MODEL
    if isinstance(instance.cls, Class):
        method = find_in_mro(interpreter, instance.cls.mro, "call")
        if isinstance(method, Function) and isinstance(method.code.node, ast.FunctionDef):
            node = method.code.node.args
            return tuple(parameter.arg for parameter in (*node.posonlyargs, *node.args)[1:]) + tuple(
                parameter.arg for parameter in node.kwonlyargs
            )
        if model_cell(interpreter, instance.address) is not None:
            return MODEL
    return SIGNATURES.get(base_name(instance, cell), ("inputs",))


def base_name(instance: Instance, cell: Operation) -> str:
    """The class of Keras's that a layer is, or extends."""
    base = root_external(instance.cls)
    return cell.cls if base is None else split_root(base.name)[1].rpartition(".")[2]


def mask_of(interpreter: Interpreter, value: Value) -> Value:
    """The masks of a structure of tensors, None where a tensor has none."""
    if type(value) is KerasTensor:
        found = interpreter.overlay.get(("mask", value))
        return None if found is UNDEFINED else found
    content = content_of(interpreter, value) if isinstance(value, Container) else value
    if type(content) is tuple:
        return tuple(mask_of(interpreter, item) for item in content)
    if isinstance(content, dict):
        return interpreter.overlay.new("dict", {key: mask_of(interpreter, item) for key, item in content.items()})
    return None


def attach(
    interpreter: Interpreter,
    library: KerasLibrary,
    instance: Instance,
    cell: Operation,
    arguments: Arguments,
    output: Value,
    site: Site,
) -> None:
    """The masks of a call's outputs (`_set_mask_metadata`); `arguments` are those with masks."""
    names = _signature(interpreter, instance, cell)
    first = arguments.positional[0] if arguments.positional else arguments.keywords.get(names[0] if names else "")
    previous = mask_of(interpreter, first)
    if library.context.era(cell.root) is not Era.V3_0 and arguments.keywords.get("mask") is not None:
        previous = arguments.keywords["mask"]
    masks = _computed(interpreter, library, instance, cell, (first, previous), site)
    outputs = tuple(leaves(interpreter, output))
    for tensor, mask in zip(outputs, leaves(interpreter, masks)):
        if type(mask) is KerasTensor and type(tensor) is KerasTensor:
            interpreter.overlay.set(("mask", tensor), mask)
            interpreter.overlay.set(("mask", "any"), True)


def _computed(
    interpreter: Interpreter,
    library: KerasLibrary,
    instance: Instance,
    cell: Operation,
    given: tuple[Value, Value],
    site: Site,
) -> Value:
    """`layer.compute_mask(inputs, previous_mask)`, None where the layer does not support masks."""
    first, previous = given
    if isinstance(instance.cls, Class):
        method = find_in_mro(interpreter, instance.cls.mro, "compute_mask")
        if method is not UNDEFINED:
            return call(interpreter, BoundMethod(method, instance), Arguments(given), site)
        if interpreter.overlay.get((instance.address, "supports_masking")) is True:
            return previous
    name = base_name(instance, cell)
    if name == "Embedding":
        return _op(interpreter, library, cell, "not_equal", (first, 0), site) if cell.config.get("mask_zero") else None
    if name == "Masking":
        value = cell.config.get("mask_value", 0.0)
        unequal = _op(interpreter, library, cell, "not_equal", (first, value), site)
        return _op(interpreter, library, cell, "any", (unequal,), site, axis=-1)
    flat = tuple(leaves(interpreter, previous))
    if not any(type(mask) is KerasTensor for mask in flat):
        return None
    if name in PASS_ON:
        return previous
    if name in RNNS:
        return flat[0] if cell.config.get("return_sequences") is True else None
    if name == "Bidirectional":
        inner = cell.config.get("layer")
        wrapped = interpreter.overlay.get((inner.address, "operation")) if isinstance(inner, Instance) else None
        keeps = isinstance(wrapped, Operation) and wrapped.config.get("return_sequences") is True
        many = 2 if cell.config.get("merge_mode", "concat") is None else 1
        return flat[:1] * many if keeps else None
    if name in ("Attention", "AdditiveAttention"):
        return _op(interpreter, library, cell, "convert_to_tensor", (flat[0],), site) if flat[0] is not None else None
    if name in MERGES and None not in flat:
        merged = flat[0]
        for mask in flat[1:]:
            merged = _op(interpreter, library, cell, "logical_or", (merged, mask), site)
        return merged
    return _concatenated(interpreter, library, cell, first, flat, site) if name == "Concatenate" else None


def _concatenated(
    interpreter: Interpreter, library: KerasLibrary, cell: Operation, first: Value, masks: tuple[Value, ...], site: Site
) -> Value:
    """`Concatenate.compute_mask`: an input without a mask counts as wholly visible."""
    parts: list[Value] = []
    for tensor, mask in zip(leaves(interpreter, first), masks):
        if mask is None:
            parts.append(_op(interpreter, library, cell, "ones_like", (tensor,), site, dtype="bool"))
            continue
        rank, own = _rank(interpreter, tensor), _rank(interpreter, mask)
        if rank is None or own is None:
            return UNKNOWN
        if own < rank:
            mask = _widened(interpreter, library, cell, tensor, mask, site)
        parts.append(mask)
    axis = cell.config.get("axis", -1)
    joined = interpreter.overlay.new("list", tuple(parts))
    whole = _op(interpreter, library, cell, "concatenate", (joined,), site, axis=axis)
    return _op(interpreter, library, cell, "any", (whole,), site, axis=-1, keepdims=False)


def _widened(
    interpreter: Interpreter, library: KerasLibrary, cell: Operation, tensor: Value, mask: Value, site: Site
) -> Value:
    """A mask of as many axes as its tensor has; Keras 3.7 only reads the shape of that, later ones take the tensor in."""
    wide = _op(interpreter, library, cell, "expand_dims", (mask,), site, axis=-1)
    if library.context.era(cell.root) is Era.V3_0:
        shape = library.attribute(interpreter, tensor, "shape", site)
        return _op(interpreter, library, cell, "broadcast_to", (wide, shape), site)
    zeros = _op(interpreter, library, cell, "zeros_like", (tensor,), site, dtype="bool")
    return _op(interpreter, library, cell, "logical_or", (wide, zeros), site)


def _rank(interpreter: Interpreter, tensor: Value) -> int | None:
    shape = spec_of(interpreter, tensor).shape if type(tensor) is KerasTensor else None
    return None if shape is None else len(shape)


def _op(
    interpreter: Interpreter,
    library: KerasLibrary,
    cell: Operation,
    name: str,
    operands: tuple[Value, ...],
    site: Site,
    **keywords: Value,
) -> Value:
    return call_op(interpreter, library.context, cell.root, name, Arguments(operands, keywords), site)
