"""KLS212 unknown-argument: a layer is made with a keyword that its constructor does not have."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from kls.environment.era import ERAS
from kls.graph.events import UnknownArgument
from kls.graph.shapes import arguments, refuses
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import ignorable, raising, replacement

CODE, NAME = "KLS212", "unknown-argument"

INSTEAD = {
    "batch_input_shape": "Start with `keras.Input(batch_shape=shape)`.",
    "batch_size": "Start with `keras.Input(shape, batch_size)`.",
    "weights": "Build the layer, then `set_weights`.",
}
"""What serves in Keras 3 for arguments that every layer of Keras 2 had."""


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """A function that nobody calls may be for another Keras: there only what no Keras has is a fault."""
    if not isinstance(event, UnknownArgument) or ignorable(event):
        return
    cell = graph.operation(event.layer.address)
    if cell is None:
        return
    refusing = tuple(era.value for era in ERAS if refuses(cell.cls, event.name, era.value))
    if event.assumed and len(refusing) < len(ERAS):
        return
    near = get_close_matches(event.name, arguments(cell.cls, graph.era.value), 1, 0.75)
    text = f"`{cell.cls}` has no argument `{event.name}`: {graph.version} refuses it."
    if event.name in INSTEAD:
        near = []
        text += f" {INSTEAD[event.name]}"
    elif near:
        text += f" The nearest is `{near[0]}`."
    fixes = replacement(f"Change it to `{near[0]}`", event.place, near[0], safe=False) if near else ()
    outcomes = raising(refusing)
    yield Finding(CODE, NAME, Severity.ERROR, Certainty.PROVEN, text, event.place, outcomes=outcomes, fixes=fixes)


RULE = Rule(CODE, NAME, "a layer is made with a keyword that its constructor does not have", check)
