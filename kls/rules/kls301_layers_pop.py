"""KLS301 layers-pop: `model.layers` is a copy, and changing it leaves the model as it is."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import LayersChanged
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import created, ignorable, replacement, wrong

CODE, NAME = "KLS301", "layers-pop"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """`model.layers.pop()`, `del model.layers[-1]` and their like."""
    if not isinstance(event, LayersChanged) or ignorable(event):
        return
    model, name = graph.model(event.model.address), graph.label(event.model)
    shown = graph.visible(event.model)
    is_stack = model is not None and model.kind == "sequential"
    advice = f"Start again from `{name}.layers[-2].output`."
    if is_stack:
        advice = f"Use `{name}.pop()`." if event.method == "pop" else f"Use `{name}.add()` and `{name}.pop()`."
    own = f"{shown}.pop()" if is_stack and shown is not None and event.method == "pop" else None
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        Certainty.PROVEN,
        f"`{name}.layers` is a copy: changing it has no effect, and the model keeps its layers. {advice}",
        event.site,
        model=shown,
        outcomes=wrong(),
        leaked=graph.names((event.gone.address,)) if event.gone is not None else (),
        related=created(graph, event.model),
        fixes=replacement(f"Use `{own}`", event.site, own, safe=False),
    )


RULE = Rule(CODE, NAME, "`model.layers` is a copy, and changing it has no effect", check)
