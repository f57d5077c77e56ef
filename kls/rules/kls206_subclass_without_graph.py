"""KLS206 subclass-without-graph: `.input` or `.output` of a subclassed model."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import Undefined
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import KERAS_3, created, ignorable, raising

CODE, NAME = "KLS206", "subclass-without-graph"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """What its `call` does is not recorded."""
    if not isinstance(event, Undefined) or event.reason != "no graph" or ignorable(event):
        return
    name, attribute = graph.label(event.instance), event.attribute
    text = f"`{name}` is a subclassed model, which has no graph and so no `.{attribute}`."
    if not attribute.endswith("s"):
        text = f"`{name}` is a subclassed model that was never called on a symbolic tensor: it has no `.{attribute}`."
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        f"{text} To get a graph, run its `call` on an Input: `x = keras.Input(shape)`, `keras.Model(x, {name}.call(x))`.",
        event.site,
        outcomes=raising(KERAS_3) if attribute.endswith("s") else raising(),
        related=created(graph, event.instance),
    )


RULE = Rule(CODE, NAME, "`.input` or `.output` of a subclassed model, which has no graph", check)
