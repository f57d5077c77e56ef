"""Keras's objects as the store holds them: Operation, Node, KerasTensor, and what a model knows of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kls.graph.shapes import TensorSpec
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Address, Either, Instance, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


class KerasTensor(NamedTuple):
    """A symbolic tensor, by its history: the operation that made it, in which call, as which output.

    keras/src/ops/node.py, KerasHistory.
    """

    operation: Address
    node: int
    tensor_index: int


class Variable(NamedTuple):
    """A weight that a layer of the program's owns, `layer.add_weight(...)`: data, of which the shape is known."""

    shape: tuple[Value, ...]


Inbound: TypeAlias = "KerasTensor | Either | object"
"""An input of a node: a KerasTensor, an Either of several, or UNKNOWN."""


class Node(NamedTuple):
    """One call of an operation. Without inputs it is the node of an InputLayer (keras/src/ops/node.py, `is_input`)."""

    inputs: tuple[Inbound, ...]
    outputs: tuple[TensorSpec, ...]
    names: tuple[str | None, ...]
    """The outputs' own names, from which a clone's InputLayer takes its name."""
    structure: Value
    """The outputs as the call returned them, for `layer.output`."""
    site: Site | None
    arguments: Arguments | None = None
    """What was passed, lists and dicts as Frozen: a clone of the call passes the same. None where no program wrote it."""

    @property
    def is_input(self) -> bool:
        """Whether no tensor goes in."""
        return not self.inputs

    @property
    def exact(self) -> bool:
        """Whether every input is known."""
        for tensor in self.inputs:  # noqa: SIM110 every walk asks, and `all` of a generator takes three times as long
            if type(tensor) is not KerasTensor:
                return False
        return True


class Operation(NamedTuple):
    """A layer, an op of keras.ops or a model, as far as the graph goes (keras/src/ops/operation.py)."""

    cls: str
    kind: str
    """"layer", "input", "op", "functional", "sequential" or "subclass"."""
    root: str
    """"keras", "tf_keras" or `qualified.INTERNAL`: whose object it is."""
    name: str | None
    site: Site | None
    config: Mapping[str, Value]
    nodes: tuple[Node, ...] = ()
    params: int | None = None
    consumed: bool = False
    """Whether some node takes one of its outputs (`_outbound_nodes` is not empty)."""
    certain: bool = True
    """False where it is not known how often it was made or called: in a loop of unknown length, or by unknown code."""

    def join_cell(self, other: Value) -> Value:
        """After a branch: the calls that both branches made, and no certainty about the rest."""
        if not isinstance(other, Operation):
            return UNKNOWN
        same = 0
        while same < min(len(self.nodes), len(other.nodes)) and self.nodes[same] == other.nodes[same]:
            same += 1
        longer = self if len(self.nodes) >= len(other.nodes) else other
        certain = self.certain and other.certain and len(self.nodes) == len(other.nodes) == same
        name = self.name if self.name == other.name else None
        return longer._replace(certain=certain, consumed=self.consumed or other.consumed, name=name)


@dataclass(frozen=True)
class ModelCell:
    """What a Functional, Sequential or subclassed model has beyond an Operation."""

    kind: str
    inputs_structure: Value = UNKNOWN
    outputs_structure: Value = UNKNOWN
    inputs: tuple[KerasTensor, ...] = ()
    outputs: tuple[KerasTensor, ...] = ()
    operations: tuple[Address, ...] = ()
    nodes: tuple[tuple[Address, int], ...] = ()
    complete: bool = False
    error: tuple[str, str] | None = None
    layers: tuple[Instance, ...] | None = ()
    """A Sequential's stack, with its InputLayer; None where it is not known."""
    functional: Address | None = None
    """A built Sequential's inner Functional."""
    built: bool = False

    def join_cell(self, other: Value) -> Value:
        """After a branch: the model if both agree."""
        if not isinstance(other, ModelCell) or self.kind != other.kind:
            return UNKNOWN
        return replace(self, layers=None, functional=None, complete=False, operations=(), nodes=())


def operation(interpreter: Interpreter, address: Address) -> Operation | None:
    """The operation at an address."""
    cell = interpreter.overlay.get((address, "operation"))
    return cell if type(cell) is Operation else None


def set_operation(interpreter: Interpreter, address: Address, cell: Operation) -> None:
    """Write an operation back."""
    interpreter.overlay.set((address, "operation"), cell)


def model_cell(interpreter: Interpreter, address: Address) -> ModelCell | None:
    """The model at an address, None where there is none."""
    cell = interpreter.overlay.get((address, "model"))
    return cell if type(cell) is ModelCell else None


def set_model(interpreter: Interpreter, address: Address, cell: ModelCell) -> None:
    """Write a model back."""
    interpreter.overlay.set((address, "model"), cell)


def node_of(interpreter: Interpreter, tensor: KerasTensor) -> Node | None:
    """The call that made a tensor."""
    cell = interpreter.overlay.get((tensor.operation, "operation"))
    return cell.nodes[tensor.node] if type(cell) is Operation and tensor.node < len(cell.nodes) else None


def spec_of(interpreter: Interpreter, tensor: KerasTensor) -> TensorSpec:
    """Shape and dtype of a tensor."""
    node = node_of(interpreter, tensor)
    return (
        node.outputs[tensor.tensor_index]
        if node is not None and tensor.tensor_index < len(node.outputs)
        else TensorSpec(None)
    )


def certain_inputs(node: Node) -> Iterator[KerasTensor]:
    """The inputs that are one known tensor each."""
    for tensor in node.inputs:
        if type(tensor) is KerasTensor:
            yield tensor


def possible_inputs(node: Node) -> Sequence[KerasTensor]:
    """All tensors that an input may be."""
    if node.exact:
        return node.inputs  # type: ignore[return-value]
    found: list[KerasTensor] = []
    for tensor in node.inputs:
        if type(tensor) is KerasTensor:
            found.append(tensor)
        elif type(tensor) is Either:
            found.extend(one for one in tensor.values if type(one) is KerasTensor)
    return found


def within(interpreter: Interpreter, tensor: KerasTensor) -> Address | None:
    """The model that a tensor lies inside of, where nothing else is known of that; see kls.graph.opaque."""
    found = interpreter.overlay.get(("within", tensor.operation)) if tensor.node == 0 else None
    return found if type(found) is tuple else None
