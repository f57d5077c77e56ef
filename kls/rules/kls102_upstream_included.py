"""KLS102 upstream-included: a model that starts at a preprocessing model's `.input` takes all of it in."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor
from kls.graph.events import Instance, ModelBuilt, Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Outcome, Severity
from kls.rules.registry import Rule
from kls.rules.wording import counted, created, listed, replacement

CODE, NAME = "KLS102", "upstream-included"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """The inputs are those of a model of nothing but preprocessing, and the outputs go on from its output."""
    if not isinstance(event, ModelBuilt) or event.connectivity is None or event.connectivity.unlisted:
        return
    for index, tensor in enumerate(event.inputs.leaves):
        owner = graph.owner(tensor, "input") if type(tensor) is KerasTensor else None
        if owner is None or owner == event.instance or not isinstance(tensor, KerasTensor):
            continue
        boundary = _boundary(owner, graph)
        if boundary is None or boundary in event.outputs.leaves or len(event.inputs.leaves) != 1:
            continue
        if not all(type(o) is KerasTensor and graph.is_from(o, boundary) for o in event.outputs.leaves):
            continue
        name = graph.visible(owner)
        if name is None or event.inputs.attributes[index : index + 1] != ("input",):
            continue  # only `pre.input` spelled out tells that the author thought of the boundary
        included = graph.names(tuple(a for a in graph.ancestors((boundary,)) if not graph.is_input(a)))
        params = graph.params(graph.ancestors((boundary,)))
        message = (
            f"This model includes the preprocessing of `{name}`: {listed(included)}{counted(params)}. "
            f"To start behind it, use `{name}.output` as the input."
        )
        yield Finding(
            CODE,
            NAME,
            Severity.HINT,
            Certainty.SUSPECTED,
            message,
            event.site,
            outcomes=dict.fromkeys(event.outcomes, Outcome.FINE),
            leaked=graph.names(graph.ancestors((boundary,))),
            related=created(graph, owner),
            fixes=replacement(
                f"Use `{name}.output` as the input",
                event.inputs.leaf_sites[index],
                f"{name}.output",
                safe=False,
            ),
        )
        return


def _boundary(owner: Instance, graph: Graph) -> KerasTensor | None:
    """The one output of a model that only preprocesses."""
    model = graph.model(owner.address)
    if model is None or len(model.outputs) != 1 or not model.complete:
        return None
    layers = [a for a in model.operations if not graph.is_input(a)]
    return model.outputs[0] if layers and all(graph.is_preprocessing(a) for a in layers) else None


RULE = Rule(CODE, NAME, "the model takes in the preprocessing that it seems to be built upon", check)
