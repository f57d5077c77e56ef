"""KLS204 undefined-sequential-input: `.input` or `.output` of a Sequential that was never called on a tensor."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import Era
from kls.graph.events import Undefined
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Fix, Severity
from kls.rules.registry import Rule
from kls.rules.wording import KERAS_3, created, ending, ignorable, raising, replacement

CODE, NAME = "KLS204", "undefined-sequential-input"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """Keras 3 defines them by the first call; `.inputs` and `.outputs` by building."""
    if not isinstance(event, Undefined) or event.reason not in ("never called", "not built") or ignorable(event):
        return
    model = graph.model(event.instance.address)
    if model is None or model.kind != "sequential":
        return
    name, attribute = graph.label(event.instance), event.attribute
    plural = attribute.rstrip("s") + "s"
    if model.functional is None:
        text = (
            f"`{name}` is not built, so that `.{attribute}` is not defined: its input shape is not known. "
            f"Let it start with `keras.Input(shape)`."
        )
        fixes: tuple[Fix[Site], ...] = ()
    else:
        text = (
            f"`{name}` was never called on a tensor, and only that defines `.{attribute}` of a Sequential in Keras 3. "
            f"`.{plural}` is defined."
        )
        place = ending(event.site, len(attribute))
        fixes = replacement(f"Use `.{plural}[0]`", place, f"{plural}[0]", safe=True)
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        text,
        event.site,
        outcomes=raising(KERAS_3) if graph.era is not Era.TF_KERAS else raising(),
        related=created(graph, event.instance),
        fixes=fixes,
    )


RULE = Rule(CODE, NAME, "`.input` or `.output` of a Sequential that was never called", check)
