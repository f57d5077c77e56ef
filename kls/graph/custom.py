"""Layers and models of the program's own: what calling them gives is read from their `call`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kls.graph.cells import KerasTensor, Operation
from kls.graph.context import leaves
from kls.graph.layers import append_node, call_tensors, called_without_tensors
from kls.graph.shapes import Inference, Structure, TensorSpec
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
    Instance,
    Opaque,
    Site,
    Value,
)

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter


def call_custom(
    interpreter: Interpreter,
    library: KerasLibrary,
    instance: Instance,
    cell: Operation,
    arguments: Arguments,
    site: Site,
) -> Value:
    """Call an instance of a class that the program defines: one node, with as many outputs as its `call` returns."""
    tensors = call_tensors(interpreter, arguments)
    if not any(t is not UNKNOWN for t in tensors):
        return called_without_tensors(interpreter, instance.address, cell, tensors, arguments)
    outputs = _outputs(interpreter, instance, arguments, site)
    return append_node(interpreter, library.context, instance.address, cell, tensors, Inference(outputs, None), site)


def _outputs(interpreter: Interpreter, instance: Instance, arguments: Arguments, site: Site) -> Structure:
    """The structure that `call` returns when it computes: run aside with data in place of tensors."""
    assert isinstance(instance.cls, Class)
    method = find_in_mro(interpreter, instance.cls.mro, "call")
    if method is UNDEFINED:
        return TensorSpec(None)
    data = Arguments(
        tuple(_as_data(interpreter, value) for value in arguments.positional),
        {key: _as_data(interpreter, value) for key, value in arguments.keywords.items()},
        arguments.exact,
    )

    def run() -> Value:
        value = call(interpreter, BoundMethod(method, instance), data, site)
        return _structure(interpreter, value)

    found = interpreter.aside(run)
    return TensorSpec(None) if found is UNKNOWN else found  # type: ignore[return-value]


def _as_data(interpreter: Interpreter, value: Value) -> Value:
    """The same structure with plain data where tensors were: inside `call` nothing is symbolic."""
    if not any(type(leaf) is KerasTensor for leaf in leaves(interpreter, value)):
        return value
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, tuple):
            return interpreter.overlay.new("list", tuple(_as_data(interpreter, item) for item in content))
        if isinstance(content, dict):
            return interpreter.overlay.new("dict", {k: _as_data(interpreter, v) for k, v in content.items()})
    if type(value) is tuple:
        return tuple(_as_data(interpreter, item) for item in value)
    return Opaque("tensor")


def _structure(interpreter: Interpreter, value: Value) -> Value:
    """Lists, tuples and dicts stay, everything else is one tensor."""
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, tuple) and content:
            return [_structure(interpreter, item) for item in content]
        if isinstance(content, dict) and content:
            return {str(key): _structure(interpreter, item) for key, item in content.items()}
    if type(value) is tuple and value:
        return tuple(_structure(interpreter, item) for item in value)
    return TensorSpec(None)
