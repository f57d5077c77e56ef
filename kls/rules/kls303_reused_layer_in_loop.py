"""KLS303 reused-layer-in-loop: a loop calls one layer again and again, so that all its steps share the weights."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import CalledAgain
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import created, ignorable, wrong

CODE, NAME = "KLS303", "reused-layer-in-loop"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """`for _ in range(3): x = dense(x)`."""
    if not isinstance(event, CalledAgain) or ignorable(event):
        return
    name = graph.label(event.layer)
    yield Finding(
        CODE,
        NAME,
        Severity.HINT,
        Certainty.SUSPECTED,
        f"Every step of this loop calls the same `{name}`, with the same weights. For layers of their own, "
        f"make the layer inside the loop.",
        event.site,
        outcomes=wrong(),
        repeated=graph.names((event.layer.address,)),
        related=created(graph, event.layer),
    )


RULE = Rule(CODE, NAME, "a loop calls one layer again and again, with the same weights", check)
