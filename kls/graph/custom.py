"""Layers and models of the program's own: what calling them gives, and what they weigh, is read from their methods."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph import shapes
from kls.graph.cells import KerasTensor, Operation, Variable, operation, spec_of
from kls.graph.context import leaves
from kls.graph.instances import own_attributes
from kls.graph.layers import append_node, call_tensors, called_without_tensors, flat, infer
from kls.graph.models import total_params
from kls.graph.names import INSIDE, count_tensors, is_counter
from kls.graph.noticing import is_about_names
from kls.graph.qualified import split_root
from kls.graph.shapes import UNKNOWN as UNKNOWN_DIM
from kls.graph.shapes import Inference, Structure, TensorSpec
from kls.program.attributes import find_in_mro
from kls.program.calls import call
from kls.program.containers import content_of
from kls.program.interpreter import ProgramRaises
from kls.program.library import Arguments
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    Container,
    Either,
    Instance,
    Site,
    Value,
    root_external,
)

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter

NOTHING = Inference(TensorSpec(None), None)


def call_custom(
    interpreter: Interpreter,
    library: KerasLibrary,
    instance: Instance,
    cell: Operation,
    arguments: Arguments,
    site: Site,
    full: Arguments,
) -> Value:
    """Call an instance of a class that the program defines: one node, with as many outputs as its `call` returns.

    `full` is what `call` gets: the arguments and the masks that Keras adds.
    """
    tensors = call_tensors(interpreter, arguments)
    if not any(t is not UNKNOWN for t in tensors):
        return called_without_tensors(interpreter, instance.address, cell, tensors, arguments)
    inference = inferred(interpreter, library, instance, cell, full, site)
    era = library.context.era(cell.root)
    if era is not Era.TF_KERAS and not cell.nodes and _is_traced(interpreter, instance):
        count_tensors(interpreter, len(list(flat(inference.outputs))), era)
    return append_node(interpreter, library.context, instance.address, cell, tensors, inference, site, arguments)


WITH_WEIGHTS = frozenset(
    "Dense EinsumDense Embedding LSTM GRU SimpleRNN RNN Bidirectional TimeDistributed BatchNormalization PReLU "
    "LayerNormalization GroupNormalization MultiHeadAttention GroupedQueryAttention SpectralNormalization".split()
)
CONVOLUTIONS = ("Conv", "SeparableConv", "DepthwiseConv")


def _is_traced(interpreter: Interpreter, instance: Instance) -> bool:
    """Whether Keras 3 runs `call` once more to build the layers inside (`_maybe_build`, might_have_unbuilt_state)."""
    assert isinstance(instance.cls, Class)
    if find_in_mro(interpreter, instance.cls.mro, "build") is not UNDEFINED:
        return False
    for _, value in own_attributes(interpreter, instance):
        for leaf in leaves(interpreter, value):
            cell = operation(interpreter, leaf.address) if isinstance(leaf, Instance) else None
            if cell is None or cell.nodes or cell.params is not None or not isinstance(leaf, Instance):
                continue
            weighs = cell.cls in WITH_WEIGHTS or cell.cls.startswith(CONVOLUTIONS)
            if weighs or isinstance(leaf.cls, Class) or cell.kind == "sequential":
                return True
    return False


def call_base(
    interpreter: Interpreter,
    library: KerasLibrary,
    instance: Instance,
    cell: Operation,
    arguments: Arguments,
    site: Site,
) -> Value:
    """`super().call(...)` of a class that extends one of Keras's layers: what that layer makes of it."""
    inference = _of_base(interpreter, library, instance, cell, arguments)
    tensors = call_tensors(interpreter, arguments)
    weigh(interpreter, instance, inference.params)
    address = interpreter.overlay.allocate()
    return append_node(interpreter, library.context, address, cell._replace(nodes=()), tensors, inference, site)


def returned(interpreter: Interpreter, function: Value, arguments: Arguments, site: Site) -> Structure:
    """The structure of what a function of the program returns for these tensors, run aside: it leaves nothing behind."""

    def run() -> Value:
        interpreter.overlay.set(INSIDE, True)
        return (_structure(interpreter, call(interpreter, function, arguments, site)),)

    found = interpreter.aside(run, tell=is_about_names)
    return found[0] if isinstance(found, tuple) else TensorSpec(None)


def add_weight(interpreter: Interpreter, instance: Instance, era: Era, arguments: Arguments) -> Value:
    """`layer.add_weight(...)`: a variable that the layer owns. In tf_keras the name comes first."""
    shape = arguments.get(1 if era is Era.TF_KERAS else 0, "shape", ())
    content = content_of(interpreter, shape) if isinstance(shape, Container) else shape
    sizes = content if type(content) is tuple else (content,) if isinstance(content, int) else UNKNOWN
    count: int | None = 1
    for size in sizes if isinstance(sizes, tuple) else (UNKNOWN,):
        count = count * size if count is not None and isinstance(size, int) else None
    weigh(interpreter, instance, count if arguments.exact else None)
    return UNKNOWN if count is None else Variable(sizes)  # type: ignore[arg-type]


def weigh(interpreter: Interpreter, instance: Instance, params: int | None) -> None:
    """The layer itself has so many weights more; None where that is not known."""
    before = interpreter.overlay.get((instance.address, "<weights>"))
    known = params is not None and before is not UNKNOWN
    after = (before if isinstance(before, int) else 0) + (params or 0) if known else UNKNOWN
    interpreter.overlay.set((instance.address, "<weights>"), after)


def inferred(
    interpreter: Interpreter,
    library: KerasLibrary,
    instance: Instance,
    cell: Operation,
    arguments: Arguments,
    site: Site,
) -> Inference:
    """What `call` returns and what the layer weighs then: run aside, since inside `call` no node is recorded."""
    assert isinstance(instance.cls, Class)
    mro = instance.cls.mro
    method, build = find_in_mro(interpreter, mro, "call"), find_in_mro(interpreter, mro, "build")
    if method is UNDEFINED:
        return NOTHING if build is not UNDEFINED else _of_base(interpreter, library, instance, cell, arguments)

    first = cell.params is None and not cell.nodes
    if build is not UNDEFINED and first and arguments.positional:
        build_with(interpreter, instance, _shape_of(interpreter, arguments.positional[0]), site)

    def run() -> Value:
        interpreter.overlay.set(INSIDE, True)
        value = call(interpreter, BoundMethod(method, instance), arguments, site)
        return (
            _structure(interpreter, value),
            cell.params if cell.params is not None else weight(interpreter, instance),
        )

    counts = first and library.context.era(cell.root) is not Era.TF_KERAS
    found = interpreter.aside(run, is_counter if counts else lambda key: False, is_about_names)
    return Inference(*found) if isinstance(found, tuple) else NOTHING


def build_with(interpreter: Interpreter, instance: Instance, shape: Value, site: Site) -> None:
    """`layer.build(input_shape)`, where the class has such a method."""
    build = find_in_mro(interpreter, instance.cls.mro, "build") if isinstance(instance.cls, Class) else UNDEFINED
    if build is not UNDEFINED:
        _quietly(interpreter, lambda: call(interpreter, BoundMethod(build, instance), Arguments((shape,)), site))


def _quietly(interpreter: Interpreter, act: Callable[[], Value]) -> None:
    """Do something for good, but report nothing of it, except names that this Keras does not have."""
    with contextlib.suppress(ProgramRaises), interpreter.telling(is_about_names):
        act()


def _of_base(
    interpreter: Interpreter, library: KerasLibrary, instance: Instance, cell: Operation, arguments: Arguments
) -> Inference:
    """What the layer of Keras's gives that the class extends."""
    base = root_external(instance.cls)
    name = "" if base is None else split_root(base.name)[1].rpartition(".")[2]
    if not shapes.is_layer(name) or not call_tensors(interpreter, arguments):
        return NOTHING
    return infer(interpreter, library.context, instance, cell._replace(cls=name), arguments)


def _shape_of(interpreter: Interpreter, value: Value) -> Value:
    """A structure of tensors as `build` gets it: with their shapes."""
    if type(value) is KerasTensor:
        shape = spec_of(interpreter, value).shape
        return UNKNOWN if shape is None else tuple(UNKNOWN if size is UNKNOWN_DIM else size for size in shape)
    content = content_of(interpreter, value) if isinstance(value, Container) else value
    if type(content) is tuple:
        return interpreter.overlay.new("list", tuple(_shape_of(interpreter, item) for item in content))
    if isinstance(content, dict):
        return interpreter.overlay.new("dict", {key: _shape_of(interpreter, v) for key, v in content.items()})
    return UNKNOWN


def _structure(interpreter: Interpreter, value: Value) -> Value:
    """Lists, tuples and dicts stay, everything else is one tensor."""
    if type(value) is KerasTensor:
        return spec_of(interpreter, value)
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, tuple) and content:
            return [_structure(interpreter, item) for item in content]
        if isinstance(content, dict) and content:
            return {str(key): _structure(interpreter, item) for key, item in content.items()}
    if type(value) is tuple and value:
        return tuple(_structure(interpreter, item) for item in value)
    return TensorSpec(None)


def weight(interpreter: Interpreter, instance: Instance, unbuilt_too: bool = True) -> int | None:
    """The weights of the layer itself and of the layers that it keeps in attributes; None where not all are known.

    Layers that were not built have none yet: without `unbuilt_too` that is what counts.
    """
    own = interpreter.overlay.get((instance.address, "<weights>"))
    if own is UNKNOWN or interpreter.overlay.get((instance.address, "*")) is UNKNOWN:
        return None
    kept: list[Instance] = []
    for _, value in own_attributes(interpreter, instance):
        for leaf in leaves(interpreter, value):
            if leaf is UNKNOWN or isinstance(leaf, Either):
                return None
            cell = operation(interpreter, leaf.address) if isinstance(leaf, Instance) else None
            if not isinstance(leaf, Instance) or cell is None:
                continue
            if unbuilt_too or cell.params is not None or cell.kind != "layer":
                kept.append(leaf)
    inner = total_params(interpreter, tuple(dict.fromkeys(layer.address for layer in kept)))
    return None if inner is None else inner + (own if isinstance(own, int) else 0)
