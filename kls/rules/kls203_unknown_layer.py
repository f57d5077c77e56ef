"""KLS203 unknown-layer: `get_layer` asks for a layer that the model does not have."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import Undefined
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import created, ignorable, listed, raising, replacement

CODE, NAME = "KLS203", "unknown-layer"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """By name or by index."""
    if not isinstance(event, Undefined) or event.reason != "no layer" or ignorable(event):
        return
    model, names = graph.label(event.instance), event.facts.get("names")
    known = [name for name in names if isinstance(name, str)] if isinstance(names, tuple) else []
    near, where = event.facts.get("near"), event.facts.get("where")
    wanted = event.attribute.strip("'\"")
    if event.attribute.lstrip("-").isdigit():
        text = f"`{model}` has {len(known)} layers, so that there is none at {event.attribute}."
    elif isinstance(near, str):
        text = f"`{model}` has no layer `{wanted}`. The nearest name is `{near}`."
    else:
        text = f"`{model}` has no layer `{wanted}`: its layers are {listed(known, 6)}."
    place = where if isinstance(where, Site) else None
    fixes = replacement(f"Change it to `{near}`", place, repr(near).replace("'", '"'), safe=False)
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        text,
        place or event.site,
        outcomes=raising(),
        related=created(graph, event.instance),
        fixes=fixes if isinstance(near, str) else (),
    )


RULE = Rule(CODE, NAME, "`get_layer` asks for a layer that the model does not have", check)
