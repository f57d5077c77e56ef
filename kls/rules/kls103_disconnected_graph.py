"""KLS103 disconnected-graph: an output cannot be computed from the inputs of the model."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor
from kls.graph.connectivity import Connectivity, Unlisted
from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.adding import adding
from kls.rules.disconnection import cause, disconnection, inputs_of, owner_of
from kls.rules.finding import Finding, Fix, Related
from kls.rules.kls104_unused_input import unused_inputs
from kls.rules.registry import Rule
from kls.rules.wording import about_model, here, ignorable, is_global_in_function, listed, related_to, replacement

CODE, NAME = "KLS103", "disconnected-graph"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """An output needs an Input that is not listed, and no other rule has more to say of it."""
    if not isinstance(event, ModelBuilt):
        return
    found = disconnection(event)
    if found is None:
        yield from _refused_all_the_same(event, graph)
    elif cause(event, graph) == NAME:
        first = found.unlisted[0]
        place = event.outputs.leaf_sites[first.output]
        related, fixes = path_to(graph, first), _fixes(event, graph, found, first)
        yield about_model(CODE, NAME, event, graph, _message(event, graph, found, first), place, related, fixes)


def _message(event: ModelBuilt, graph: Graph, found: Connectivity, first: Unlisted) -> str:
    shown, source = graph.describe(first.path[0]), graph.describe(first.tensor)
    subject = f"`{shown}`" if shown != source else "This output"
    wrapped = graph.wrapped(first.tensor)
    if wrapped is not None:
        return (
            f"{subject} is computed from `{source}`, and `Input(tensor={graph.describe(wrapped)})` is an Input of its "
            f"own, not connected to `{graph.describe(wrapped)}`: call the layers on that tensor itself."
        )
    if _is_apart(event, graph, found, first):
        text = f"{subject} is not computed from the inputs of this model, but from `{source}`"
        owner = owner_of(event, graph, first.tensor)
        model = graph.model(owner.address) if owner is not None else None
        ends = model is not None and any(step in model.outputs for step in first.path)
        uncalled = owner is not None and ends and not any(True for _ in graph.calls(owner.address))
        return f"{text}: nothing calls `{graph.label(owner)}`." if owner is not None and uncalled else f"{text}."
    others = listed([graph.describe(unlisted.tensor) for unlisted in found.unlisted])
    through = [graph.visible(step) for step in first.path[1:-1]]
    way = next((f", by way of `{name}`" for name in reversed(through) if name is not None), "")
    inputs = "Input" if len(found.unlisted) == 1 else "Inputs"
    return f"{subject} also needs the {inputs} {others}{way}: the model does not list {_pronoun(found)}."


def _is_apart(event: ModelBuilt, graph: Graph, found: Connectivity, first: Unlisted) -> bool:
    """Whether the output is computed from none of the inputs at all."""
    if len(found.unused) == len(event.inputs.leaves):
        return True
    return not any(graph.is_from(first.path[0], tensor) for tensor in inputs_of(event))


def _pronoun(found: Connectivity) -> str:
    return "it" if len(found.unlisted) == 1 else "them"


def path_to(graph: Graph, first: Unlisted) -> tuple[Related[Site], ...]:
    """Where the output and the named tensors on the way to the unlisted Input are made."""
    related: tuple[Related[Site], ...] = ()
    steps = [first.path[0], *(t for t in first.path[1:-1] if graph.visible(t) is not None)][:4]
    for tensor in steps:
        if tensor != first.tensor:
            related += related_to(f"`{graph.describe(tensor)}` is computed here", graph.made_at(tensor))
    source = graph.describe(first.tensor)
    return related + related_to(f"its graph starts here, at the Input `{source}`", graph.made_at(first.tensor))


def _fixes(event: ModelBuilt, graph: Graph, found: Connectivity, first: Unlisted) -> tuple[Fix[Site], ...]:
    wrapped = graph.wrapped(first.tensor)
    if wrapped is not None:  # `Input(tensor=x)` stands for `x`: the whole call is replaced by it
        text = graph.expression(wrapped)
        return replacement(f"Use `{text}` itself", graph.made_at(first.tensor), text, safe=False)
    if found.unused or found.midgraph or _is_apart(event, graph, found, first):
        return ()  # inputs that have no part in the outputs: adding more is no plain answer
    missing = tuple(unlisted.tensor for unlisted in found.unlisted)
    edits = adding(event.inputs, graph, missing)
    title = ", ".join(f"`{graph.expression(tensor)}`" for tensor in missing)
    safe = not any(is_global_in_function(event, graph, tensor) for tensor in missing)
    return (Fix(f"Add {title} to the inputs", edits, safe),) if edits else ()


def _refused_all_the_same(event: ModelBuilt, graph: Graph) -> Iterator[Finding[Site]]:
    """Keras clones a graph that starts at a mid-graph tensor, and there are tensors that it cannot clone well.

    From 3.14 on, a mid-graph input that is an output as well leaves one of its clones unconnected, and other calls of an
    input's own layer are put on the Input that stands for it (`clone_graph_nodes`, keras/src/models/functional.py).
    """
    found = event.connectivity
    if found is None or ignorable(event) or event.duplicate is not None or not found.midgraph:
        return
    if here(event, graph) != "raises" or unused_inputs(event, graph, found, refused=True):
        return
    cut = [tensor for tensor in inputs_of(event) if not graph.is_input(tensor.operation)]
    twice = next((tensor for tensor in cut if tensor in event.outputs.leaves), None)
    outputs = tuple(leaf for leaf in event.outputs.leaves if isinstance(leaf, KerasTensor))
    again = next((tensor for tensor in cut if _calls_again(graph, tensor, outputs)), None)
    passed = next((tensor for tensor in inputs_of(event) if tensor in outputs), None)
    if twice is not None:
        name = graph.describe(twice)
        text = f"`{name}` is both an input and an output of this model, and it is not the tensor of an Input."
    elif again is not None:
        layer, name = graph.label(graph.instance(again.operation)), graph.describe(again)
        text = f"`{layer}` made the input `{name}`, and another call of it lies between the inputs and the outputs."
    elif passed is not None and cut:
        name, start = graph.describe(passed), graph.describe(cut[0])
        text = f"`{name}` goes from the inputs to the outputs as it is, in a model that starts at `{start}`, which is no Input."
    else:
        return
    yield about_model(CODE, NAME, event, graph, text, None, (), ())


def _calls_again(graph: Graph, tensor: KerasTensor, outputs: tuple[KerasTensor, ...]) -> bool:
    """Whether an output is computed from another call of the layer that made a tensor."""
    others = (call for call, _ in graph.calls(tensor.operation) if call.node != tensor.node)
    return any(graph.is_from(output, other) for other in others for output in outputs)


RULE = Rule(CODE, NAME, "an output that cannot be computed from the inputs", check)
