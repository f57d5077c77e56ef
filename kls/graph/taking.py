"""Whether a layer or model takes what it is called on: one tensor or a list, how many, under which names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph.cells import KerasTensor, ModelCell, Operation, operation
from kls.graph.context import Context, leaves
from kls.graph.events import NotALayer, NotCalled, WrongInputs
from kls.graph.noticing import circumstances
from kls.graph.qualified import LAYER_CLASSES
from kls.graph.sources import argument_site
from kls.program.containers import content_of
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Class, Container, External, Function, Instance, Opaque, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter

_1D_2D = tuple(f"{n}D" for n in (1, 2, 3))
SINGLE = (
    frozenset(
        "BatchNormalization Dense DepthwiseConv1D DepthwiseConv2D EinsumDense Embedding Flatten LayerNormalization Permute "
        "RepeatVector Reshape TimeDistributed".split()
    )
    | {
        f"{name}{suffix}"
        for name in ("Conv", "SeparableConv", "UpSampling", "ZeroPadding", "Cropping")
        for suffix in _1D_2D
    }
    | {f"Conv{n}Transpose" for n in _1D_2D}
)
"""Layers that refuse a list, be it of one tensor."""

SINGLE_OF_TWO = frozenset(
    f"{name}{n}"
    for name in ("MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling", "SpatialDropout")
    for n in _1D_2D
)
"""Layers that refuse a list of more than one tensor."""

RECURRENT = frozenset(("LSTM", "GRU", "SimpleRNN", "Bidirectional"))
"""Layers that take a list of a tensor and its initial states on Keras 2, and no list on Keras 3."""

MERGING = frozenset("Add Subtract Multiply Average Maximum Minimum Concatenate Dot".split())
"""Layers that take a list, and nothing else."""

REFUSE_NONE = SINGLE | SINGLE_OF_TWO | RECURRENT
EVERY = tuple(era.value for era in Era)


def layer_called(
    interpreter: Interpreter, context: Context, instance: Instance, cell: Operation, arguments: Arguments, site: Site
) -> None:
    """One of Keras's own layers is called."""
    if not isinstance(instance.cls, External) or not arguments.positional or not arguments.exact:
        return
    given = arguments.positional[0]
    if given is None:
        if cell.cls in REFUSE_NONE:
            where = argument_site(interpreter, 0, ("inputs",))
            interpreter.emit(NotCalled(*circumstances(interpreter, site), instance, None, where))
        return
    count, is_plural = _count(interpreter, given)
    if count is None:
        return
    is_old = context.era(cell.root) is Era.TF_KERAS
    if cell.cls in MERGING and not is_plural:
        if is_old or not cell.nodes:
            _emit(interpreter, instance, "single", 2, 1, "raises", site)
        else:
            _emit(interpreter, instance, "single", 2, 1, "wrong", site)
    elif (is_plural and (cell.cls in SINGLE or (cell.cls in SINGLE_OF_TWO and count > 1))) or (
        is_plural and cell.cls in RECURRENT and not is_old
    ):
        _emit(interpreter, instance, "list", 1, count, "raises", site)


def model_called(
    interpreter: Interpreter,
    context: Context,
    instance: Instance,
    cell: Operation,
    model: ModelCell,
    arguments: Arguments,
    site: Site,
) -> None:
    """A Functional is called on tensors or data: as many as it has inputs, or a dict of them by name."""
    if not model.inputs or len(arguments.positional) != 1 or not arguments.exact or not cell.certain:
        return
    given, expected = arguments.positional[0], len(model.inputs)
    if given is None:
        where = argument_site(interpreter, 0, ("inputs",))
        interpreter.emit(NotCalled(*circumstances(interpreter, site), instance, None, where))
        return
    is_old = context.era(cell.root) is Era.TF_KERAS
    content = content_of(interpreter, given)
    if isinstance(content, dict):
        _check_names(interpreter, instance, model, content, is_old, site)
        return
    count, _ = _count(interpreter, given)
    symbolic = any(type(leaf) is KerasTensor for leaf in leaves(interpreter, given))
    if count is None or count == expected or (count > expected and is_old and symbolic):
        return
    _emit(interpreter, instance, "count", expected, count, "raises", site)


def _check_names(
    interpreter: Interpreter,
    instance: Instance,
    model: ModelCell,
    given: Mapping[object, Value],
    is_old: bool,
    site: Site,
) -> None:
    structure = content_of(interpreter, model.inputs_structure)
    if isinstance(structure, dict):
        wanted = [key for key in structure if isinstance(key, str)]
        if len(wanted) != len(structure) or len(wanted) != len(model.inputs):
            return
    else:
        names = [c.name for t in model.inputs if (c := operation(interpreter, t.operation)) is not None]
        wanted = [name for name in names if name is not None]
        if len(wanted) != len(model.inputs):
            return
    missing = tuple(name for name in wanted if name not in given)
    optional = any(
        c is not None and c.config.get("optional") not in (None, False)
        for c in (operation(interpreter, t.operation) for t in model.inputs)
    )
    if missing and not optional and all(isinstance(key, str) for key in given):
        # Keras 2 takes symbolic tensors in the order of their keys where it cannot by name (`_flatten_to_reference_inputs`).
        in_order = is_old and any(type(value) is KerasTensor for value in given.values())
        outcome = "wrong" if in_order else "raises"
        _emit(interpreter, instance, "keys", len(wanted), len(given), outcome, site, missing)


def _emit(
    interpreter: Interpreter,
    instance: Instance,
    kind: str,
    expected: int,
    given: int,
    outcome: str,
    site: Site,
    names: tuple[str, ...] = (),
) -> None:
    where = argument_site(interpreter, 0, ("inputs",))
    interpreter.emit(
        WrongInputs(*circumstances(interpreter, site), instance, kind, expected, given, names, outcome, where)
    )


def _count(interpreter: Interpreter, value: Value) -> tuple[int | None, bool]:
    """How many tensors or arrays a value holds, and whether it is a list, tuple or dict; None where not all are known."""
    is_plural = type(value) in (tuple, dict) or (isinstance(value, Container) and value.kind in ("list", "dict"))
    if isinstance(value, Container) and not is_plural:
        return None, False
    found = list(leaves(interpreter, value))
    known = all(type(leaf) is KerasTensor or (isinstance(leaf, Opaque) and leaf.kind == "array") for leaf in found)
    return (len(found) if known and found else None), is_plural


def stacked(interpreter: Interpreter, sequential: Instance, value: Value, where: Site | None, site: Site) -> None:
    """Something is put into a Sequential that is no layer: a tensor, a class, a function, a list, None."""
    cell = operation(interpreter, value.operation) if type(value) is KerasTensor else None
    if cell is not None:
        wrong = cell.kind != "input"
    elif isinstance(value, External):
        wrong = value.name.startswith((*LAYER_CLASSES, "tensorflow."))
    elif isinstance(value, Class):
        wrong = True
    else:
        wrong = value is None or isinstance(value, Function | str | int | float) or type(value) is tuple
        wrong = wrong or (isinstance(value, Container) and value.kind == "list")
    if wrong and value is not UNKNOWN:
        interpreter.emit(NotALayer(*circumstances(interpreter, site), sequential, value, where))
