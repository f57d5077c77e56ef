"""Of what a happening speaks, and which model it ends up in: a model shows what was wrong with a call before it."""

from __future__ import annotations

from collections.abc import Iterable

from kls.graph.cells import KerasTensor, model_cell
from kls.graph.events import CalledAgain, LateBound, LayersChanged, Mixed, ModelBuilt, ModelCalled
from kls.program.interpreter import Interpreter
from kls.program.values import Address


def subject(event: object) -> Address | None:
    """The operation that a happening is about, where a model that has it in its graph shows whether a rule is right."""
    if isinstance(event, CalledAgain | LateBound):
        return event.layer.address
    if isinstance(event, ModelCalled) and isinstance(event.output, KerasTensor):
        return event.output.operation
    if isinstance(event, Mixed):
        return event.other.address  # the receiver is what the graph does not have
    return event.model.address if isinstance(event, LayersChanged) else None


def holder(interpreter: Interpreter, address: Address, events: Iterable[object]) -> ModelBuilt | None:
    """The first model built that is the operation at `address` itself or has it in its graph; None where there is none."""
    for event in events:
        if isinstance(event, ModelBuilt):
            cell = model_cell(interpreter, event.instance.address)
            if event.instance.address == address or (cell is not None and any(a == address for a, _ in cell.nodes)):
                return event
    return None
