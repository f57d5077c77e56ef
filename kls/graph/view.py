"""The graph as rules read it: questions with plain answers, asked while the program stands at the event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph import sources
from kls.graph.cells import KerasTensor, ModelCell, Node, Operation, model_cell, node_of, operation, spec_of, within
from kls.graph.connectivity import connectivity
from kls.graph.context import Context
from kls.graph.functional import ancestors, original_of
from kls.graph.instances import instance_of
from kls.graph.qualified import spelled
from kls.graph.shapes import preprocessing
from kls.program.values import Address, External, Instance, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


class Graph:
    """The graph so far, as an event of the Keras that `root` names is to be judged."""

    def __init__(self, interpreter: Interpreter, context: Context, root: str = "keras") -> None:
        self._interpreter = interpreter
        self.context = context
        self.root = root

    def of(self, event: object) -> Graph:
        """The same for an event: what is of `tf_keras` is Keras 2 also where `keras` is Keras 3."""
        found: object = None
        for name in ("instance", "receiver", "layer", "model", "sequential", "owner", "tensor"):
            found = found or getattr(event, name, None)
        address = found.operation if type(found) is KerasTensor else getattr(found, "address", None)
        cell = None if address is None else self.operation(address)
        return self if cell is None or cell.root == self.root else Graph(self._interpreter, self.context, cell.root)

    @property
    def era(self) -> Era:
        """The era of the Keras that is spoken of."""
        return self.context.era(self.root)

    @property
    def version(self) -> str:
        """What to call this Keras in a message: "Keras 3.12.0"."""
        if self.root != "keras":
            return spelled(self.root)
        version = self.context.environment.keras_version
        return f"Keras {version}" if version else f"Keras {self.era.value}"

    @property
    def keras_version(self) -> tuple[int, int] | None:
        """The version of the program's Keras, as far as it is known: what `tf_keras` is came with Keras 2.15."""
        parts = (self.context.environment.keras_version or "").split(".")
        if len(parts) < 2 or not (parts[0].isdigit() and parts[1].isdigit()):
            return None
        return int(parts[0]), int(parts[1])

    def operation(self, address: Address) -> Operation | None:
        """The layer, op or model at an address."""
        return operation(self._interpreter, address)

    def model(self, address: Address) -> ModelCell | None:
        """What a model knows of itself."""
        return model_cell(self._interpreter, address)

    def instance(self, address: Address) -> Instance:
        """The object at an address."""
        return instance_of(self._interpreter, address)

    def name(self, address: Address) -> str:
        """A layer's name, "?" where it is not known."""
        cell = self.operation(address)
        return "?" if cell is None or cell.name is None else cell.name

    def names(self, addresses: tuple[Address, ...]) -> tuple[str, ...]:
        """Names of several layers, without ops, which are no layers."""
        cells = [(a, self.operation(a)) for a in addresses]
        return tuple(self.name(a) for a, cell in cells if cell is not None and cell.kind != "op")

    def params(self, addresses: tuple[Address, ...]) -> int | None:
        """How many weights the layers have together; None where that is not known."""
        cells = [self.operation(address) for address in addresses]
        counts = [None if cell is None else cell.params for cell in cells]
        return None if None in counts else sum(count for count in counts if count is not None)

    def describe(self, tensor: KerasTensor) -> str:
        """A tensor as one who reads the event's line can find it: `x`, `model.input`, else its layer's name."""
        found = self.expression(tensor)
        if found is not None:
            return found
        cell = self.operation(tensor.operation)
        return "?" if cell is None else cell.name or cell.cls

    def label(self, value: Instance) -> str:
        """A layer or model by its variable where that is visible, else by its name."""
        cell = self.operation(value.address)
        return self.visible(value) or ("?" if cell is None else cell.name or cell.cls)

    def variable(self, value: Value) -> sources.Named | None:
        """The variable that a tensor or model was bound to."""
        return sources.variable_of(self._interpreter, value)

    def expression(self, tensor: KerasTensor) -> str | None:
        """Python that gives the tensor where the event is."""
        return sources.expression_of(self._interpreter, tensor)

    def visible(self, value: Value) -> str | None:
        """The variable that is bound to the value where the event is."""
        return sources.visible_name(self._interpreter, value)

    def node(self, tensor: KerasTensor) -> Node | None:
        """The call that made a tensor."""
        return node_of(self._interpreter, tensor)

    def last_tensor(self, named: sources.Named) -> KerasTensor | None:
        """The tensor that a variable was bound to last, in the scope where it was bound to something else then."""
        found = self._interpreter.overlay.get(("last tensor", named.name))
        if type(found) is not tuple:
            return None
        tensor, before = found
        same = before.is_global if named.is_global else before.site.piece == named.site.piece
        return tensor if same else None

    def replaced(self, tensor: KerasTensor) -> sources.Replaced | None:
        """What held the tensor's place in a list, a dict or an attribute before it."""
        return sources.replaced_by(self._interpreter, tensor)

    def made_at(self, tensor: KerasTensor) -> Site | None:
        """The call that made a tensor."""
        node = node_of(self._interpreter, tensor)
        return None if node is None else node.site

    def shape(self, tensor: KerasTensor) -> tuple[int | None, ...] | None:
        """The shape of a tensor; None where it is not known."""
        return spec_of(self._interpreter, tensor).known_shape

    def sources(self, tensor: KerasTensor) -> tuple[KerasTensor, ...]:
        """The tensors of the InputLayers that a tensor is computed from."""
        found = [KerasTensor(a, 0, 0) for a in self.ancestors((tensor,)) if self.is_input(a)]
        return tuple(found)

    def original(self, tensor: KerasTensor) -> KerasTensor:
        """The tensor that a clone was made for; any other is its own."""
        found = original_of(self._interpreter, tensor)
        return tensor if found is None else found

    def read_at(self, tensor: KerasTensor) -> Site | None:
        """Where the tensor was read by `.input` or `.output` of a layer that had been called several times."""
        found = self._interpreter.overlay.get(("read", tensor))
        return found if isinstance(found, Site) else None

    def is_stacked(self, address: Address) -> bool:
        """Whether a Sequential called the layer first, and may have called it again each time that it was added to."""
        return self._interpreter.overlay.get(("stacked", address)) is True

    def argument_of(self, tensor: KerasTensor) -> Site | None:
        """Where the argument of the model call stands that gave `tensor`."""
        found = self._interpreter.overlay.get(("argument of", tensor))
        return found if isinstance(found, Site) else None

    def wrapped(self, tensor: KerasTensor) -> KerasTensor | None:
        """What was passed as `keras.Input(tensor=...)`."""
        cell = self.operation(tensor.operation)
        found = cell.config.get("tensor") if cell is not None and cell.kind == "input" else None
        return found if type(found) is KerasTensor else None

    def computable(self, tensor: KerasTensor, inputs: tuple[KerasTensor, ...]) -> bool:
        """Whether a tensor can be computed from `inputs`."""
        found = connectivity(self._interpreter, inputs, (tensor,), (True,) * len(inputs))
        return found.complete and not found.unlisted

    def name_of(self, qualified: str) -> str | None:
        """How the program calls a thing of Keras's where the event is: "keras.ops" may be `ops` or `keras.ops`."""
        frame, overlay = self._interpreter.frame, self._interpreter.overlay
        parts = qualified.split(".")
        for count in range(len(parts), 0, -1):
            name = parts[count - 1]
            if frame is not None and frame.lookup(name, overlay) == External(".".join(parts[:count])):
                return ".".join([name, *parts[count:]])
        return None

    def layer_of(self, tensor: KerasTensor) -> Operation | None:
        """The layer that made a tensor."""
        return self.operation(tensor.operation)

    def ancestors(self, tensors: tuple[KerasTensor, ...]) -> tuple[Address, ...]:
        """The layers that tensors are computed from, inputs first, their own included."""
        return ancestors(self._interpreter, tensors)

    def is_from(self, tensor: KerasTensor, source: KerasTensor) -> bool:
        """Whether `tensor` is computed from `source`, or is it."""
        stack, seen = [tensor], {tensor}
        while stack:
            one = stack.pop()
            if one == source:
                return True
            node = node_of(self._interpreter, one)
            for parent in node.inputs if node is not None else ():
                if type(parent) is KerasTensor and parent not in seen:
                    seen.add(parent)
                    stack.append(parent)
        return False

    def owner(self, tensor: KerasTensor, side: str) -> Instance | None:
        """The model that a tensor is an input ("input") or output ("output") of."""
        found = self._interpreter.overlay.get((f"{side} of", tensor))
        return found if isinstance(found, Instance) else None

    def lies_in(self, tensor: KerasTensor, model: Address) -> bool:
        """Whether a tensor is one of a model's own graph."""
        cell = self.model(model)
        inside = cell is not None and (tensor.operation, tensor.node) in cell.nodes
        return inside or within(self._interpreter, tensor) == model

    def wrapper(self, model: Address, layer: Address) -> Address | None:
        """The layer of a model that wraps another, as `TimeDistributed(layer)` does."""
        cell = self.model(model)
        for address in cell.operations if cell is not None else ():
            config = getattr(self.operation(address), "config", {})
            if any(isinstance(value, Instance) and value.address == layer for value in config.values()):
                return address
        return None

    def calls(self, address: Address) -> Iterator[tuple[KerasTensor, Site | None]]:
        """The first output of each call of a layer or model, and where the call stands."""
        cell = self.operation(address)
        for index, node in enumerate(cell.nodes if cell is not None else ()):
            yield KerasTensor(address, index, 0), node.site

    def is_preprocessing(self, address: Address) -> bool:
        """Whether a layer only prepares data (StringLookup, Normalization, Rescaling, Random...)."""
        cell = self.operation(address)
        return cell is not None and preprocessing(cell.cls)

    def is_input(self, address: Address) -> bool:
        """Whether it is an InputLayer."""
        cell = self.operation(address)
        return cell is not None and cell.kind == "input"
