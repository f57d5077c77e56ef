"""KLS209 read-only-attribute: an attribute of a layer or model is set that cannot be, or to no effect."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import ERAS, Era
from kls.graph.events import Assigned
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Outcome, Severity
from kls.rules.registry import Rule
from kls.rules.wording import created, ignorable

CODE, NAME = "KLS209", "read-only-attribute"

ONLY_KERAS_2 = frozenset("name inbound_nodes outbound_nodes".split())
"""Attributes that Keras 3 lets be set."""


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """`model.layers = ...`, `model.outputs = [...]`."""
    if not isinstance(event, Assigned) or ignorable(event):
        return
    name, attribute = graph.label(event.owner), event.attribute
    raises = event.outcome == "raises"
    if raises:
        text = f"{graph.version} does not let `.{attribute}` of `{name}` be set: this raises AttributeError."
    else:
        text = f"Setting `.{attribute}` does not change what `{name}` computes."
    if graph.model(event.owner.address) is None and attribute in ("input", "output"):
        advice = f" Call `{name}` on another tensor, and keep what it returns."
    elif attribute in ("layers", "input", "output", "outputs", "inputs"):
        advice = f" Make a new model: `keras.Model({name}.inputs, {name}.layers[-2].output)`."
    elif attribute == "name":
        advice = " Pass the name when the layer is made, or set `._name`."
    else:
        advice = ""
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR if raises else Severity.WARNING,
        Certainty.PROVEN,
        text + advice,
        event.site,
        outcomes={era.value: _outcome(event, era) for era in ERAS},
        related=created(graph, event.owner),
    )


def _outcome(event: Assigned, era: Era) -> Outcome:
    if event.attribute in ("inputs", "outputs"):
        return Outcome.WRONG if era is Era.TF_KERAS else Outcome.RAISES
    if event.attribute in ONLY_KERAS_2 and era is not Era.TF_KERAS:
        return Outcome.FINE
    return Outcome.RAISES


RULE = Rule(CODE, NAME, "an attribute of a layer or model is set that cannot be", check)
