"""KLS107 skip-crosses-cut: a model is cut out of a graph at a tensor that another path leads around."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.adding import adding
from kls.rules.disconnection import Crossing, cause, disconnection, find_crossing, first_unlisted
from kls.rules.finding import Finding, Fix
from kls.rules.kls103_disconnected_graph import path_to
from kls.rules.registry import Rule
from kls.rules.wording import about_model, listed

CODE, NAME = "KLS107", "skip-crosses-cut"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """The outputs are computed from the cut and from what lies before it."""
    if disconnection(event) is None or not isinstance(event, ModelBuilt) or cause(event, graph) != NAME:
        return
    found = find_crossing(event, graph)
    assert found is not None
    beside = listed(list(dict.fromkeys(graph.describe(tensor) for tensor in found.beside)))
    text = (
        f"The model is cut off at `{graph.describe(found.cut)}`, but a path leads around that: "
        f"the outputs are computed from {beside} as well."
    )
    first = first_unlisted(event)
    place = event.outputs.leaf_sites[first.output]
    yield about_model(CODE, NAME, event, graph, text, place, path_to(graph, first), _fixes(event, graph, found))


def _fixes(event: ModelBuilt, graph: Graph, found: Crossing) -> tuple[Fix[Site], ...]:
    """Make what leads around the cut an input too. The model is called with more then."""
    edits = adding(event.inputs, graph, found.beside)
    title = ", ".join(f"`{graph.expression(tensor)}`" for tensor in found.beside)
    return (Fix(f"Make {title} an input too", edits, safe=False),) if edits else ()


RULE = Rule(CODE, NAME, "a path leads around the tensor at which the model is cut off", check)
