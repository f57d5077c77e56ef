"""KLS302 readded-layers: layers of one model are added to a Sequential, which shares their weights from then on."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import LayerAdded, SharedAfterTraining
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import created, ignorable, related_to, wrong

CODE, NAME = "KLS302", "readded-layers"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """A hint where it is done, a warning where the other model is used after the Sequential was trained."""
    if isinstance(event, LayerAdded) and event.owner is not None and event.namesake is None and not ignorable(event):
        new, old = graph.label(event.sequential), graph.label(event.owner)
        yield Finding(
            CODE,
            NAME,
            Severity.HINT,
            Certainty.SUSPECTED,
            f"The layers of `{old}` are in `{new}` too, with the same weights, and their `.output` stays that in "
            f"`{old}`. To train them apart, take those of `keras.models.clone_model({old})`.",
            event.site,
            outcomes=wrong(),
            related=created(graph, event.owner),
        )
    elif isinstance(event, SharedAfterTraining) and not ignorable(event):
        new, old = graph.label(event.sequential), graph.label(event.owner)
        yield Finding(
            CODE,
            NAME,
            Severity.WARNING,
            Certainty.PROVEN,
            f"`{new}` shares these layers with `{old}`: training `{new}` changes `{old}`, which is used afterwards. "
            f"Take the layers of `keras.models.clone_model({old})`, and copy the weights.",
            event.site,
            outcomes=wrong(),
            related=related_to(f"`{new}` is trained here", event.training) + created(graph, event.owner),
        )


RULE = Rule(CODE, NAME, "layers of one model are added to another, which shares their weights", check)
