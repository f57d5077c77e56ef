"""KLS307 late-bound-lambda: the function of a Lambda layer reads a variable that is another one when the model runs."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import Era
from kls.graph.events import LateBound
from kls.graph.values import KerasTensor, Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Outcome, Severity
from kls.rules.registry import Rule
from kls.rules.wording import KERAS_3, ignorable, made, replacement, wrong

CODE, NAME = "KLS307", "late-bound-lambda"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """A loop's variable, which is the last one in all steps, or a tensor that is no input of the layer."""
    if not isinstance(event, LateBound) or ignorable(event):
        return
    if isinstance(event.before, KerasTensor):
        is_old = graph.era is Era.TF_KERAS
        consequence = f"{graph.version} refuses it" if is_old else "the model cannot be run"
        yield Finding(
            CODE,
            NAME,
            Severity.ERROR if is_old else Severity.WARNING,
            Certainty.PROVEN,
            f"The function of this Lambda reads the symbolic tensor `{event.variable}`, which is none of its inputs: "
            f"{consequence}. Call the Lambda on a list with it.",
            event.site,
            outcomes={Era.TF_KERAS.value: Outcome.RAISES, **dict.fromkeys(KERAS_3, Outcome.WRONG)},
            related=made(graph, event.before),
        )
        return
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        Certainty.PROVEN,
        f"`{event.variable}` is {event.before!r} when this Lambda is made, and {event.after!r} when the model runs its "
        f"function. Bind it by a parameter with a default, `{event.variable}={event.variable}`.",
        event.site,
        outcomes=wrong(),
        fixes=replacement(f"Bind `{event.variable}`", event.room, f", {event.variable}={event.variable}", safe=False),
    )


RULE = Rule(CODE, NAME, "the function of a Lambda layer reads a variable that changes before the model runs", check)
