"""How `Model(inputs, outputs)` builds its graph, as each era of Keras writes it.

Follows keras/src/ops/function.py (`map_graph`, `_build_map`), keras/src/models/functional.py (`clone_graph_nodes`) and
tf_keras/src/engine/functional.py and functional_utils.py. Where a tensor may be one of several, all are followed and the
graph is not complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph.cells import (
    KerasTensor,
    Node,
    Operation,
    certain_inputs,
    node_of,
    operation,
    possible_inputs,
    set_operation,
    spec_of,
    within,
)
from kls.graph.context import each_argument, remapped, replaced
from kls.graph.names import auto_name
from kls.program.values import UNKNOWN, Address, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter

NodeKey = tuple[Address, int]
STOPS_AT_INPUTS = (Era.V3_14,)
"""Eras whose walk back from the outputs stops at inputs that are not from an InputLayer."""


@dataclass(frozen=True)
class Graph:
    """What map_graph finds: the operations in the order of `model.layers`, and the nodes that belong to the model."""

    operations: tuple[Address, ...]
    nodes: tuple[NodeKey, ...]
    complete: bool


@dataclass
class _Walk:
    """The state of `_build_map`: a depth-first walk back from the outputs."""

    inputs: frozenset[KerasTensor]
    stops: bool
    order: list[NodeKey] = field(default_factory=list)
    parents: dict[NodeKey, Sequence[KerasTensor]] = field(default_factory=dict)
    """What each node that was met comes of, in the order of that."""
    indices: dict[Address, int] = field(default_factory=dict)
    exact: bool = True
    """Whether all inputs of the nodes are known."""
    certain: bool = True
    """Whether it is known of all operations how often they were called."""


def is_input_tensor(interpreter: Interpreter, tensor: KerasTensor) -> bool:
    """Whether an InputLayer made it (`is_input_keras_tensor`)."""
    node = node_of(interpreter, tensor)
    return node is not None and node.is_input


def build_map(
    interpreter: Interpreter, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...], era: Era
) -> _Walk:
    """`_build_map`: nodes from inputs to outputs, and operations by when the walk first met them."""
    walk = _Walk(frozenset(inputs), era in STOPS_AT_INPUTS)
    for output in outputs:
        _visit(interpreter, walk, output)
    return walk


def _visit(interpreter: Interpreter, walk: _Walk, start: KerasTensor) -> None:
    """`_build_map_helper`, with a stack of its own: model graphs are deeper than Python's recursion limit."""
    order, parents, indices, inputs = walk.order, walk.parents, walk.indices, walk.inputs
    stack: list[KerasTensor | NodeKey] = [start]
    while stack:
        tensor = stack.pop()
        if not isinstance(tensor, KerasTensor):  # all that this node comes of has been gone through
            order.append(tensor)
            continue
        key = (tensor.operation, tensor.node)
        if key in parents:
            continue
        cell = operation(interpreter, tensor.operation)
        if cell is None or tensor.node >= len(cell.nodes):
            walk.exact = False
            continue
        node = cell.nodes[tensor.node]
        sources = parents[key] = possible_inputs(node)
        is_cut = bool(node.inputs) and tensor in inputs
        if is_cut and walk.stops:
            continue
        if tensor.operation not in indices:
            indices[tensor.operation] = len(indices)
            walk.certain = walk.certain and cell.certain
        stack.append(key)
        walk.exact = walk.exact and node.exact
        if not is_cut:
            stack.extend(reversed(sources))


def map_graph(
    interpreter: Interpreter, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...], era: Era
) -> Graph:
    """`map_graph`: operations by depth, then by traversal order, and the nodes of the network."""
    walk = build_map(interpreter, inputs, outputs, era)
    in_graph = set(walk.order) if era in STOPS_AT_INPUTS else None
    node_depths: dict[NodeKey, int] = {}
    depths: dict[Address, int] = {}
    for key in reversed(walk.order):
        depth = max(node_depths.setdefault(key, 0), depths.get(key[0], 0))
        depths[key[0]] = node_depths[key] = depth
        for parent in walk.parents[key]:
            parent_key = (parent.operation, parent.node)
            if in_graph is not None and parent_key not in in_graph:
                continue
            if node_depths.get(parent_key, 0) <= depth:
                node_depths[parent_key] = depth + 1
    nodes = list(walk.order)
    for tensor in inputs:  # inputs that nothing uses are part of the model all the same
        if tensor.operation not in depths and (is_input_tensor(interpreter, tensor) or era not in STOPS_AT_INPUTS):
            depths[tensor.operation] = 0
            walk.indices[tensor.operation] = -1
            nodes.append((tensor.operation, tensor.node))
    ranks = {key: (-depth, index) for index, (key, depth) in enumerate(node_depths.items())}
    last = (0, len(ranks))
    nodes.sort(key=lambda key: ranks.get(key, last))  # as `_run_through_graph` goes
    by_depth: dict[int, list[Address]] = defaultdict(list)
    for address, depth in depths.items():
        by_depth[depth].append(address)
    ordered: list[Address] = []
    for depth in sorted(by_depth, reverse=True):
        level = by_depth[depth]
        ordered.extend(sorted(level, key=walk.indices.__getitem__) if len(level) > 1 else level)
    return Graph(tuple(ordered), tuple(nodes), walk.exact and walk.certain)


def uncomputable(
    interpreter: Interpreter, graph: Graph, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...]
) -> tuple[int, ...]:
    """Which outputs, counted flat, running the graph on the inputs does not reach (`_run_through_graph` of Keras 3.14)."""
    computed = set(inputs)
    for address, index in graph.nodes:
        node = node_of(interpreter, KerasTensor(address, index, 0))
        if node is not None and not node.is_input and computed.issuperset(node.inputs):
            computed.update(KerasTensor(address, index, i) for i in range(len(node.outputs)))
    return tuple(i for i, tensor in enumerate(outputs) if tensor not in computed)


def siblings(interpreter: Interpreter, tensors: Collection[KerasTensor]) -> frozenset[KerasTensor]:
    """All outputs of the calls that made the tensors."""
    nodes = [(tensor, node) for tensor in tensors if (node := node_of(interpreter, tensor)) is not None]
    return frozenset(t._replace(tensor_index=i) for t, node in nodes for i in range(len(node.outputs)))


def parentless(
    interpreter: Interpreter, graph: Graph, inputs: tuple[KerasTensor, ...], copied: Collection[KerasTensor]
) -> KerasTensor | None:
    """The first tensor that a node of the graph takes and none makes; `map_graph` of Keras 3 refuses that.

    A call of which one output is an input of the model is not in the graph, and so its other outputs have no maker; nor
    has what is `copied`, a mid-graph input that is an output as well.
    """
    made = set(inputs)
    for address, index in graph.nodes:
        node = node_of(interpreter, KerasTensor(address, index, 0))
        if node is None:
            continue
        lost = next((tensor for tensor in possible_inputs(node) if tensor not in made), None)
        if lost is not None:
            return lost
        made.update({KerasTensor(address, index, i) for i in range(len(node.outputs))}.difference(copied))
    return None


def certain(
    interpreter: Interpreter, graph: Graph, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...]
) -> tuple[Address, ...]:
    """The operations of the graph that are in it whichever tensor those stand for that may be one of several."""
    stack, seen = [*inputs, *outputs], {*inputs, *outputs}
    while stack:
        node = node_of(interpreter, stack.pop())
        for parent in certain_inputs(node) if node is not None else ():
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    found = {tensor.operation for tensor in seen}
    return tuple(address for address in graph.operations if address in found)


@dataclass(frozen=True)
class Clones:
    """What clone_graph_nodes made: the tensors to list as inputs, and the clone of every tensor between them."""

    inputs: dict[KerasTensor, KerasTensor]
    tensors: dict[KerasTensor, KerasTensor]


def clone_graph_nodes(
    interpreter: Interpreter,
    inputs: tuple[KerasTensor, ...],
    outputs: tuple[KerasTensor, ...],
    era: Era,
    site: Site | None,
) -> Clones:
    """`clone_graph_nodes`: every node between inputs and outputs is appended again to its layer, on cloned tensors.

    Inputs from an InputLayer stand for themselves. A tensor that is both input and output is cloned twice.
    """
    walk = build_map(interpreter, inputs, outputs, era)
    made: dict[KerasTensor, KerasTensor] = {}
    moved: dict[Address, Address] = {}
    for tensor in inputs:
        if is_input_tensor(interpreter, tensor):
            made[tensor] = tensor
        elif tensor not in made:
            made[tensor] = _clone_input(interpreter, tensor, era, site)
            moved[tensor.operation] = made[tensor].operation
    clones = Clones(made, {**made, **{tensor: tensor for tensor in outputs}})
    order = walk.order if era is not Era.TF_KERAS else _tf_keras_order(interpreter, inputs, outputs)
    copies: list[tuple[Address, Node]] = []
    taken: dict[Address, int] = {}
    for key in order:  # first where each clone will be: tf_keras finds a node before those that it hangs on
        copy = _copy_of(interpreter, key, outputs, moved, era)
        if copy is None:
            continue
        target, node = copy
        existing = operation(interpreter, target)
        index = taken[target] = taken.get(target, len(existing.nodes) if existing is not None else 0)
        taken[target] += 1
        copies.append(copy)
        for i in range(len(node.outputs)):
            tensor, clone = KerasTensor(key[0], key[1], i), KerasTensor(target, index, i)
            clones.tensors[tensor] = clone
            if tensor in made and tensor not in outputs:
                made[tensor] = clone  # one and the same object, whose history is written anew
    cut = {
        model: tuple(made[t] for t in inputs if within(interpreter, t) == model)
        for model in _opened(interpreter, inputs)
    }
    for address, node in copies:
        inside = within(interpreter, node.structure) if type(node.structure) is KerasTensor else None
        parents: tuple[Value, ...] = (*cut[inside], UNKNOWN) if inside in cut and node.inputs else node.inputs
        inputs_cloned = tuple(replaced(t, clones.tensors) for t in parents)
        passed = node.arguments
        if passed is not None:
            passed = each_argument(passed, lambda value: remapped(value, clones.tensors))
        copied = node._replace(inputs=inputs_cloned, arguments=passed)
        cell = operation(interpreter, address)
        assert cell is not None
        set_operation(interpreter, address, cell._replace(nodes=(*cell.nodes, copied)))
        for parent in possible_inputs(copied):
            mark_consumed(interpreter, parent)
    for tensor, clone in made.items():
        _rehome(interpreter, tensor, clone)
    return clones


def _opened(interpreter: Interpreter, inputs: tuple[KerasTensor, ...]) -> set[Address]:
    """Models that are cut inside, of which it is not known what comes first: all that is cloned may come of the inputs."""
    return {model for tensor in inputs if (model := within(interpreter, tensor)) is not None}


def _copy_of(
    interpreter: Interpreter,
    key: NodeKey,
    outputs: tuple[KerasTensor, ...],
    moved: dict[Address, Address],
    era: Era,
) -> tuple[Address, Node] | None:
    """The operation that a node's copy is appended to, and the copy with its old inputs; None where none is made.

    Keras 3 puts the calls of an input's own layer on the InputLayer that stands for it (`op_id_mapping`). The node of an
    InputLayer is copied as well, which shows only where its tensor is passed through to the outputs.
    """
    cell = operation(interpreter, key[0])
    if cell is None:
        return None
    node = cell.nodes[key[1]]
    if cell.kind == "input":
        passes = era is not Era.TF_KERAS and any((o.operation, o.node) == key for o in outputs)
        return (key[0], node) if passes else None
    if key[0] in moved:
        return None if era is Era.TF_KERAS else (moved[key[0]], node._replace(inputs=(), arguments=None))
    return key[0], node


def _rehome(interpreter: Interpreter, tensor: KerasTensor, clone: KerasTensor) -> None:
    """A clone whose history was overwritten by its producer's cloned call is still the output of its InputLayer."""
    cell = operation(interpreter, clone.operation)
    if clone.node == 0 or tensor == clone or cell is None or cell.kind != "input":
        return
    first = cell.nodes[0]._replace(structure=clone)
    set_operation(interpreter, clone.operation, cell._replace(nodes=(first, *cell.nodes[1:])))
    interpreter.overlay.set(("clone of", clone), tensor)


def _clone_input(interpreter: Interpreter, tensor: KerasTensor, era: Era, site: Site | None) -> KerasTensor:
    """The InputLayer that stands for a mid-graph tensor; its name ends in CLONE in Keras 3."""
    node, cell = node_of(interpreter, tensor), operation(interpreter, tensor.operation)
    if era is Era.TF_KERAS:
        name = auto_name(interpreter, "InputLayer", era)
    else:
        own = node.names[tensor.tensor_index] if node is not None and tensor.tensor_index < len(node.names) else None
        name = None if own is None else own + "CLONE"
    address = interpreter.overlay.allocate()
    spec = spec_of(interpreter, tensor)
    root = cell.root if cell is not None else "keras"
    made = Node((), (spec,), (name,), KerasTensor(address, 0, 0), site)
    set_operation(interpreter, address, Operation("InputLayer", "input", root, name, site, {}, (made,), 0))
    clone = KerasTensor(address, 0, 0)
    interpreter.overlay.set(("clone of", clone), tensor)
    return clone


def _tf_keras_order(
    interpreter: Interpreter, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...]
) -> list[NodeKey]:
    """The order in which tf_keras finds the nodes to clone: breadth first from the outputs."""
    queue = [(t.operation, t.node) for t in outputs]
    order: list[NodeKey] = []
    while queue:
        key = queue.pop(0)
        if key in order:
            continue
        order.append(key)
        node = node_of(interpreter, KerasTensor(*key, 0))
        parents = () if node is None else possible_inputs(node)
        inner = (p for p in parents if p not in inputs and not is_input_tensor(interpreter, p))
        queue.extend((p.operation, p.node) for p in inner)
    return order


def tf_keras_refusal(
    interpreter: Interpreter, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...]
) -> str | None:
    """What tf_keras says when it refuses to clone the graph, without the tensors; None where it clones it.

    `find_nodes_by_inputs_and_outputs`: an Input is not listed, or a listed tensor feeds no node of the graph. An Input
    that is passed through and used as well is cloned, and so cut off, which `_map_graph` finds.
    """
    fed: set[KerasTensor] = set()
    for key in _tf_keras_order(interpreter, inputs, outputs):
        node = node_of(interpreter, KerasTensor(*key, 0))
        for parent in possible_inputs(node) if node is not None else ():
            if parent in inputs:
                fed.add(parent)
            elif is_input_tensor(interpreter, parent):
                return "Found input tensor cannot be reached given provided output tensors."
    if not fed.issuperset(inputs):
        return "Found unvisited input tensors that are disconnected from the outputs:"
    cut_off = any(t in outputs and is_input_tensor(interpreter, t) for t in fed)
    return "Graph disconnected: cannot obtain value for tensor" if cut_off else None


def mark_consumed(interpreter: Interpreter, tensor: KerasTensor) -> None:
    """Its operation has an outbound node now."""
    cell = operation(interpreter, tensor.operation)
    if cell is not None and not cell.consumed:
        set_operation(interpreter, tensor.operation, cell._replace(consumed=True))


def original_of(interpreter: Interpreter, tensor: KerasTensor) -> KerasTensor | None:
    """The mid-graph tensor that an earlier Model replaced by `tensor`, a fresh InputLayer's; None if it is no clone."""
    found = interpreter.overlay.get(("clone of", tensor))
    return found if type(found) is KerasTensor else None


def fed_operations(
    interpreter: Interpreter, inputs: tuple[KerasTensor, ...], outputs: tuple[KerasTensor, ...], cut: set[Address]
) -> set[Address]:
    """The operations whose outputs go into a call between inputs and outputs, other than a call of those in `cut`.

    The calls of an operation whose tensor is an input are put on the InputLayer that stands for it, without their inputs.
    """
    walk = build_map(interpreter, inputs, outputs, Era.V3_10)
    nodes = (node_of(interpreter, KerasTensor(*key, 0)) for key in walk.order if key[0] not in cut)
    return {parent.operation for node in nodes if node is not None for parent in possible_inputs(node)}


def ancestors(interpreter: Interpreter, tensors: tuple[KerasTensor, ...]) -> tuple[Address, ...]:
    """The operations that the tensors are computed from, their own included, inputs first."""
    walk = _Walk(frozenset(), False)
    for tensor in tensors:
        _visit(interpreter, walk, tensor)
    return tuple(dict.fromkeys(key[0] for key in walk.order))
