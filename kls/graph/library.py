"""Keras, plugged into the interpreter: which of its names and objects does what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kls.environment import Environment
from kls.environment.era import Era
from kls.graph import asking, attributes, functions, masks, methods, noticing, sequential, shapes
from kls.graph.cells import KerasTensor, ModelCell, Operation, Variable, model_cell, operation, set_model, set_operation
from kls.graph.context import Context
from kls.graph.custom import call_custom
from kls.graph.exports import exports, version
from kls.graph.functional import mark_consumed
from kls.graph.layers import call_layer, call_op, call_op_again, class_name, initialise_layer, make_input, make_layer
from kls.graph.models import call_model, construct
from kls.graph.names import auto_name, is_inside
from kls.graph.opaque import layer_at
from kls.graph.public import MODULES
from kls.graph.qualified import KERAS_ROOTS, canonical_name, split_root
from kls.graph.sources import remember_attribute, remember_item, remember_list, remember_name, remember_replaced
from kls.program.library import Arguments
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Class,
    Container,
    External,
    Instance,
    Opaque,
    Site,
    Value,
    root_external,
)

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter

OPERATORS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
    "neg": "negative",
    "abs": "absolute",
    "invert": "logical_not",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "getitem": "get_item",
}
"""Python operators on a KerasTensor, by the op that they record (keras/src/backend/common/keras_tensor.py)."""

INTERPRETED = ("keras.src.applications", "keras.applications", "tf_keras.src.applications", "tf_keras.applications")


COMPILERS = frozenset({"tensorflow.function", "tensorflow.compat.v1.function", "tensorflow.compat.v2.function"})
"""What makes a function one of TensorFlow's."""


class KerasLibrary:
    """What Keras means in one environment (`kls.program.library.Library`)."""

    tracked: frozenset[type] = frozenset({KerasTensor, Instance, Container})

    def __init__(self, environment: Environment) -> None:
        self.context = Context(environment)

    def interprets(self, module: str) -> bool:
        """`keras.applications` is read from the installed source."""
        return module.startswith(INTERPRETED)

    def resolve(self, name: str) -> Value:
        """One name for each thing of Keras's."""
        found = canonical_name(name)
        known = version(found or name, self.context.environment)
        if known is not None:
            return known
        if found is None:
            return UNDEFINED
        root = "tf_keras" if self.context.environment.legacy and name.startswith("tensorflow.") else None
        if root is not None and found.startswith("keras"):
            found = "tf_keras" + found[len("keras") :] if self.context.environment.era is not Era.TF_KERAS else found
        if found in MODULES and not self.interprets(found):
            return UNDEFINED  # modules keep their spelling: tensorflow.keras has names that keras does not have
        return UNDEFINED if found == name else External(found)

    def knows(self, name: str) -> bool:
        """Keras and TensorFlow have no constants that are false."""
        return split_root(name)[0] in KERAS_ROOTS | {"tensorflow"}

    def compiles(self, name: str) -> bool:
        """`@tf.function` does."""
        return name in COMPILERS

    def compiled(self, interpreter: Interpreter, arguments: Arguments, site: Site) -> bool:
        """It takes no symbolic tensors, but in the `call` of a layer it gets none."""
        return is_inside(interpreter) or not noticing.compiled_called(interpreter, arguments, site)

    def call(self, interpreter: Interpreter, function: External, arguments: Arguments, site: Site) -> Value:
        """Make a layer, tensor or model, or call one of Keras's functions."""
        root, name = split_root(function.name)
        if root not in KERAS_ROOTS:
            return functions.call_tensorflow(interpreter, self, function, arguments, site)
        if name in ("Input", "layers.Input"):
            return make_input(interpreter, self.context, root, arguments, site)
        if name in ("InputLayer", "layers.InputLayer"):
            tensor = make_input(interpreter, self.context, root, arguments, site)
            from kls.graph.instances import instance_of

            return instance_of(interpreter, tensor.operation)
        if name in ("Model", "Sequential"):
            instance = Instance(interpreter.overlay.allocate(), function)
            self.initialise(interpreter, instance, function, arguments, site)
            return instance
        family, _, last = name.rpartition(".")
        if last == "from_config" and arguments.positional:
            cls = External(function.name.rpartition(".")[0])
            return methods.from_config(interpreter, self, cls, arguments.positional[0], site)
        if family == "layers" and last[:1].isupper() and shapes.is_layer(last):
            return make_layer(interpreter, self.context, function, arguments, site)
        if family == "layers" and last in shapes.LAYER_FUNCTIONS:
            return self._merge(interpreter, root, last, arguments, site)
        return functions.call_function(interpreter, self, root, name, arguments, site)

    def _merge(self, interpreter: Interpreter, root: str, name: str, arguments: Arguments, site: Site) -> Value:
        """`keras.layers.concatenate(tensors, ...)`: the layer of that name, made and called at once."""
        rest = Arguments(arguments.positional[1:], {k: v for k, v in arguments.keywords.items() if k != "inputs"})
        layer = External(f"{root}.layers.{shapes.LAYER_FUNCTIONS[name]}")
        instance = make_layer(interpreter, self.context, layer, rest, site)
        return self.call_instance(interpreter, instance, Arguments((arguments.get(0, "inputs", UNKNOWN),)), site)

    def initialise(
        self, interpreter: Interpreter, instance: Instance, base: External, arguments: Arguments, site: Site
    ) -> None:
        """`__init__` of a Keras class, on its own instance or on that of a class of the program."""
        root, name = split_root(base.name)
        if isinstance(instance.cls, Class):
            interpreter.overlay.set((instance.address, "instance"), instance)
        if name == "Model":
            self._initialise_model(interpreter, instance, root, arguments, site)
        elif name == "Sequential":
            sequential.make_sequential(interpreter, self, instance, root, arguments, site)
        elif root in KERAS_ROOTS:
            initialise_layer(interpreter, self.context, instance, base, arguments, site)

    def _initialise_model(
        self, interpreter: Interpreter, instance: Instance, root: str, arguments: Arguments, site: Site
    ) -> None:
        """`Model.__init__`: Functional where inputs and outputs are passed, else a subclass (keras/src/models/model.py)."""
        has_outputs = "outputs" in arguments.keywords or "output" in arguments.keywords
        functional = len(arguments.positional) >= 2 or has_outputs or (len(arguments.positional) == 1 and has_outputs)
        if functional:
            construct(interpreter, self.context, instance, root, arguments, site)
            return
        name = arguments.get(None, "name")
        era = self.context.era(root)
        own = name if isinstance(name, str) else None
        if name is None:
            own = auto_name(interpreter, class_name(instance), era)
        certain = not interpreter.widened and arguments.exact
        kind = "subclass" if arguments.exact else "layer"
        cell = Operation(class_name(instance), kind, root, own, site, {}, certain=certain)
        set_operation(interpreter, instance.address, cell)
        if arguments.exact:
            set_model(interpreter, instance.address, ModelCell("subclass"))

    def call_instance(self, interpreter: Interpreter, instance: Instance, arguments: Arguments, site: Site) -> Value:
        """Call a layer or model."""
        cell, model = operation(interpreter, instance.address), model_cell(interpreter, instance.address)
        if cell is None:
            return UNKNOWN
        if "<op>" in cell.config:  # an op of keras.ops, or a TFOpLambda layer
            return call_op_again(interpreter, self.context, instance.address, arguments, site)
        noticing.call_arguments(interpreter, instance, arguments, site)
        if not masks.takes_part(interpreter, self, instance, cell):
            return self._called(interpreter, instance, cell, model, (arguments, arguments), site)
        full, recorded = masks.populated(interpreter, self, instance, cell, arguments)
        output = self._called(interpreter, instance, cell, model, (recorded, full), site)
        masks.attach(interpreter, self, instance, cell, full, output, site)
        return output

    def _called(
        self,
        interpreter: Interpreter,
        instance: Instance,
        cell: Operation,
        model: ModelCell | None,
        passed: tuple[Arguments, Arguments],
        site: Site,
    ) -> Value:
        """Call a layer or model with what its node records, and what its own `call` gets."""
        arguments, full = passed
        if model is not None and model.kind == "functional":
            return call_model(interpreter, self.context, instance, arguments, site)
        if model is not None and model.kind == "sequential":
            return sequential.call_sequential(interpreter, self, instance, arguments, site)
        if isinstance(instance.cls, Class):
            return call_custom(interpreter, self, instance, cell, arguments, site, full)
        return call_layer(interpreter, self.context, instance, arguments, site)

    def attribute(self, interpreter: Interpreter, value: Value, name: str, site: Site) -> Value:
        """An attribute of a tensor, layer or model."""
        if type(value) is KerasTensor:
            asking.of_tensor(interpreter, self.context, value, name, site)
            return attributes.tensor_attribute(interpreter, value, name)
        if type(value) is tuple:
            asking.of_shape(interpreter, self.context, name, site)
            return asking.of_history(interpreter, self.context, value, name, site)
        if type(value) is Variable:
            return value.shape if name == "shape" else UNKNOWN
        if isinstance(value, Instance):
            asking.of_functional(interpreter, value, name, site)
            return attributes.attribute(interpreter, self, value, name, site)
        return UNDEFINED

    def call_method(
        self, interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments, site: Site
    ) -> Value:
        """A method of a tensor, layer or model."""
        return methods.call_method(interpreter, self, receiver, name, arguments, site)

    def operator(self, interpreter: Interpreter, name: str, operands: tuple[Value, ...], site: Site) -> Value:
        """A Python operator on a KerasTensor records an op."""
        if name == "isinstance":
            return _is_instance(operands[0], operands[1])
        tensor = next((one for one in operands if type(one) is KerasTensor), None)
        if tensor is None and name == "getitem" and isinstance(operands[0], Container):
            return layer_at(interpreter, *operands)
        if tensor is None and any(type(one) is Variable for one in operands):
            return Opaque("tensor")
        if tensor is None or name not in OPERATORS:
            return UNDEFINED
        cell = operation(interpreter, tensor.operation)
        root = "keras" if cell is None else cell.root
        if name in ("eq", "ne"):
            plain = _compared(operands, name, self.context.era(root))
            if plain is not UNDEFINED:
                return plain
        if len(operands) == 2:
            asking.array_operator(interpreter, self.context, operands[0], operands[1], name, site)
        return call_op(interpreter, self.context, root, OPERATORS[name], Arguments(operands), site)

    def iterate(self, interpreter: Interpreter, value: Value, count: int | None) -> list[Value] | None:
        """Nothing of Keras's is iterated over, but a layer's outputs may be unpacked before their number is known."""
        if type(value) is not KerasTensor or count is None or value.tensor_index != 0:
            return None
        cell = operation(interpreter, value.operation)
        if cell is None or cell.kind == "input" or not cell.certain:
            return None
        node = cell.nodes[value.node]
        if len(node.outputs) != 1 or node.outputs[0].shape is not None:
            return None
        parts = tuple(value._replace(tensor_index=i) for i in range(count))
        specs = (node.outputs[0],) * count
        structure: Container = interpreter.overlay.new("list", parts)
        changed = node._replace(outputs=specs, names=(None,) * count, structure=structure)
        nodes = tuple(changed if i == value.node else old for i, old in enumerate(cell.nodes))
        set_operation(interpreter, value.operation, cell._replace(nodes=nodes))
        return list(parts)

    def named(self, interpreter: Interpreter, name: str, value: Value, is_global: bool, site: Site) -> None:
        """A tensor, a model or a list was bound to a variable."""
        if isinstance(value, Container):
            remember_list(interpreter, name, value, is_global, site)
        else:
            remember_name(interpreter, name, value, is_global, site)

    def held(self, interpreter: Interpreter, receiver: Instance | Container, key: Value, value: Value) -> None:
        """A tensor or model was bound to an attribute, or to an item of a list or dict."""
        if isinstance(receiver, Container):
            remember_item(interpreter, receiver, value)
        elif not isinstance(value, Container) and isinstance(key, str):
            remember_attribute(interpreter, receiver, key, value)

    def replaced(self, interpreter: Interpreter, old: Value, new: Value, place: str) -> None:
        """A tensor took the place of another in a list, a dict or an attribute."""
        if type(old) is KerasTensor and type(new) is KerasTensor:
            remember_replaced(interpreter, new, (old,), place)

    def exports(self, module: str) -> Mapping[str, Value]:
        """`from keras.layers import *` and its like."""
        return exports(module, self.context.era(split_root(module)[0]))

    def escaped(self, interpreter: Interpreter, value: Value) -> None:
        """Unknown code may have called a layer, used a tensor, or added to a Sequential."""
        if isinstance(value, Instance):
            methods.lose(interpreter, value)
        elif type(value) is KerasTensor:
            mark_consumed(interpreter, value)

    def asked(self, interpreter: Interpreter, value: Value, what: str, site: Site, name: str | None = None) -> None:
        """A tensor is asked for what it does not have."""
        asking.asked(interpreter, self.context, value, what, site, name)

    def assigned(self, interpreter: Interpreter, receiver: Value, name: str, value: Value, site: Site) -> None:
        """An attribute of a layer or model is set."""
        if isinstance(receiver, Instance):
            asking.assigned(interpreter, self.context, receiver, name, value, site)

    def member(self, interpreter: Interpreter, owner: External, name: str, site: Site) -> Value:
        """A name in a module of Keras's, such as `keras.backend.mean`, that this version does not have."""
        return asking.member(interpreter, self.context, owner.name, name, site)

    def imported(self, interpreter: Interpreter, module: str, names: tuple[str, ...], site: Site) -> None:
        """A module of Keras's may be one that is not there any more."""
        asking.imported(interpreter, self.context, module, names, site)

    def changed(self, interpreter: Interpreter, value: Value, method: str, site: Site, index: Value) -> None:
        """`model.layers` is a copy: changing it has no effect."""
        noticing.layers_changed(interpreter, value, method, site, index)


def _compared(operands: tuple[Value, ...], name: str, era: Era) -> Value:
    """`==` and `!=` where they give a bool: against None on tf_keras, and `==` is identity in Keras 3."""
    left, right = operands
    if era is Era.TF_KERAS:
        return (name == "ne") if None in (left, right) else UNDEFINED
    if name == "ne":
        return UNDEFINED
    if type(left) is KerasTensor and type(right) is KerasTensor:
        return left == right
    return False if any(one is None or type(one) in (int, float, str, bool) for one in operands) else UNKNOWN


def _is_instance(value: Value, cls: Value) -> Value:
    """`isinstance` with a class of Keras's, where that is certain."""
    if not isinstance(cls, External):
        return UNDEFINED
    _, wanted = split_root(cls.name)
    if type(value) is KerasTensor:
        return wanted == "KerasTensor" if wanted in ("KerasTensor", "layers.Layer", "Layer", "Model") else UNDEFINED
    if isinstance(value, Instance):
        own = root_external(value.cls)
        if own is None:
            return False
        mine = split_root(own.name)[1]
        if mine == wanted or wanted in ("Layer", "layers.Layer"):
            return True
        if wanted == "Model":
            return mine == "Sequential"
        return False
    return UNDEFINED
