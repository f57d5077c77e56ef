"""KLS109 nested-output: an output is taken inside a model that is called as a layer (the Grad-CAM trap)."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor
from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.disconnection import Nested, cause, disconnection, find_nested, first_unlisted
from kls.rules.finding import Finding, Fix, Related
from kls.rules.kls103_disconnected_graph import path_to
from kls.rules.registry import Rule
from kls.rules.wording import about_model, listed, related_to, replacement

CODE, NAME = "KLS109", "nested-output"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """The output hangs on the own Input of a model that is called in the graph of the inputs."""
    if disconnection(event) is None or not isinstance(event, ModelBuilt) or cause(event, graph) != NAME:
        return
    found = find_nested(event, graph)
    assert found is not None
    first = first_unlisted(event)
    own = graph.model(found.model.address)
    result = own is not None and own.outputs == (first.path[0],) and bool(found.calls)
    place = event.outputs.leaf_sites[first.output]
    fixes = _fixes(graph, found.calls, place) if result else ()
    text = f"{_where(graph, first.path[0], found)} {_advice(graph, found, result)}"
    yield about_model(CODE, NAME, event, graph, text, place, _path(graph, event, found), fixes)


def _where(graph: Graph, output: KerasTensor, found: Nested) -> str:
    """Where the output comes from, and what it is not connected to."""
    shown, inner, model = graph.describe(output), graph.describe(found.inner), graph.label(found.model)
    word = "from"
    text = f"`{shown}` lies inside `{model}`: it is computed from the Input of `{model}` itself"
    if output != found.inner and shown != inner:
        word = "on"
        text = f"`{shown}` is computed from `{inner}`, which lies inside `{model}` and hangs on the Input of `{model}` itself"
    if found.wrapper is not None:
        return f"{text}, not {word} the calls that `{graph.name(found.wrapper)}` makes."
    if not found.calls:
        return f"{text}, and `{model}` is called inside another model only."
    return f"{text}, not {word} the call of `{model}` in this graph."


def _advice(graph: Graph, found: Nested, result: bool) -> str:
    """What to do instead."""
    model = graph.label(found.model)
    if result and len(found.calls) == 1:
        return "Take the result of that call."
    if result:
        names = [name for name in map(graph.visible, found.calls) if name is not None]
        return f"Take the result of the call that is meant{f': {listed(names)}' if names else ''}."
    if found.wrapper is not None or not found.calls:
        return f"To look at it, make a model of its own, from `{model}.input`."
    return f"Build the rest on `{model}.output` instead of calling `{model}`, or make two models."


def _path(graph: Graph, event: ModelBuilt, found: Nested) -> tuple[Related[Site], ...]:
    calls = [site for _, site in graph.calls(found.model.address)]
    called = related_to(f"`{graph.label(found.model)}` is called here", calls[0] if calls else None)
    return called + path_to(graph, first_unlisted(event))


def _fixes(graph: Graph, calls: tuple[KerasTensor, ...], place: Site | None) -> tuple[Fix[Site], ...]:
    """The model's own output was taken where the result of its call is meant; safe where there is but one."""
    texts = [text for text in map(graph.expression, calls) if text is not None]
    title = "Use `{}`, the result of the call" if len(calls) == 1 else "Use `{}`"
    return tuple(fix for text in texts for fix in replacement(title.format(text), place, text, safe=len(calls) == 1))


RULE = Rule(CODE, NAME, "an output is taken inside a model that is called as a layer", check)
