"""KLS112 skipped-model: `discriminator(generator.input)`, so that the generator has no part in the model."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor
from kls.graph.events import ModelBuilt, ModelCalled
from kls.graph.values import Instance, Site
from kls.graph.view import Graph
from kls.rules.disconnection import fits, inputs_of
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import created, ignorable, raising, replacement, wrong

CODE, NAME = "KLS112", "skipped-model"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """A model is called on the input of another, whose output has the shape that it takes."""
    if isinstance(event, ModelCalled) and not ignorable(event):
        yield from _called(event, graph)
    elif isinstance(event, ModelBuilt) and event.connectivity is not None and not ignorable(event):
        yield from _built(event, graph)


def _called(event: ModelCalled, graph: Graph) -> Iterator[Finding[Site]]:
    """The shapes do not fit, and those of the output do: Keras refuses the call."""
    own = graph.model(event.instance.address)
    given = event.tensors[0]
    skipped = graph.owner(given, "input")
    if own is None or len(own.inputs) != 1 or len(event.tensors) != 1 or skipped is None or skipped == event.instance:
        return
    output = _output(graph, skipped)
    mine, theirs = graph.shape(given), graph.shape(own.inputs[0])
    if output is None or mine is None or theirs is None or len(mine) != len(theirs):
        return
    if fits(graph, given, own.inputs[0]) is not False or fits(graph, output, own.inputs[0]) is not True:
        return
    name, other = graph.label(event.instance), graph.label(skipped)
    text = graph.expression(output)
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        f"`{name}` takes the shape {theirs}, and `{other}.input` has {mine}: {graph.version} refuses the call. "
        f"`{other}.output` fits.",
        event.argument.site or event.site,
        outcomes=raising(),
        related=created(graph, skipped),
        fixes=replacement(f"Use `{text}`", event.argument.site, text, safe=True),
    )


def _built(event: ModelBuilt, graph: Graph) -> Iterator[Finding[Site]]:
    """The shapes fit, and nothing of the model whose input is used is in the graph."""
    found = event.connectivity
    if found is None or found.unlisted or not found.complete:
        return
    outputs = tuple(leaf for leaf in event.outputs.leaves if isinstance(leaf, KerasTensor))
    for tensor in inputs_of(event):
        skipped = graph.owner(tensor, "input")
        output = None if skipped is None or skipped == event.instance else _output(graph, skipped)
        if skipped is None or output is None or graph.visible(skipped) is None:
            continue
        inside = dict.fromkeys(graph.ancestors(outputs))
        deep = _with_nested(graph, tuple(inside))
        if skipped.address in deep or any(address in deep for address in _own_layers(graph, skipped)):
            continue
        for address in inside:
            call = _call_on(graph, address, tensor)
            own = graph.model(address)
            if call is None or own is None or len(own.inputs) != 1 or fits(graph, output, own.inputs[0]) is not True:
                continue
            name, other = graph.label(graph.instance(address)), graph.label(skipped)
            text = graph.expression(output)
            yield Finding(
                CODE,
                NAME,
                Severity.WARNING,
                Certainty.POSSIBLE,
                f"`{name}` is called on the input of `{other}`, so that no layer of `{other}` is in this model. "
                f"To join them, call it on `{other}.output`.",
                graph.argument_of(call) or event.site,
                outcomes=wrong(),
                absent=graph.names((skipped.address, *_own_layers(graph, skipped))),
                related=created(graph, skipped),
                fixes=replacement(f"Use `{text}`", graph.argument_of(call), text, safe=False),
            )
            return


def _output(graph: Graph, model: Instance) -> KerasTensor | None:
    """The one output of a model that does something."""
    found = graph.model(model.address)
    if found is None or len(found.outputs) != 1 or not _own_layers(graph, model):
        return None
    return found.outputs[0]


def _own_layers(graph: Graph, model: Instance) -> tuple[tuple[object, ...], ...]:
    found = graph.model(model.address)
    return () if found is None else tuple(a for a in found.operations if not graph.is_input(a))


def _with_nested(graph: Graph, addresses: tuple[tuple[object, ...], ...]) -> set[tuple[object, ...]]:
    """Layers and models, and the layers of those models."""
    found: set[tuple[object, ...]] = set()
    stack = list(addresses)
    while stack:
        address = stack.pop()
        if address not in found:
            found.add(address)
            model = graph.model(address)
            stack.extend(model.operations if model is not None else ())
    return found


def _call_on(graph: Graph, address: tuple[object, ...], tensor: KerasTensor) -> KerasTensor | None:
    """The call of a model on just this tensor."""
    for call, _ in graph.calls(address) if graph.model(address) is not None else ():
        node = graph.node(call)
        if node is not None and node.inputs == (tensor,):
            return call
    return None


RULE = Rule(CODE, NAME, "a model is called on the input of another where its output is meant", check)
