"""Constructing Functional models, calling models, and what a model's attributes give."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from kls.environment.era import Era
from kls.graph import lambdas, taking
from kls.graph.cells import (
    KerasTensor,
    ModelCell,
    Operation,
    model_cell,
    operation,
    set_model,
    set_operation,
)
from kls.graph.connectivity import Connectivity, connectivity, error_of, outcome
from kls.graph.context import Context, leaves, paths, restructured
from kls.graph.events import Argument, ModelBuilt
from kls.graph.functional import (
    Clones,
    Graph,
    ancestors,
    certain,
    clone_graph_nodes,
    fed_operations,
    is_input_tensor,
    map_graph,
    original_of,
    parentless,
    siblings,
    tf_keras_refusal,
    uncomputable,
)
from kls.graph.layers import append_node, call_tensors, called_without_tensors, class_name
from kls.graph.names import auto_name
from kls.graph.noticing import meet, model_called, removed_arguments
from kls.graph.running import outputs_of
from kls.graph.shapes import Inference
from kls.graph.sources import argument, describe, remember_owner
from kls.program.containers import content_of
from kls.program.interpreter import ProgramRaises
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Address, Container, External, Instance, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter

INPUT_NAMES = ("inputs", "input")
OUTPUT_NAMES = ("outputs", "output")
Tensors: TypeAlias = tuple[tuple[KerasTensor, ...], tuple[KerasTensor, ...]]
"""Inputs and outputs."""
PLAIN = ("layer", "op", "input")
"""What is no model."""


def construct(
    interpreter: Interpreter, context: Context, instance: Instance, root: str, arguments: Arguments, site: Site
) -> None:
    """`Functional.__init__`: build the graph as this era does and report what came of it.

    Raises:
        ProgramRaises: this Keras raises, and a `try` around the construction expects that.
    """
    era = context.era(root)
    given = (_passed(arguments, 0, INPUT_NAMES), _passed(arguments, 1, OUTPUT_NAMES))
    if era is Era.TF_KERAS:
        given = (_unpacked(interpreter, given[0]), _unpacked(interpreter, given[1]))
    name = arguments.get(2, "name")
    removed_arguments(interpreter, arguments, ("input", "output"), site)
    flat = tuple(tuple(leaves(interpreter, structure)) for structure in given)
    event = ModelBuilt(
        site=site,
        stack=tuple(interpreter.stack),
        instance=instance,
        name=name if isinstance(name, str) else None,
        inputs=_argument(interpreter, arguments, flat[0], 0, INPUT_NAMES),
        outputs=_argument(interpreter, arguments, flat[1], 1, OUTPUT_NAMES),
        guarded=bool(interpreter.guarded),
        certain=not interpreter.widened and not interpreter.forked,
        nested=_nested(interpreter, given[1]),
    )
    tensors = all(type(leaf) is KerasTensor for leaf in (*flat[0], *flat[1])) and flat[0] and flat[1]
    if tensors and not _mixed(interpreter, instance, root, flat, site):
        event = _build(interpreter, event, given, root, era, unnamed=name is None)
    else:
        if name is None:
            event = replace(event, name=auto_name(interpreter, model_prefix(instance, era), era))
        mixed = ("AttributeError", "") if era is Era.TF_KERAS else ("ValueError", "All values must be KerasTensors.")
        event = replace(event, error=mixed if tensors else _no_tensor(era, flat))
        set_model(interpreter, instance.address, ModelCell("functional", given[0], given[1], error=event.error))
        _set_cell(interpreter, event, root, None)
    interpreter.emit(event)
    built = model_cell(interpreter, instance.address)
    lambdas.built(interpreter, built.operations if built is not None else ())
    if event.error is not None and interpreter.guarded:
        raise ProgramRaises


def _set_cell(interpreter: Interpreter, event: ModelBuilt, root: str, params: int | None) -> None:
    cls, certain = class_name(event.instance), not interpreter.widened
    cell = Operation(cls, "functional", root, event.name, event.site, {}, params=params, certain=certain)
    set_operation(interpreter, event.instance.address, cell)


def _build(
    interpreter: Interpreter,
    event: ModelBuilt,
    given: tuple[Value, Value],
    root: str,
    era: Era,
    unnamed: bool,
) -> ModelBuilt:
    """Build the graph of known tensors: clone it if an input is not from an InputLayer, then map it."""
    inputs, outputs = _tensors(event.inputs.leaves), _tensors(event.outputs.leaves)
    _set_cell(interpreter, event, root, None)
    found = connectivity(interpreter, inputs, outputs, _consumed(interpreter, inputs, outputs))
    originals = {t: original for t in inputs if (original := original_of(interpreter, t)) is not None}
    outcomes, refusal = _expected(interpreter, found, inputs, outputs)
    made, built = given, (inputs, outputs)
    refused = era is Era.TF_KERAS and outcomes[era.value] == "raises"
    clones = None
    if found.midgraph and not refused:
        clones = clone_graph_nodes(interpreter, inputs, outputs, era, event.site)
        copies = tuple(t if t in outputs[i + 1 :] else clones.tensors[t] for i, t in enumerate(outputs))
        built = tuple(clones.inputs[t] for t in inputs), copies
        made = (
            restructured(interpreter, given[0], clones.inputs),
            restructured(interpreter, given[1], clones.tensors),
        )
    if unnamed:
        event = replace(event, name=auto_name(interpreter, model_prefix(event.instance, era), era))
    graph = map_graph(interpreter, *built, era)
    interpreter.spend(len(graph.nodes) // 2)
    broken, orphan = found.broken, None
    if era is Era.V3_14 and graph.complete and found.complete and (found.midgraph or found.unlisted):
        broken, orphan = _unreached(interpreter, graph, clones, (inputs, outputs), built)
        outcomes[era.value] = "raises" if broken or orphan is not None else outcomes[era.value]
    duplicate = _duplicate(interpreter, graph.operations if graph.complete else certain(interpreter, graph, *built))
    if duplicate is not None:
        outcomes = dict.fromkeys(outcomes, "raises")
    lost = found.unlisted[0].tensor if found.unlisted else orphan
    tensor = "" if lost is None else describe(interpreter, lost)
    path = paths(interpreter, given[1])[broken[0]] if broken else ""
    if era is not Era.TF_KERAS:
        refusal = None if orphan is None else "Graph disconnected: cannot find parent for tensor"
    error = error_of(era, outcomes[era.value] == "raises", found, duplicate, tensor, path, refusal)
    complete = graph.complete and found.complete and not interpreter.widened
    model = ModelCell(
        "functional", made[0], made[1], built[0], built[1], graph.operations, graph.nodes, complete, error
    )
    set_model(interpreter, event.instance.address, model)
    _set_cell(interpreter, event, root, total_params(interpreter, graph.operations))
    remember_owner(interpreter, event.instance, *built)
    return replace(
        event,
        connectivity=found,
        outcomes=outcomes,
        error=error,
        leaked=_leaked(interpreter, originals, found, graph.operations),
        clones=originals,
        duplicate=duplicate,
    )


def _expected(
    interpreter: Interpreter, found: Connectivity, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...]
) -> tuple[dict[str, str], str | None]:
    """(what each era makes of these tensors, what tf_keras says where it refuses to clone their graph)."""
    outcomes = {era.value: outcome(era, found, False) for era in Era}
    refusal = tf_keras_refusal(interpreter, inputs, outputs) if found.midgraph and found.complete else None
    if refusal is not None:
        outcomes[Era.TF_KERAS.value] = "raises"
    if found.midgraph and (set(inputs) & set(outputs) or len(set(outputs)) < len(outputs)):
        outcomes[Era.V3_14.value] = "raises"  # such a tensor is cloned twice, and one clone is left unconnected
    return outcomes, refusal


def _unreached(
    interpreter: Interpreter, graph: Graph, clones: Clones | None, listed: Tensors, built: Tensors
) -> tuple[tuple[int, ...], KerasTensor | None]:
    """What Keras 3.14 does not come to in a graph: (its outputs, counted flat; a tensor that no node of it makes).

    `listed` are the inputs and outputs that the program lists, `built` those that the model has.
    """
    inputs, outputs = listed
    passed = {t for t in inputs if not is_input_tensor(interpreter, t)}  # of these outputs no node makes the copy
    beside = siblings(interpreter, passed).difference(clones.tensors) if clones is not None else frozenset()
    gone = {i for i, t in enumerate(outputs) if passed and (t in outputs[i + 1 :] or t in passed)}
    broken = tuple(sorted({*gone, *uncomputable(interpreter, graph, *built)}))
    return broken, parentless(interpreter, graph, built[0], passed.intersection(outputs) | beside)


def _mixed(
    interpreter: Interpreter, instance: Instance, root: str, flat: tuple[tuple[Value, ...], ...], site: Site
) -> bool:
    """Whether the tensors are of another Keras than the model, which then is not made."""
    cell = Operation(class_name(instance), "functional", root, None, site, {})
    set_operation(interpreter, instance.address, cell)
    tensors = (*_tensors(flat[0]), *_tensors(flat[1]))
    return any(meet(interpreter, instance, tensor.operation, site, "given") for tensor in tensors)


def _nested(interpreter: Interpreter, outputs: Value) -> tuple[tuple[int, Instance], ...]:
    """The `.output` of models that were made with a list of one, which is a list itself in Keras 3, beside other outputs."""
    items = content_of(interpreter, outputs)
    if not isinstance(outputs, Container) or type(items) is not tuple or len(items) < 2:
        return ()
    found: list[tuple[int, Instance]] = []
    for place, item in enumerate(items):
        inner = content_of(interpreter, item) if isinstance(item, Container) else None
        if type(inner) is not tuple or len(inner) != 1:
            continue
        owner = interpreter.overlay.get(("output of", inner[0]))
        model = model_cell(interpreter, owner.address) if isinstance(owner, Instance) else None
        if model is not None and model.outputs_structure == item and isinstance(owner, Instance):
            found.append((place, owner))
    return tuple(found)


def _no_tensor(era: Era, flat: tuple[tuple[Value, ...], ...]) -> tuple[str, str] | None:
    """The exception where an input or output surely is no tensor: a layer that was not called, a number, None."""
    for side, values in zip(("inputs", "outputs"), flat, strict=True):
        for value in values:
            if not (value is None or isinstance(value, Instance | int | float | str)):
                continue
            if era is not Era.TF_KERAS:
                return ("ValueError", f"All `{side}` values must be KerasTensors.")
            if side == "inputs":
                what = "Found unexpected instance while processing input tensors for keras functional model."
                return ("ValueError", what)
            return ("ValueError", "Output tensors of a Functional model must be the output of a TensorFlow `Layer`")
    return None


def model_prefix(instance: Instance, era: Era) -> str:
    """The class name from which an unnamed model takes its name."""
    if isinstance(instance.cls, External):
        return "Model" if era is Era.TF_KERAS else "Functional"
    return class_name(instance)


def _passed(arguments: Arguments, position: int, names: tuple[str, ...]) -> Value:
    for name in names:
        if name in arguments.keywords:
            return arguments.keywords[name]
    return arguments.get(position, names[0], UNKNOWN)


def _argument(
    interpreter: Interpreter, arguments: Arguments, flat: tuple[Value, ...], position: int, names: tuple[str, ...]
) -> Argument:
    """The inputs or outputs as the rules see them."""
    value = _passed(arguments, position, names)
    kind: str | None = value.kind if isinstance(value, Container) else None
    if type(value) in (tuple, dict):
        kind = type(value).__name__
    return replace(argument(interpreter, flat, position, names), kind=kind)


def _unpacked(interpreter: Interpreter, value: Value) -> Value:
    """tf_keras takes a list of one for the tensor itself (`_init_graph_network`)."""
    content = content_of(interpreter, value)
    if isinstance(value, Container) and value.kind == "list" and isinstance(content, tuple):
        flat = tuple(leaves(interpreter, value))
        return content[0] if len(flat) == 1 and content else value
    return value


def _tensors(flat: tuple[Value, ...]) -> tuple[KerasTensor, ...]:
    return tuple(leaf for leaf in flat if type(leaf) is KerasTensor)


def _consumed(
    interpreter: Interpreter, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...]
) -> tuple[bool, ...]:
    """Whether each input will have an outbound node: an InputLayer by its calls, a clone by the walk that makes them."""
    flags: list[bool] = []
    cut = {tensor.operation for tensor in inputs if not is_input_tensor(interpreter, tensor)}
    fed = fed_operations(interpreter, inputs, outputs, cut) if cut else set()
    for tensor in inputs:
        cell = operation(interpreter, tensor.operation)
        if tensor.operation in cut:
            flags.append(tensor.operation in fed)
        else:
            flags.append(cell is None or cell.consumed or not cell.certain)
    return tuple(flags)


def _duplicate(interpreter: Interpreter, operations: tuple[Address, ...]) -> tuple[str, int] | None:
    names = [cell.name for address in operations if (cell := operation(interpreter, address)) is not None]
    counts = Counter(name for name in names if name is not None)
    return next(((name, n) for name, n in counts.items() if n > 1), None)


def total_params(interpreter: Interpreter, operations: tuple[Address, ...]) -> int | None:
    """`count_params()`: every layer's weights once, those of nested models too."""
    counts = _weights(interpreter, operations, {})
    return None if None in counts.values() else sum(count for count in counts.values() if count is not None)


def _weights(
    interpreter: Interpreter, operations: tuple[Address, ...], found: dict[Address, int | None]
) -> dict[Address, int | None]:
    for address in operations:
        cell = held = operation(interpreter, address)
        if cell is not None and cell.cls == "TimeDistributed":  # its weights are those of the layer inside
            address = _applied(interpreter, address, cell)
            held = operation(interpreter, address)
        if address in found:
            continue
        model = model_cell(interpreter, address) if held is None or held.kind not in PLAIN else None
        if model is not None and model.operations:
            found[address] = 0
            _weights(interpreter, model.operations, found)
        else:
            found[address] = None if cell is None else cell.params
    return found


def _applied(interpreter: Interpreter, address: Address, cell: Operation) -> Address:
    """The layer inside a TimeDistributed, at whatever depth; `address` itself where that is not known."""
    layer = cell.config.get("layer")
    inner = operation(interpreter, layer.address) if isinstance(layer, Instance) else None
    if not isinstance(layer, Instance) or inner is None:
        return address
    return _applied(interpreter, layer.address, inner) if inner.cls == "TimeDistributed" else layer.address


def _leaked(
    interpreter: Interpreter,
    clones: dict[KerasTensor, KerasTensor],
    found: Connectivity,
    operations: tuple[Address, ...],
) -> tuple[Address, ...]:
    """The operations upstream of a boundary that was named by a clone, if the outputs need that upstream."""
    if not found.unlisted:
        return ()
    upstream = set(ancestors(interpreter, tuple(clones.values())))
    return tuple(address for address in operations if address in upstream)


def call_model(
    interpreter: Interpreter, context: Context, instance: Instance, arguments: Arguments, site: Site
) -> Value:
    """Call a Functional: one node on the model as a layer; its outputs have the structure it was built with."""
    cell, model = operation(interpreter, instance.address), model_cell(interpreter, instance.address)
    if cell is None or model is None:
        return UNKNOWN
    taking.model_called(interpreter, context, instance, cell, model, arguments, site)
    tensors = call_tensors(interpreter, arguments)
    if not any(t is not UNKNOWN for t in tensors):
        return called_without_tensors(interpreter, instance.address, cell, tensors, arguments)
    inference = Inference(outputs_of(interpreter, cell, model, arguments), cell.params)
    output = append_node(interpreter, context, instance.address, cell, tensors, inference, site, arguments)
    model_called(interpreter, instance, tensors, output, site)
    return output
