"""`layer.__class__.from_config(layer.get_config())`: a copy of a layer, an op or a model, as each era makes it.

Follows keras/src/models/functional.py (`functional_from_config`), keras/src/models/sequential.py (`from_config`) and
tf_keras/src/engine/functional.py (`reconstruct_from_config`). Layers that several models share are copied for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Protocol

from kls.environment.era import Era
from kls.graph import sequential
from kls.graph.cells import KerasTensor, ModelCell, Operation, model_cell, operation, set_operation
from kls.graph.context import each_argument, leaves, restructured, thaw
from kls.graph.instances import MODEL_CLASSES, instance_of, own_attributes
from kls.graph.layers import MADE_WITH
from kls.graph.models import construct
from kls.graph.names import auto_name, count_tensors
from kls.program.attributes import find_in_mro
from kls.program.calls import call
from kls.program.library import Arguments
from kls.program.values import UNDEFINED, UNKNOWN, Address, Class, External, Function, Instance, Site, Value

if TYPE_CHECKING:
    from kls.graph.library import KerasLibrary
    from kls.program.interpreter import Interpreter

NAMED_OPS = frozenset(
    (
        "Abs Absolute Add Arange Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Ceil Cond Conj Conjugate Copy "
        "Cos Cosh Digitize Divide DivideNoNan Dot Empty Equal Erf Erfinv Exp Exp2 Expm1 Floor FloorDivide Full "
        "FullLike GetItem Greater GreaterEqual HardSigmoid HardSilu Hstack Identity Imag Inner Isclose Isfinite Isinf "
        "Isnan Less LessEqual Log Log10 Log1p Log2 LogSigmoid Logaddexp LogicalAnd LogicalNot LogicalOr LogicalXor "
        "Matmul Maximum Minimum Mod Multiply Ndim Negative Nonzero NotEqual Ones OnesLike Outer Power Ravel Real "
        "Reciprocal Relu Relu6 Rsqrt Scatter ScatterUpdate SearchSorted Selu Sigmoid Sign Silu Sin Sinh Size Slice "
        "SliceUpdate Softplus Softsign Sqrt Square Subtract Switch Tan Tanh TrueDivide Vdot Vstack Where Zeros "
        "ZerosLike"
    ).split()
)
"""The ops whose constructor takes a name in Keras 3.7: a copy of any other takes a name of its own there."""


class Caller(Protocol):
    """Calls a copy with what the original was called with."""

    def __call__(self, instance: Instance, arguments: Arguments) -> Value:
        """What the call gives."""


def copy_of(interpreter: Interpreter, library: KerasLibrary, address: Address, site: Site) -> Value:
    """A new layer, op or model of the same name and configuration; UNKNOWN where it is not known what that makes."""
    cell, source, model = operation(interpreter, address), instance_of(interpreter, address), None
    if cell is None:
        return UNKNOWN
    era = library.context.era(cell.root)
    if isinstance(source.cls, Class) and not is_functional_like(interpreter, source.cls, era):
        return _of_own_class(interpreter, library, source, source.cls, cell, site)
    model = model_cell(interpreter, address)
    if model is not None and cell.kind == "functional":
        return _functional(interpreter, library, source, model, cell, site)
    if model is not None and cell.kind == "sequential":
        return _sequential(interpreter, library, model, cell, site)
    return _plain(interpreter, library, source, cell, site)


def is_functional_like(interpreter: Interpreter, cls: Value, era: Era) -> bool:
    """Whether a class is made of inputs, outputs and name (keras/src/models/functional.py, `functional_like_constructor`).

    One that takes anything counts since 3.14; a class without a constructor has that of Functional itself.
    """
    init = find_in_mro(interpreter, cls.mro, "__init__") if isinstance(cls, Class) else UNDEFINED
    if not isinstance(init, Function):
        return True
    spec = init.code.node.args
    names = [argument.arg for argument in (*spec.posonlyargs, *spec.args)]
    if era is Era.V3_14 and spec.vararg is not None and spec.kwarg is not None:
        return True
    return names[1:] == ["inputs", "outputs", "name", *(["trainable"] if era is Era.TF_KERAS else [])]


def _of_own_class(
    interpreter: Interpreter, library: KerasLibrary, source: Instance, cls: Class, cell: Operation, site: Site
) -> Value:
    """The constructor is called again, with what it was given and the name, as far as that is in the config.

    A class that writes `get_config` itself is taken to put there what its constructor needs.
    """
    init = find_in_mro(interpreter, cls.mro, "__init__")
    given = interpreter.overlay.get((source.address, "<arguments>"))
    if not isinstance(init, Function) or not isinstance(given, Arguments) or not given.exact:
        return UNKNOWN
    spec = init.code.node.args
    names = {argument.arg for argument in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}
    own = find_in_mro(interpreter, cls.mro, "get_config") is not UNDEFINED
    legacy = library.context.era(cell.root) is Era.TF_KERAS
    if not own and not legacy and not (spec.kwarg or {"trainable", "dtype"} <= names):
        return UNKNOWN  # Keras 3 passes those two to the constructor, which raises
    if not own and not legacy and cell.kind == "functional":
        given = Arguments()  # its config has no more than a name
    if spec.kwarg or "name" in names:
        given = given._replace(keywords={**given.keywords, "name": cell.name or UNKNOWN})
    return call(interpreter, cls, given, site)


def _plain(interpreter: Interpreter, library: KerasLibrary, source: Instance, cell: Operation, site: Site) -> Instance:
    """A layer of Keras's, an op or an InputLayer; of the layers inside it there are copies too."""
    clone = Instance(interpreter.overlay.allocate(), source.cls)
    if interpreter.overlay.get((source.address, "instance")) == source:
        interpreter.overlay.set((clone.address, "instance"), clone)
        for name, value in own_attributes(interpreter, source):
            interpreter.overlay.set((clone.address, name), value)
    era = library.context.era(cell.root)
    nodes = cell.nodes[:1] if cell.kind == "input" else ()
    start = KerasTensor(clone.address, 0, 0)
    names: tuple[str | None] = (
        cell.name if era is not Era.TF_KERAS else "Placeholder",
    )  # `InputLayer(name=)` names its tensor as well
    moved = tuple(node._replace(names=names, structure=start) for node in nodes)
    for inner in MADE_WITH.get(cell.cls, ()):
        auto_name(interpreter, inner, era)
    config = {key: _inner(interpreter, library, value, site) for key, value in cell.config.items()}
    own = cell.name
    if cell.kind == "op" and era is Era.V3_0 and cell.cls not in NAMED_OPS:
        own = auto_name(interpreter, cell.cls, era)
    certain = cell.certain and not interpreter.widened
    params = None if cell.kind == "layer" and isinstance(source.cls, External) else cell.params
    fresh = cell._replace(name=own, nodes=moved, consumed=False, site=site, certain=certain)
    set_operation(interpreter, clone.address, fresh._replace(params=params, config=config))
    return clone


def _inner(interpreter: Interpreter, library: KerasLibrary, value: Value, site: Site) -> Value:
    """What a copy's configuration has in place of a layer."""
    if isinstance(value, Instance) and operation(interpreter, value.address) is not None:
        return copy_of(interpreter, library, value.address, site)
    return value


def _sequential(
    interpreter: Interpreter, library: KerasLibrary, model: ModelCell, cell: Operation, site: Site
) -> Value:
    """`Sequential.from_config`: the layers are added one by one."""
    if model.layers is None:
        return UNKNOWN
    clone = Instance(interpreter.overlay.allocate(), class_of_model(cell))
    sequential.make_sequential(interpreter, library, clone, cell.root, Arguments((), {"name": cell.name}), site)
    for layer in model.layers:
        copied = copy_of(interpreter, library, layer.address, site)
        sequential.add(interpreter, library, clone, copied, site)
    return clone


def class_of_model(cell: Operation) -> External:
    """Keras's own class of a model."""
    return External(f"{cell.root}.{MODEL_CLASSES[cell.kind]}")


def _functional(
    interpreter: Interpreter, library: KerasLibrary, source: Instance, model: ModelCell, cell: Operation, site: Site
) -> Value:
    """`functional_from_config`: copies of all operations, then their calls again."""
    if not model.complete:
        return UNKNOWN
    made = {address: copy_of(interpreter, library, address, site) for address in model.operations}
    structures = reconstructed(interpreter, library, model, cell, made, site)
    if structures is None:
        return UNKNOWN
    return construct_clone(interpreter, library, source, cell, structures, site)


def construct_clone(
    interpreter: Interpreter,
    library: KerasLibrary,
    source: Instance,
    cell: Operation,
    structures: tuple[Value, Value],
    site: Site,
) -> Value:
    """The model of the new tensors, of the original's class where that is made of tensors, and of the same name."""
    interpreter.calling = None
    given = Arguments(structures, {"name": cell.name})
    if isinstance(source.cls, Class) and is_functional_like(interpreter, source.cls, library.context.era(cell.root)):
        return call(interpreter, source.cls, given, site)
    clone = Instance(interpreter.overlay.allocate(), class_of_model(cell))
    construct(interpreter, library.context, clone, cell.root, given, site)
    return clone


def reconstructed(
    interpreter: Interpreter,
    library: KerasLibrary,
    model: ModelCell,
    cell: Operation,
    made: Mapping[Address, Value],
    site: Site,
) -> tuple[Value, Value] | None:
    """The copies called as the originals were: layer by layer, each as far as its inputs are there, until all are done.

    Each try of Keras 3 makes its tensors anew from the config, and every tensor takes a number.

    Returns:
        The structures of inputs and outputs; None where a call cannot be made again.
    """
    era, own = library.context.era(cell.root), set(model.nodes)
    tensors: dict[KerasTensor, Value] = {}
    waiting: dict[Address, list[int]] = {}
    for address in model.operations:
        copied, original = made[address], operation(interpreter, address)
        if not isinstance(copied, Instance) or original is None:
            return None
        kept = [index for index in range(len(original.nodes)) if (address, index) in own]
        waiting[address] = [index for index in kept if not original.nodes[index].is_input]
        if original.kind == "input":
            tensors.update({KerasTensor(address, index, 0): KerasTensor(copied.address, 0, 0) for index in kept})
    while any(waiting.values()):
        before = len(tensors)
        for address, indices in waiting.items():
            original = operation(interpreter, address)
            while indices and original is not None:
                node = original.nodes[indices[0]]
                if era is not Era.TF_KERAS:
                    count_tensors(interpreter, len(node.inputs), era)
                if node.arguments is None or any(tensor not in tensors for tensor in node.inputs):
                    break
                again = partial(library.call_instance, interpreter, site=site)
                if not call_again(interpreter, address, indices.pop(0), made[address], tensors, again):
                    return None
        if len(tensors) == before:
            return None
    return (
        restructured(interpreter, model.inputs_structure, tensors),
        restructured(interpreter, model.outputs_structure, tensors),
    )


def call_again(
    interpreter: Interpreter,
    address: Address,
    index: int,
    copied: Value,
    tensors: dict[KerasTensor, Value],
    caller: Caller,
) -> bool:
    """Call the copy as the original was called in its node `index`, and remember what stands for its outputs."""
    cell = operation(interpreter, address)
    passed = None if cell is None else cell.nodes[index].arguments
    if passed is None or not isinstance(copied, Instance):
        return False
    value = caller(copied, arguments=each_argument(passed, partial(thaw, interpreter, mapping=tensors)))
    for i, output in enumerate(leaves(interpreter, value)):
        tensors[KerasTensor(address, index, i)] = output
    return True
