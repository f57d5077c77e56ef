"""KLS111 fresh-input: a new Input is listed that nothing was ever computed from."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.disconnection import cause, disconnection, find_fresh, first_unlisted, inputs_of
from kls.rules.finding import Finding
from kls.rules.kls103_disconnected_graph import path_to
from kls.rules.registry import Rule
from kls.rules.wording import about_model, listed, made

CODE, NAME = "KLS111", "fresh-input"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """The outputs were computed from other tensors before, and listing an Input does not change that."""
    if disconnection(event) is None or not isinstance(event, ModelBuilt) or cause(event, graph) != NAME:
        return
    fresh = find_fresh(event, graph)
    assert fresh is not None
    first = first_unlisted(event)
    tensors = [inputs_of(event)[index] for index in fresh]
    names = listed([graph.describe(tensor) for tensor in tensors])
    output, source = graph.describe(first.path[0]), graph.describe(first.tensor)
    verb, them = ("is a new Input", "it") if len(tensors) == 1 else ("are new Inputs", "them")
    text = (
        f"{names} {verb} that nothing is computed from: `{output}` was computed from `{source}`. "
        f"Call the layers again, on {them}."
    )
    place = event.inputs.leaf_sites[fresh[0]] or event.site
    related = made(graph, tensors[0]) + path_to(graph, first)
    yield about_model(CODE, NAME, event, graph, text, place, related, ())


RULE = Rule(CODE, NAME, "a new Input is listed that nothing was computed from", check)
