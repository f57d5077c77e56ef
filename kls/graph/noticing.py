"""From what the program does to events for the rules. Called where it happens; nothing here changes the graph."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph.cells import KerasTensor, Operation, node_of, operation, possible_inputs
from kls.graph.context import leaves
from kls.graph.events import (
    CalledAgain,
    LayerAdded,
    LayersChanged,
    Mixed,
    ModelCalled,
    NotCalled,
    Removed,
    SharedAfterTraining,
    TensorFlowCalled,
    Undefined,
    UnknownArgument,
)
from kls.graph.instances import instance_of
from kls.graph.qualified import LAYER_CLASSES, OLD_ROOTS
from kls.graph.sources import argument, argument_site
from kls.program.containers import iterate
from kls.program.interpreter import ProgramRaises, site_of
from kls.program.library import Arguments
from kls.program.values import Address, External, Instance, Site, Value

if TYPE_CHECKING:
    from kls.graph.context import Context
    from kls.program.interpreter import Interpreter

TRAINS = frozenset({"fit", "fit_generator", "train_on_batch"})
USES = TRAINS | {"predict", "evaluate", "get_weights", "save", "save_weights", "predict_on_batch", "test_on_batch"}
"""Methods of a model whose effect hangs on its weights."""

RECURRENT = ("LSTM", "GRU", "RNN", "Cell")
"""What is called again and again by its nature."""


def circumstances(interpreter: Interpreter, site: Site) -> tuple[Site, tuple[Site, ...], bool, bool]:
    """Where it happens, by which calls, whether a `try` is around it, and whether it surely happens once."""
    return site, tuple(interpreter.stack), bool(interpreter.guarded), is_certain(interpreter)


def is_certain(interpreter: Interpreter) -> bool:
    """Whether what happens now surely happens, and once."""
    return not interpreter.widened and not interpreter.forked


def removed(interpreter: Interpreter, site: Site, name: str, kind: str, name_site: Site | None = None) -> None:
    """A name was used that this Keras does not have."""
    interpreter.emit(Removed(*circumstances(interpreter, site), name, kind, name_site))


def is_about_names(event: object) -> bool:
    """Whether an event says of a name that this Keras does not have it: that counts inside a layer's `call` too."""
    if isinstance(event, Undefined):
        return event.reason == "removed"
    is_removed = isinstance(event, Removed) and event.kind in ("argument", "name")
    return is_removed or isinstance(event, UnknownArgument)


def removed_once(interpreter: Interpreter, site: Site, name: str, kind: str) -> None:
    """The same, said of the first use only, where the program surely comes by: a part for Keras 3 alone is no fault."""
    key = ("removed", name.partition(".")[0])
    if not interpreter.assumed and interpreter.overlay.get(key) is not True:
        interpreter.overlay.set(key, True)
        removed(interpreter, site, name, kind)


def removed_arguments(interpreter: Interpreter, arguments: Arguments, names: Collection[str], site: Site) -> None:
    """Keywords were passed that no Keras since 2.4 takes: `Model(input=..., output=...)`."""
    for name, place in _keywords(interpreter, arguments, names):
        removed(interpreter, site, name, "argument", place)


def unknown_arguments(
    interpreter: Interpreter, layer: Instance, arguments: Arguments, names: Collection[str], site: Site
) -> None:
    """Keywords were passed to a layer's constructor that it does not have."""
    for name, place in _keywords(interpreter, arguments, names):
        interpreter.emit(
            UnknownArgument(*circumstances(interpreter, site), layer, name, place, bool(interpreter.assumed))
        )


def _keywords(interpreter: Interpreter, arguments: Arguments, names: Collection[str]) -> Iterator[tuple[str, Site]]:
    """Those of the names that the call being made writes as keywords, and where."""
    if interpreter.calling is None:
        return
    node, frame = interpreter.calling
    for keyword in node.keywords:
        if keyword.arg in names and keyword.arg in arguments.keywords:
            place = site_of(keyword.value, frame)
            column = keyword.col_offset
            name_site = place._replace(
                line=keyword.lineno, column=column, end_line=keyword.lineno, end_column=column + len(keyword.arg)
            )
            yield keyword.arg, name_site


def call_arguments(interpreter: Interpreter, receiver: Instance, arguments: Arguments, site: Site) -> None:
    """A layer or model is called: an argument may be a layer, or a tensor of the other Keras."""
    own = operation(interpreter, receiver.address)
    for position, value in enumerate(arguments.positional):
        flat = tuple(leaves(interpreter, value))
        roots = {cell.root for t in flat if type(t) is KerasTensor and (cell := operation(interpreter, t.operation))}
        how = "joined" if own is not None and own.root in roots else "called"
        for leaf in flat:
            if type(leaf) is KerasTensor:
                meet(interpreter, receiver, leaf.operation, site, how)
            elif isinstance(leaf, External) and isinstance(receiver.cls, External):
                if leaf.name.startswith(LAYER_CLASSES):
                    where = argument_site(interpreter, position, ())
                    interpreter.emit(NotCalled(*circumstances(interpreter, site), receiver, leaf, where))
            elif (
                isinstance(leaf, Instance)
                and isinstance(receiver.cls, External)
                and operation(interpreter, leaf.address)
            ):
                where = argument_site(interpreter, position, ())
                interpreter.emit(NotCalled(*circumstances(interpreter, site), receiver, leaf, where))


def meet(interpreter: Interpreter, receiver: Instance, other: Address, site: Site, how: str) -> bool:
    """Something of `other`'s is given to `receiver`: are they of different Keras? Said once for each `other`."""
    own, cell = operation(interpreter, receiver.address), operation(interpreter, other)
    if own is None or cell is None or cell.root == own.root or interpreter.overlay.get(("mixed", other)) is True:
        return False
    if how == "given" and own.root in OLD_ROOTS and cell.root in OLD_ROOTS:
        return False  # the copies of Keras 2 take much of each other
    interpreter.overlay.set(("mixed", other), True)
    interpreter.overlay.set(("mixed", receiver.address), True)
    found = instance_of(interpreter, other)
    interpreter.emit(Mixed(*circumstances(interpreter, site), receiver, own.root, found, cell.root, how))
    return True


def model_called(
    interpreter: Interpreter, instance: Instance, tensors: tuple[Value, ...], output: Value, site: Site
) -> None:
    """A Functional was called; where its argument stands is remembered for fixes."""
    if tensors and all(type(t) is KerasTensor for t in tensors):
        where = argument(interpreter, tensors, 0, ("inputs",))
        known = tuple(t for t in tensors if type(t) is KerasTensor)
        interpreter.emit(ModelCalled(*circumstances(interpreter, site), instance, known, output, where))
        if type(output) is KerasTensor and where.site is not None:
            interpreter.overlay.set(("argument of", output), where.site)


def layers_changed(interpreter: Interpreter, changed: Value, method: str, site: Site, index: Value) -> None:
    """A list that is read off an attribute is to be changed: if it is `model.layers`, only a copy is."""
    model = interpreter.overlay.get(("layers of", changed))
    if isinstance(model, Instance):
        layers = iterate(interpreter, changed) or ()
        gone = layers[index] if isinstance(index, int) and -len(layers) <= index < len(layers) else None
        layer = gone if isinstance(gone, Instance) else None
        interpreter.emit(LayersChanged(*circumstances(interpreter, site), model, method, layer))


def remember_layers(interpreter: Interpreter, model: Instance, layers: tuple[Value, ...]) -> None:
    """The layers were read off `model`: it is theirs."""
    last = layers[-1] if layers else None
    if not isinstance(last, Instance) or interpreter.overlay.get(("layer of", last.address)) == model:
        return
    for layer in layers:
        if isinstance(layer, Instance):
            interpreter.overlay.set(("layer of", layer.address), model)


def copied(interpreter: Interpreter, model: Value) -> Value:
    """A model that `clone_model` made: its layers are there to be taken."""
    if isinstance(model, Instance):
        interpreter.overlay.set(("copy", model.address), True)
    return model


def remember_stacked(interpreter: Interpreter, stack: tuple[Instance, ...]) -> None:
    """A Sequential is about to call its layers: those that nothing has called will have been called by it first."""
    for layer in stack:
        cell = operation(interpreter, layer.address)
        if cell is not None and not cell.nodes:
            interpreter.overlay.set(("stacked", layer.address), True)


def layer_added(
    interpreter: Interpreter, sequential: Instance, stack: tuple[Instance, ...], layer: Instance, site: Site
) -> bool:
    """A layer goes on top of a Sequential. False where that raises, since it is of another Keras."""
    cell = operation(interpreter, layer.address)
    if cell is None:
        return True
    if meet(interpreter, sequential, layer.address, site, "given"):
        return False
    namesake = None
    for other in stack:
        there = operation(interpreter, other.address)
        if other != layer and there is not None and there.name is not None and there.name == cell.name:
            namesake = other
    owner = interpreter.overlay.get(("layer of", layer.address))
    if not isinstance(owner, Instance) or owner == sequential or not (cell.nodes and cell.params != 0):
        owner = None
    if owner is not None and interpreter.overlay.get(("copy", owner.address)) is True:
        owner = None
    if owner is not None:
        interpreter.overlay.set(("shared with", owner.address), (sequential, site))
    if owner is not None or namesake is not None:
        interpreter.emit(LayerAdded(*circumstances(interpreter, site), sequential, layer, namesake, owner))
    return True


def model_used(interpreter: Interpreter, model: Instance, method: str, site: Site) -> None:
    """A model is trained or its weights are read: were they changed by training another model that shares them?"""
    if method not in USES:
        return
    if method in TRAINS:
        interpreter.overlay.set(("trained", model.address), site)
    shared = interpreter.overlay.get(("shared with", model.address))
    if type(shared) is not tuple:
        return
    sequential, added = shared
    training = interpreter.overlay.get(("trained", sequential.address))
    if isinstance(training, Site):
        circumstance = circumstances(interpreter, added)
        interpreter.emit(SharedAfterTraining(*circumstance, sequential, model, training))


def called_again(
    interpreter: Interpreter, address: Address, cell: Operation, tensors: tuple[Value, ...], site: Site
) -> None:
    """The same call made the layer's last node too, and its input comes of that: a loop that reuses the layer."""
    if len(cell.nodes) != 1 or cell.nodes[0].site != site or cell.kind not in ("layer", "functional", "sequential"):
        return
    if cell.params == 0 or cell.cls.endswith(RECURRENT):
        return
    stack, seen, found = [t for t in tensors if type(t) is KerasTensor], set(tensors), False
    while stack:
        tensor = stack.pop()
        maker, node = operation(interpreter, tensor.operation), node_of(interpreter, tensor)
        if tensor.operation == address:
            found = True
        elif maker is not None and maker.cls.endswith(RECURRENT):
            return  # a sequence that is written out step by step
        else:
            for parent in possible_inputs(node) if node is not None else ():
                if parent not in seen:
                    seen.add(parent)
                    stack.append(parent)
    if found:
        layer = instance_of(interpreter, address)
        interpreter.emit(CalledAgain(*circumstances(interpreter, site), layer))


def compiled_called(interpreter: Interpreter, arguments: Arguments, site: Site) -> bool:
    """Whether a function that `tf.function` compiled is called on a tensor, which no Keras lets it be."""
    for value in (*arguments.positional, *arguments.keywords.values()):
        for leaf in leaves(interpreter, value):
            if type(leaf) is KerasTensor:
                tensor = KerasTensor(*leaf)
                interpreter.emit(TensorFlowCalled(*circumstances(interpreter, site), "function", tensor, None, ()))
                if interpreter.guarded:
                    raise ProgramRaises
                return True
    return False


def tensorflow_called(
    interpreter: Interpreter, context: Context, function: External, arguments: Arguments, site: Site
) -> None:
    """A function of TensorFlow's gets a tensor: one of Keras 3 has no values to give it."""
    for value in (*arguments.positional, *arguments.keywords.values()):
        for leaf in leaves(interpreter, value):
            cell = operation(interpreter, leaf.operation) if type(leaf) is KerasTensor else None
            if cell is None or context.era(cell.root) is Era.TF_KERAS:
                continue
            where = None
            if interpreter.calling is not None and isinstance(interpreter.calling[0].func, ast.Attribute | ast.Name):
                where = site_of(interpreter.calling[0].func, interpreter.calling[1])
            name = function.name.partition(".")[2]
            tensor, keywords = KerasTensor(*leaf), tuple(arguments.keywords)  # type: ignore[misc]
            interpreter.emit(TensorFlowCalled(*circumstances(interpreter, site), name, tensor, where, keywords))
            return
