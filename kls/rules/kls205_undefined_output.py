"""KLS205 undefined-output: `.output` or `.input` of a layer that was never called on a tensor."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import Undefined
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import created, ignorable, raising

CODE, NAME = "KLS205", "undefined-output"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """A call with data defines nothing: it takes a symbolic tensor."""
    if not isinstance(event, Undefined) or event.reason != "never called" or ignorable(event):
        return
    if graph.model(event.instance.address) is not None:
        return
    name = graph.label(event.instance)
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        f"`{name}` was never called on a symbolic tensor, so that it has no `.{event.attribute}`. A call with data, or "
        f"inside the `call` of a subclassed model, does not count: call it on an Input, and keep what that returns.",
        event.site,
        outcomes=raising(),
        related=created(graph, event.instance),
    )


RULE = Rule(CODE, NAME, "`.output` or `.input` of a layer that was never called", check)
