"""`keras.models.clone_model`: the same graph over new layers of the same names.

Follows keras/src/models/cloning.py and tf_keras/src/models/cloning.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph import sequential
from kls.graph.cells import KerasTensor, ModelCell, Node, Operation, model_cell, node_of, operation, set_operation
from kls.graph.configs import call_again, class_of_model, construct_clone, copy_of, reconstructed
from kls.graph.context import leaves, restructured
from kls.graph.instances import instance_of
from kls.program.calls import call
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Address, Instance, Site, Value

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter

KNOWN = {
    True: frozenset({"model", "input_tensors", "clone_function"}),
    False: frozenset({"model", "input_tensors", "clone_function", "call_function", "recursive"}),
}
"""The arguments, of tf_keras and of Keras 3."""


@dataclass(frozen=True)
class _Cloning:
    """One call of `clone_model`, and those inside it."""

    interpreter: Interpreter
    library: KerasLibrary
    site: Site
    function: Value
    call_function: Value
    recursive: bool
    copies: dict[Address, Value] = field(default_factory=dict)
    """What was made of each layer: of one that is shared only one copy is made."""

    def copy(self, address: Address) -> Value:
        """`wrapped_clone_function`."""
        if address not in self.copies:
            self.copies[address] = self._made(address)
        return self.copies[address]

    def _made(self, address: Address) -> Value:
        source = instance_of(self.interpreter, address)
        cell, model = operation(self.interpreter, address), model_cell(self.interpreter, address)
        if self.recursive and cell is not None and model is not None and model.kind != "subclass":
            last = self.library.context.era(cell.root) is not Era.V3_14  # before, `recursive` was not handed on
            return _clone(replace(self, recursive=not last), source, model, cell, None)
        if self.function is None:
            return copy_of(self.interpreter, self.library, address, self.site)
        return call(self.interpreter, self.function, Arguments((source,)), self.site)

    def call(self, instance: Instance, arguments: Arguments) -> Value:
        """Call a copy as `call_function` wants it."""
        if self.call_function is None:
            return self.library.call_instance(self.interpreter, instance, arguments, self.site)
        passed = arguments._replace(positional=(instance, *arguments.positional))
        return call(self.interpreter, self.call_function, passed, self.site)


def clone_model(interpreter: Interpreter, library: KerasLibrary, arguments: Arguments, site: Site) -> Value:
    """A model of new layers, or of what `clone_function` makes of each; UNKNOWN where that cannot be told."""
    source = arguments.get(0, "model", UNKNOWN)
    model = model_cell(interpreter, source.address) if isinstance(source, Instance) else None
    cell = operation(interpreter, source.address) if isinstance(source, Instance) else None
    if not isinstance(source, Instance) or model is None or cell is None or not arguments.exact:
        return UNKNOWN
    recursive = arguments.get(4, "recursive", False)
    legacy = library.context.era(cell.root) is Era.TF_KERAS
    if set(arguments.keywords) - KNOWN[legacy] or not isinstance(recursive, bool):
        return UNKNOWN
    function, call_function = arguments.get(2, "clone_function"), arguments.get(3, "call_function")
    cloning = _Cloning(interpreter, library, site, function, call_function, recursive)
    return _clone(cloning, source, model, cell, arguments.get(1, "input_tensors"))


def _clone(cloning: _Cloning, source: Instance, model: ModelCell, cell: Operation, given: Value) -> Value:
    if model.kind == "sequential" and model.layers is not None and given is None:
        return _clone_sequential(cloning, model, cell)
    if model.kind == "functional" and model.complete:
        return _clone_functional(cloning, source, model, cell, given)
    return UNKNOWN


def _clone_sequential(cloning: _Cloning, model: ModelCell, cell: Operation) -> Instance:
    """`_clone_sequential_model`: InputLayers are copied whatever the function says."""
    interpreter, library, site = cloning.interpreter, cloning.library, cloning.site
    copies: list[Value] = []
    for layer in model.layers or ():
        own = operation(interpreter, layer.address)
        is_input = own is not None and own.kind == "input"
        copies.append(copy_of(interpreter, library, layer.address, site) if is_input else cloning.copy(layer.address))
    clone = Instance(interpreter.overlay.allocate(), class_of_model(cell))
    given = Arguments((interpreter.overlay.new("list", tuple(copies)),), {"name": cell.name})
    sequential.make_sequential(interpreter, library, clone, cell.root, given, site)
    return clone


def _clone_functional(cloning: _Cloning, source: Instance, model: ModelCell, cell: Operation, given: Value) -> Value:
    """`_clone_functional_model`: Keras 3 runs the graph again, node by node; tf_keras goes by the config."""
    interpreter, library, site = cloning.interpreter, cloning.library, cloning.site
    made = _inputs(cloning, model, cell, given)
    if made is None:
        return UNKNOWN
    if library.context.era(cell.root) is Era.TF_KERAS:
        copies: dict[Address, Value] = {t.operation: instance_of(interpreter, n.operation) for t, n in made.items()}
        for address in model.operations:
            if address not in copies:
                copies[address] = cloning.copy(address)
        structures = reconstructed(interpreter, library, model, cell, copies, site)
        return UNKNOWN if structures is None else construct_clone(interpreter, library, source, cell, structures, site)
    tensors: dict[KerasTensor, Value] = dict(made)
    for address, index in model.nodes:
        own = operation(interpreter, address)
        assert own is not None
        node = own.nodes[index]
        if node.is_input:
            continue
        if any(tensor not in tensors for tensor in node.inputs):
            return UNKNOWN
        if not call_again(interpreter, address, index, cloning.copy(address), tensors, cloning.call):
            return UNKNOWN
    restructure = partial(restructured, interpreter, mapping=tensors)
    structures = restructure(model.inputs_structure), restructure(model.outputs_structure)
    return construct_clone(interpreter, library, source, cell, structures, site)


def _inputs(
    cloning: _Cloning, model: ModelCell, cell: Operation, given: Value
) -> dict[KerasTensor, KerasTensor] | None:
    """What stands for the model's inputs: fresh Inputs, or `input_tensors`; None where those do not fit."""
    interpreter, era = cloning.interpreter, cloning.library.context.era(cell.root)
    if given is not None:
        flat = [leaf for leaf in leaves(interpreter, given) if type(leaf) is KerasTensor]
        fits = len(flat) == len(model.inputs) == len(list(leaves(interpreter, given)))
        return dict(zip(model.inputs, flat)) if fits else None
    made: dict[KerasTensor, KerasTensor] = {}
    for tensor in model.inputs:
        node, own = node_of(interpreter, tensor), operation(interpreter, tensor.operation)
        assert node is not None
        assert own is not None
        # Keras 3 names the layer after the tensor, which has a number of its own where no name was given
        name = own.name if era is Era.TF_KERAS else node.names[tensor.tensor_index]
        clone = KerasTensor(interpreter.overlay.allocate(), 0, 0)
        names = (name if era is not Era.TF_KERAS else "Placeholder",)
        fresh = Node((), (node.outputs[tensor.tensor_index],), names, clone, cloning.site)
        operation_cell = Operation("InputLayer", "input", cell.root, name, cloning.site, own.config, (fresh,), 0)
        set_operation(interpreter, clone.operation, operation_cell)
        made[tensor] = clone
    return made
