"""KLS101 cloned-input: `.input` of a model that was built from a mid-graph tensor is a fresh clone, not that tensor."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor
from kls.graph.events import ModelBuilt
from kls.graph.values import Instance, Site
from kls.graph.view import Graph
from kls.rules.disconnection import cause, disconnection, find_cloned, inputs_of
from kls.rules.finding import Finding, Fix, Related
from kls.rules.registry import Rule
from kls.rules.wording import about_model, is_global_in_function, made, related_to, replacement

CODE, NAME = "KLS101", "cloned-input"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """A clone is listed as input, and an output hangs on the tensor that the clone was made for."""
    if disconnection(event) is None or not isinstance(event, ModelBuilt) or cause(event, graph) != NAME:
        return
    found = find_cloned(event, graph)
    assert found is not None
    owner = graph.owner(inputs_of(event)[found.position], "input")
    name = graph.describe(found.original)
    whose = "This input" if owner is None else f"`{graph.label(owner)}.input`"
    message = f"{whose} is a fresh clone, not `{name}`, and the outputs are computed from `{name}`."
    related = _path(event, graph, found.original, owner)
    fixes = _fixes(event, graph, found.position, found.original)
    yield about_model(CODE, NAME, event, graph, message, None, related, fixes)


def _path(event: ModelBuilt, graph: Graph, original: KerasTensor, owner: Instance | None) -> tuple[Related[Site], ...]:
    name = graph.describe(original)
    related = made(graph, original)
    if owner is not None:
        cell = graph.operation(owner.address)
        where = cell.site if cell is not None else None
        related += related_to(f"this model is built from `{name}`, so Keras gives it a new Input", where)
    for unlisted in event.connectivity.unlisted if event.connectivity else ():
        source = graph.describe(unlisted.tensor)
        related += related_to(f"the graph of the output starts here, at `{source}`", graph.made_at(unlisted.tensor))
    return related


def _fixes(event: ModelBuilt, graph: Graph, index: int, original: KerasTensor) -> tuple[Fix[Site], ...]:
    """The original tensor in the clone's place: what the author meant, on every version."""
    text = graph.expression(original)
    site = event.inputs.leaf_sites[index]
    if site is None and len(event.inputs.leaves) == 1:
        site = event.inputs.site
    safe = not is_global_in_function(event, graph, original)
    return replacement(f"Use `{text}` itself as the input", site, text, safe=safe)


RULE = Rule(CODE, NAME, "the input is a clone of the tensor that the outputs are computed from", check)
