"""KLS305 mixed-keras: objects of keras and of tf_keras in one graph."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import Era
from kls.graph.events import Mixed
from kls.graph.qualified import INTERNAL, spelled
from kls.graph.values import Instance, Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Outcome, Severity
from kls.rules.registry import Rule
from kls.rules.wording import KERAS_3, ignorable

CODE, NAME = "KLS305", "mixed-keras"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """Keras 3 and tf_keras, which is Keras 2, know nothing of each other."""
    if not isinstance(event, Mixed) or ignorable(event):
        return
    is_old = graph.context.environment.era is Era.TF_KERAS
    if is_old and (event.how == "given" or {event.root, event.other_root} == {"keras", "tf_keras"}):
        return
    newer = event.root == "keras" or event.other_root == INTERNAL
    silent = event.how == "called" and event.root != INTERNAL and newer
    later = event.how == "joined" and event.root == "keras"
    if silent:
        what = "it runs all the same, but a model that is built with it will not have its weights"
    elif event.how == "joined":
        what = f"no graph holds both, and this raises, {'at once or when the model is run' if later else 'at once'}"
    else:
        what = "the two do not work together, and this raises"
    receiver = f"{_named(event.receiver, graph)} is of {spelled(event.root)}"
    other = f"what it is given, `{graph.label(event.other)}`, is of {spelled(event.other_root)}"
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        f"The {receiver}, and {other}: {what}. Import both from the same package.",
        event.site,
        outcomes=dict.fromkeys(KERAS_3, Outcome.WRONG if silent or later else Outcome.RAISES),
    )


def _named(value: Instance, graph: Graph) -> str:
    """A layer or model; one that is just being made may have no name yet."""
    cell = graph.operation(value.address)
    kind = "layer" if cell is None or cell.kind in ("layer", "op", "input") else "model"
    return kind if cell is not None and cell.name is None else f"{kind} `{graph.label(value)}`"


RULE = Rule(CODE, NAME, "objects of keras and of tf_keras in one graph", check)
