"""KLS202 duplicate-layer-name: two layers of one model have the same name."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import LayerAdded, ModelBuilt
from kls.graph.values import Instance, Site
from kls.graph.view import Graph
from kls.rules.disconnection import find_rebound
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import ignorable, raising, related_to

CODE, NAME = "KLS202", "duplicate-layer-name"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """In a Functional whose graph is connected, or in a Sequential."""
    if isinstance(event, LayerAdded):
        if event.namesake is not None and not ignorable(event):
            name = graph.name(event.layer.address)
            text = f"This Sequential has a layer called `{name}` already: {graph.version} refuses a second one."
            yield _finding(text, event.site, (event.namesake, event.layer), graph)
        return
    if not isinstance(event, ModelBuilt) or event.duplicate is None or event.connectivity is None or ignorable(event):
        return
    if event.connectivity.unlisted or find_rebound(event, graph) is not None:
        return  # the name is twice there because the graph is not the one that was meant
    name, count = event.duplicate
    model = graph.model(event.instance.address)
    found = [a for a in model.operations if graph.name(a) == name] if model is not None else []
    namesakes = tuple(graph.instance(address) for address in found)
    what = "models" if all(graph.model(address) is not None for address in found) else "layers"
    text = (
        f"{count} {what} in this model are called `{name}`: {graph.version} refuses it, names must be unique. "
        f"{_advice(namesakes, graph)}"
    )
    yield _finding(text, event.site, namesakes, graph)


def _advice(namesakes: tuple[Instance, ...], graph: Graph) -> str:
    sites = {cell.site for n in namesakes if (cell := graph.operation(n.address)) is not None}
    if len(sites) < len(namesakes):
        return "They are made by the same line: pass it a name, or call the models as layers with names of their own."
    return "Give one of them another name."


def _finding(message: str, place: Site, namesakes: tuple[Instance, ...], graph: Graph) -> Finding[Site]:
    cells = [graph.operation(namesake.address) for namesake in namesakes[:4]]
    sites = dict.fromkeys(cell.site for cell in cells if cell is not None)
    related = tuple(r for site in sites for r in related_to("one is made here", site))
    outcomes = raising()
    return Finding(CODE, NAME, Severity.ERROR, Certainty.PROVEN, message, place, outcomes=outcomes, related=related)


RULE = Rule(CODE, NAME, "two layers of one model have the same name", check)
