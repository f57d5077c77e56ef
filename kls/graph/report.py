"""What `kls graph` and the editor's hover say of a model: its layers in order, its edges, its weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from kls.environment.era import Era
from kls.graph.cells import (
    KerasTensor,
    ModelCell,
    Operation,
    model_cell,
    operation,
    possible_inputs,
    spec_of,
    within,
)
from kls.graph.context import Context
from kls.graph.events import ModelBuilt
from kls.graph.instances import instance_of, layers_of
from kls.graph.sequential import stack_of
from kls.graph.sources import variable_of
from kls.program.interpreter import Interpreter
from kls.program.store import Key, Overlay
from kls.program.units import Run
from kls.program.values import Address, Instance, Site

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary

P = TypeVar("P")
Q = TypeVar("Q")


@dataclass(frozen=True)
class LayerReport(Generic[P]):
    """One entry of `model.layers`."""

    name: str
    cls: str
    location: P | None
    shape: tuple[int | None, ...] | None
    params: int | None


@dataclass(frozen=True)
class ModelReport(Generic[P]):
    """One construction of a Functional or Sequential, as this environment's Keras would build it."""

    variable: str | None
    name: str | None
    cls: str
    location: P
    function: str | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layers: tuple[LayerReport[P], ...]
    edges: tuple[tuple[str, str], ...]
    params: int | None
    complete: bool
    error: tuple[str, str] | None
    """(type, message) of the exception that this Keras raises here."""

    def at(self: ModelReport[P], convert: Callable[[P], Q]) -> ModelReport[Q]:
        """The same report with every place converted."""
        layers = tuple(
            LayerReport(
                layer.name,
                layer.cls,
                None if layer.location is None else convert(layer.location),
                layer.shape,
                layer.params,
            )
            for layer in self.layers
        )
        return replace(self, location=convert(self.location), layers=layers)  # type: ignore[return-value, arg-type]


def report(interpreter: Interpreter, run: Run, is_here: Callable[[Site], bool]) -> Iterator[ModelReport[Site]]:
    """All models that the file constructs: those of the top level as the end of the file leaves them.

    One that code elsewhere constructs, such as `keras.applications.ResNet50()`, is placed at the call that is here.
    """
    interpreter.overlay = Overlay(run.store, "report")
    events = [event for unit in run.units for event in unit.events]
    yield from _reports(interpreter, events, run.store.items(), is_here)
    for unit in run.aside:
        interpreter.overlay = Overlay(run.store, "report", writes=dict(unit.writes))
        yield from _reports(interpreter, unit.events, unit.writes, is_here)


def _reports(
    interpreter: Interpreter, events: Sequence[object], writes: Mapping[Key, object], is_here: Callable[[Site], bool]
) -> Iterator[ModelReport[Site]]:
    for event in events:
        if isinstance(event, ModelBuilt):
            site = next((site for site in (event.site, *reversed(event.stack)) if is_here(site)), None)
            found = None if site is None else _report(interpreter, event.instance, site, event.error)
            if found is not None:
                yield found
    for key, cell in list(writes.items()):
        if isinstance(cell, ModelCell) and cell.kind == "sequential" and isinstance(key, tuple):
            own = operation(interpreter, key[0])
            if own is not None and own.site is not None and is_here(own.site):
                found = _report(interpreter, instance_of(interpreter, key[0]), own.site, None)
                if found is not None:
                    yield found


def _report(
    interpreter: Interpreter, instance: Instance, site: Site, error: tuple[str, str] | None
) -> ModelReport[Site] | None:
    cell, model = operation(interpreter, instance.address), model_cell(interpreter, instance.address)
    if cell is None or model is None:
        return None
    if model.kind == "sequential":
        layers = stack_of(interpreter, instance.address)
    else:
        layers = layers_of(interpreter, instance.address) or _known_layers(interpreter, model)
    operations = model.operations
    if model.kind == "sequential" and _context(interpreter).era(cell.root) is Era.TF_KERAS:
        # its InputLayer is not in `layers`; in Keras 3 neither, but there an inner Functional has it
        operations = tuple(layer.address for layer in layers or ())
    named = variable_of(interpreter, instance)
    outputs = [operation(interpreter, t.operation) for t in model.outputs]
    return ModelReport(
        variable=None if named is None else named.name,
        name=cell.name,
        cls="Functional" if model.kind == "functional" and cell.cls == "Model" else cell.cls,
        location=site,
        function=None,
        inputs=tuple(_tensor_name(interpreter, t) for t in model.inputs),
        outputs=tuple(o.name or "?" for o in outputs if o is not None),
        layers=tuple(_layer(interpreter, layer) for layer in layers or ()),
        edges=tuple(edges(interpreter, operations)),
        params=cell.params,
        complete=model.complete,
        error=error,
    )


def _known_layers(interpreter: Interpreter, model: ModelCell) -> tuple[Instance, ...]:
    """The layers of a model that is not complete, as far as anything but their names is known."""
    cells = [(a, operation(interpreter, a)) for a in model.operations if not within(interpreter, KerasTensor(a, 0, 0))]
    return tuple(instance_of(interpreter, a) for a, cell in cells if cell is not None and cell.kind != "op")


def _tensor_name(interpreter: Interpreter, tensor: KerasTensor) -> str:
    cell = operation(interpreter, tensor.operation)
    return "?" if cell is None or cell.name is None else cell.name


def _layer(interpreter: Interpreter, layer: Instance) -> LayerReport[Site]:
    cell = operation(interpreter, layer.address)
    assert cell is not None
    shape = None
    model = model_cell(interpreter, layer.address)
    inner = model is not None and (model.kind == "functional" or _context(interpreter).era(cell.root) is Era.TF_KERAS)
    if model is not None and inner and model.outputs:  # its `.output` is the tensor that it was built with
        shape = spec_of(interpreter, model.outputs[0]).known_shape if len(model.outputs) == 1 else None
    elif cell.nodes and len(cell.nodes[0].outputs) == 1:
        shape = cell.nodes[0].outputs[0].known_shape
    cls = "Functional" if cell.kind == "functional" and cell.cls == "Model" else cell.cls
    return LayerReport(cell.name or "?", cls, cell.site, shape, cell.params)


def _context(interpreter: Interpreter) -> Context:
    return cast("KerasLibrary", interpreter.library).context


def edges(interpreter: Interpreter, operations: tuple[Address, ...]) -> Iterator[tuple[str, str]]:
    """Which of a model's operations feeds which, once each, in the order of the operations."""
    own = {a for a in operations if not within(interpreter, KerasTensor(a, 0, 0))}
    seen: set[tuple[str, str]] = set()
    for address in (a for a in operations if a in own):
        cell = operation(interpreter, address)
        for node in cell.nodes if cell is not None else ():
            for tensor in possible_inputs(node):
                if tensor.operation in own:
                    edge = (_tensor_name(interpreter, tensor), _name(cell))
                    if edge not in seen:
                        seen.add(edge)
                        yield edge


def _name(cell: Operation | None) -> str:
    return "?" if cell is None or cell.name is None else cell.name
