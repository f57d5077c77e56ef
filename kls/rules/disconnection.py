"""Why outputs cannot be computed from the inputs: one cause for each construction, so that one rule speaks of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kls.graph.cells import KerasTensor
from kls.graph.connectivity import Connectivity, Unlisted
from kls.graph.events import ModelBuilt
from kls.graph.values import Address, Instance
from kls.graph.view import Graph
from kls.rules.wording import ignorable


class Cloned(NamedTuple):
    """An input is the clone of a tensor that the outputs are computed from."""

    position: int
    original: KerasTensor


class Rebound(NamedTuple):
    """A later tensor is listed where the Input is meant that its variable was bound to before."""

    position: int
    tensor: KerasTensor
    source: KerasTensor
    name: str
    """The variable."""


class FirstCall(NamedTuple):
    """The output of a layer's first call was taken where another call belongs to this graph."""

    taken: KerasTensor
    meant: tuple[KerasTensor, ...]


class Nested(NamedTuple):
    """The output comes from inside a model that is called in the graph of the inputs."""

    model: Instance
    inner: KerasTensor
    """The tensor inside that the output hangs on; the output itself, mostly."""
    calls: tuple[KerasTensor, ...]
    """What the calls of the model in the graph of the inputs gave; none where a model in between, or a wrapper, calls it."""
    wrapper: Address | None
    """The layer that wraps the model."""


class Unchained(NamedTuple):
    """One model's input and another's output, with no call between them."""

    first: Instance
    second: Instance


class WrongInput(NamedTuple):
    """The input of a model that the outputs are not computed in; `call` is that model's call on the path, if any."""

    model: Instance
    right: Instance | None
    call: KerasTensor | None


class Crossing(NamedTuple):
    """The graph is cut at `cut`, and `beside` are tensors that lead around it."""

    cut: KerasTensor
    beside: tuple[KerasTensor, ...]


def disconnection(event: object) -> Connectivity | None:
    """The connectivity of a construction whose outputs need an Input that is not listed, surely."""
    if not isinstance(event, ModelBuilt) or event.connectivity is None or not event.connectivity.unlisted:
        return None
    return None if ignorable(event) else event.connectivity


def cause(event: ModelBuilt, graph: Graph) -> str:
    """The name of the rule that speaks of a disconnected construction."""
    return next((name for name, find in FINDERS if find(event, graph) is not None), "disconnected-graph")


def inputs_of(event: ModelBuilt) -> tuple[KerasTensor, ...]:
    """The listed inputs."""
    return tuple(leaf for leaf in event.inputs.leaves if isinstance(leaf, KerasTensor))


def owner_of(event: ModelBuilt, graph: Graph, tensor: KerasTensor) -> Instance | None:
    """The model whose input a tensor is; the one that is being made does not count."""
    owner = graph.owner(tensor, "input")
    return None if owner == event.instance else owner


def first_unlisted(event: ModelBuilt) -> Unlisted:
    """The first Input that is needed and not listed."""
    assert event.connectivity is not None
    return event.connectivity.unlisted[0]


def fits(graph: Graph, given: KerasTensor, wanted: KerasTensor) -> bool | None:
    """Whether a tensor has the shape of another; None where that is not known."""
    a, b = graph.shape(given), graph.shape(wanted)
    if a is None or b is None:
        return None
    return len(a) == len(b) and all(x == y or x is None or y is None for x, y in zip(a, b))


def find_cloned(event: ModelBuilt, graph: Graph) -> Cloned | None:
    """`trainable.input` where `trainable` was built from a mid-graph tensor."""
    assert event.connectivity is not None
    broken = [event.outputs.leaves[i] for i in event.connectivity.broken]
    for index, tensor in enumerate(inputs_of(event)):
        original = event.clones.get(tensor)
        if original is not None and any(isinstance(o, KerasTensor) and graph.is_from(o, original) for o in broken):
            return Cloned(index, original)
    return None


def find_rebound(event: ModelBuilt, graph: Graph) -> Rebound | None:
    """`a = Input(); a = Dense()(a); Model([a, b], ...)`, or `input2 = MaxPooling2D()(i2)` listed beside `input1`."""
    listed = inputs_of(event)
    needed = {unlisted.tensor for unlisted in event.connectivity.unlisted} if event.connectivity is not None else set()
    for index, tensor in enumerate(listed):
        tensor_site = graph.variable(tensor)
        name = None if tensor_site is None or graph.is_input(tensor.operation) else graph.visible(tensor)
        for source in graph.sources(tensor) if name is not None else ():
            named = graph.variable(source)
            if name is None or tensor_site is None or named is None or source in listed:
                continue
            if graph.owner(source, "input") is not None:
                continue
            same_scope = named.is_global == tensor_site.is_global and (
                named.is_global or named.site.piece == tensor_site.site.piece
            )
            lost = named.name == name and (graph.visible(source) is None or source in needed)
            if (lost or name in twins(event, graph)) and same_scope:
                return Rebound(index, tensor, source, name)
        replaced = None if graph.is_input(tensor.operation) else graph.replaced(tensor)
        for source in replaced.before if replaced is not None else ():
            if replaced is not None and _is_lost(graph, source, listed) and graph.is_from(tensor, source):
                return Rebound(index, tensor, source, replaced.place)
    return None


def _is_lost(graph: Graph, source: KerasTensor, listed: tuple[KerasTensor, ...]) -> bool:
    """Whether it is an Input that no variable holds any more and no model starts at."""
    unheld = graph.is_input(source.operation) and graph.visible(source) is None
    return unheld and source not in listed and graph.owner(source, "input") is None


def twins(event: ModelBuilt, graph: Graph) -> frozenset[str]:
    """Names that only differ by their number from that of an Input in the list: `input2` beside `input1`."""
    names = {tensor: graph.visible(tensor) for tensor in inputs_of(event)}
    stems = {
        name.rstrip("0123456789")
        for tensor, name in names.items()
        if name is not None and name[-1:].isdigit() and graph.is_input(tensor.operation)
    }
    return frozenset(name for name in names.values() if name is not None and name.rstrip("0123456789") in stems)


def find_first_call(event: ModelBuilt, graph: Graph) -> FirstCall | None:
    """`layer.output` of a layer that was called in another graph first, and in this one later."""
    listed = inputs_of(event)
    for unlisted in event.connectivity.unlisted if event.connectivity is not None else ():
        for tensor in unlisted.path[:-1]:
            if graph.read_at(tensor) is None:
                continue
            calls = [call._replace(tensor_index=tensor.tensor_index) for call, _ in graph.calls(tensor.operation)]
            meant = tuple(call for call in calls if call != tensor and graph.computable(call, listed))
            if meant:
                return FirstCall(tensor, meant)
    return None


def find_nested(event: ModelBuilt, graph: Graph) -> Nested | None:
    """`backbone.get_layer("conv").output` where `backbone` is called as a layer, or a layer wraps it."""
    first, listed = first_unlisted(event), inputs_of(event)
    owner = graph.owner(first.tensor, "input")
    if owner is None:
        return None
    wrapper = next(filter(None, (_wrapper(graph, tensor, owner) for tensor in listed)), None)
    if wrapper is None and not _is_called(owner, graph, listed, ()):
        return None
    inner = next((step for step in first.path if graph.lies_in(step, owner.address)), first.path[0])
    calls = (call for call, _ in graph.calls(owner.address))
    return Nested(owner, inner, tuple(c for c in calls if any(graph.is_from(c, t) for t in listed)), wrapper)


def _wrapper(graph: Graph, tensor: KerasTensor, wrapped: Instance) -> Address | None:
    model = graph.owner(tensor, "input")
    return None if model is None else graph.wrapper(model.address, wrapped.address)


def _is_called(owner: Instance, graph: Graph, listed: tuple[KerasTensor, ...], seen: tuple[Instance, ...]) -> bool:
    """Whether a model is called in the graph of the inputs, or within a model that is."""
    for call, _ in graph.calls(owner.address):
        if any(graph.is_from(call, tensor) for tensor in listed):
            return True
        around = (graph.owner(source, "input") for source in graph.sources(call))
        if any(m is not None and m not in seen and _is_called(m, graph, listed, (*seen, owner)) for m in around):
            return True
    return False


def find_unchained(event: ModelBuilt, graph: Graph) -> Unchained | None:
    """`Model(generator.input, discriminator.output)`."""
    unlisted = first_unlisted(event)
    output = event.outputs.leaves[unlisted.output]
    owners = {owner_of(event, graph, tensor) for tensor in inputs_of(event)}
    first = owners.pop() if len(owners) == 1 else None
    ends = graph.owner(output, "output") if isinstance(output, KerasTensor) else None
    for second in (owner_of(event, graph, unlisted.tensor), ends):
        if first is None or second is None or second in (first, event.instance):
            continue
        before, after = graph.model(first.address), graph.model(second.address)
        if before is None or after is None or output not in after.outputs or after.inputs != (unlisted.tensor,):
            continue
        if any(fits(graph, tensor, after.inputs[0]) is not False for tensor in before.outputs):
            return Unchained(first, second)
    return None


def find_wrong_input(event: ModelBuilt, graph: Graph) -> WrongInput | None:
    """`Model(a.input, b.get_layer("x").output)`, or `Model(sub.input, sub(h))`."""
    found = event.connectivity
    listed = inputs_of(event)
    owners = [owner_of(event, graph, tensor) for tensor in listed]
    if found is None or len(found.unused) != len(listed) or any(owner is None for owner in owners):
        return None
    for step in first_unlisted(event).path:
        for owner in owners:
            if owner is not None and step.operation == owner.address:
                return WrongInput(owner, None, step)
    right = graph.owner(found.unlisted[0].tensor, "input")
    needed = {unlisted.tensor for unlisted in found.unlisted}
    model = graph.model(right.address) if right is not None else None
    if right in owners or owners[0] is None or model is None or needed != set(model.inputs):
        return None
    return WrongInput(owners[0], right, None)


def find_crossing(event: ModelBuilt, graph: Graph) -> Crossing | None:
    """`Model(code, decoded)` where a skip connection leads around `code`."""
    found = event.connectivity
    assert found is not None
    listed = inputs_of(event)
    used = [t for i, t in enumerate(listed) if i not in found.unused and not graph.is_input(t.operation)]
    needed = {unlisted.tensor for unlisted in found.unlisted}
    cut = next((t for t in used if needed <= set(graph.sources(t))), None)
    if cut is None:
        return None
    beside: dict[KerasTensor, None] = {}
    for output in event.outputs.leaves:
        if isinstance(output, KerasTensor):
            _collect_beside(graph, output, listed, used, beside, set())
    return Crossing(cut, tuple(beside)) if beside else None


def _collect_beside(
    graph: Graph,
    tensor: KerasTensor,
    listed: tuple[KerasTensor, ...],
    used: list[KerasTensor],
    beside: dict[KerasTensor, None],
    seen: set[KerasTensor],
) -> None:
    """The tensors that lie before or beside the cut and go into what is computed behind it."""
    if tensor in listed or tensor in seen:
        return
    seen.add(tensor)
    if not any(graph.is_from(tensor, cut) for cut in used):
        beside[tensor] = None
        return
    node = graph.node(tensor)
    for parent in node.inputs if node is not None else ():
        if isinstance(parent, KerasTensor):
            _collect_beside(graph, parent, listed, used, beside, seen)


def find_fresh(event: ModelBuilt, graph: Graph) -> tuple[int, ...] | None:
    """Inputs that nothing at all is computed from."""
    found = event.connectivity
    assert found is not None
    listed = inputs_of(event)
    fresh = [i for i in found.unused if not found.consumed[i] and graph.is_input(listed[i].operation)]
    return tuple(i for i in fresh if graph.original(listed[i]) == listed[i]) or None


FINDERS: tuple[tuple[str, Callable[[ModelBuilt, Graph], object]], ...] = (
    ("cloned-input", find_cloned),
    ("rebound-input", find_rebound),
    ("first-call-output", find_first_call),
    ("nested-output", find_nested),
    ("not-chained", find_unchained),
    ("wrong-model-input", find_wrong_input),
    ("skip-crosses-cut", find_crossing),
    ("fresh-input", find_fresh),
)
"""The rules by name, the most telling cause first."""
