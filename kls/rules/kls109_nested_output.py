"""KLS109 nested-output: an output is taken inside a model that is called as a layer (the Grad-CAM trap)."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor
from kls.graph.events import ModelBuilt
from kls.graph.values import Instance, Site
from kls.graph.view import Graph
from kls.rules.disconnection import cause, disconnection, find_nested, first_unlisted
from kls.rules.finding import Finding, Fix, Related
from kls.rules.kls103_disconnected_graph import path_to
from kls.rules.registry import Rule
from kls.rules.wording import about_model, related_to, replacement

CODE, NAME = "KLS109", "nested-output"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """The output hangs on the own Input of a model that is called in the graph of the inputs."""
    if disconnection(event) is None or not isinstance(event, ModelBuilt) or cause(event, graph) != NAME:
        return
    found = find_nested(event, graph)
    assert found is not None
    first = first_unlisted(event)
    output = first.path[0]
    model = graph.label(found.model)
    shown = graph.describe(output)
    text = (
        f"`{shown}` lies inside `{model}`: it is computed from the Input of `{model}` itself, not from the call of "
        f"`{model}` in this graph."
    )
    own = graph.model(found.model.address)
    calls = [tensor for tensor, _ in graph.calls(found.model.address)]
    result = own is not None and own.outputs == (output,) and len(calls) == 1
    if result:
        text += " Take the result of that call."
    else:
        text += f" Build the rest on `{model}.output` instead of calling `{model}`, or make two models."
    place = event.outputs.leaf_sites[first.output]
    fixes = _fixes(graph, calls, place) if result else ()
    yield about_model(CODE, NAME, event, graph, text, place, _path(graph, event, found.model), fixes)


def _path(graph: Graph, event: ModelBuilt, model: Instance) -> tuple[Related[Site], ...]:
    calls = [site for _, site in graph.calls(model.address)]
    called = related_to(f"`{graph.label(model)}` is called here", calls[0] if calls else None)
    return called + path_to(graph, first_unlisted(event))


def _fixes(graph: Graph, calls: list[KerasTensor], place: Site | None) -> tuple[Fix[Site], ...]:
    """The model's own output was taken where the result of its call is meant."""
    text = graph.expression(calls[0])
    return replacement(f"Use `{text}`, the result of the call", place, text, safe=True)


RULE = Rule(CODE, NAME, "an output is taken inside a model that is called as a layer", check)
