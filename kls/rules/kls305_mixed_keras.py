"""KLS305 mixed-keras: objects of keras and of tf_keras in one graph."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import Era
from kls.graph.events import Mixed
from kls.graph.values import Instance, Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Outcome, Severity
from kls.rules.registry import Rule
from kls.rules.wording import KERAS_3, ignorable

CODE, NAME = "KLS305", "mixed-keras"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """Keras 3 and tf_keras, which is Keras 2, know nothing of each other."""
    if not isinstance(event, Mixed) or ignorable(event) or graph.era is Era.TF_KERAS:
        return
    silent = event.root == "keras" and event.called
    if silent:
        what = "it runs all the same, but a model that is built with it will not have its weights"
    else:
        what = "the two do not work together, and this raises"
    receiver = f"{_kind(event.receiver, graph)} `{graph.label(event.receiver)}` is of {event.root}"
    other = f"what it is given, `{graph.label(event.other)}`, is of {event.other_root}"
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        f"The {receiver}, and {other}: {what}. Import both from the same package.",
        event.site,
        outcomes=dict.fromkeys(KERAS_3, Outcome.WRONG if silent else Outcome.RAISES),
    )


def _kind(value: Instance, graph: Graph) -> str:
    cell = graph.operation(value.address)
    return "layer" if cell is None or cell.kind in ("layer", "op", "input") else "model"


RULE = Rule(CODE, NAME, "objects of keras and of tf_keras in one graph", check)
