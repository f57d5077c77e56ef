"""KLS106 rebound-input: the variable that held an Input holds a later tensor when the model is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.disconnection import Rebound, cause, disconnection, find_rebound
from kls.rules.finding import Certainty, Finding, Outcome, Severity
from kls.rules.registry import Rule
from kls.rules.wording import consequence, here, ignorable, listed, outcomes, related_to, replacement

CODE, NAME = "KLS106", "rebound-input"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """A mid-graph tensor is listed where its Input is meant."""
    if not isinstance(event, ModelBuilt) or event.connectivity is None or ignorable(event):
        return
    broken = disconnection(event) is not None
    if broken and cause(event, graph) != NAME:
        return
    found = find_rebound(event, graph)
    if found is None:
        return
    refused = here(event, graph) == "raises"
    source = graph.visible(found.source)
    fixes = replacement(f"List `{source}` instead", event.inputs.leaf_sites[found.position], source, safe=False)
    where = graph.variable(found.source)
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR if broken or refused else Severity.WARNING,
        Certainty.PROVEN if broken or refused else Certainty.POSSIBLE,
        _message(event, graph, found, broken or refused),
        event.inputs.leaf_sites[found.position] or event.site,
        outcomes=_outcomes(event),
        absent=() if broken or refused else _left_out(graph, found),
        related=(
            *related_to("the Input is made here", None if where is None else where.site),
            *related_to(f"`{found.name}` is computed here", graph.made_at(found.tensor)),
        ),
        fixes=fixes,
    )


def _left_out(graph: Graph, found: Rebound) -> tuple[str, ...]:
    """The layers between the Input and the tensor that is listed in its place."""
    return graph.names(tuple(a for a in graph.ancestors((found.tensor,)) if not graph.is_input(a)))


def _message(event: ModelBuilt, graph: Graph, found: Rebound, fails: bool) -> str:
    left_out = _left_out(graph, found)
    source = graph.visible(found.source)
    if source is None:
        text = f"`{found.name}` is not the Input any more: it holds the output of `{graph.name(found.tensor.operation)}` now."
        advice = " Keep the Input in a variable of its own."
    else:
        text = f"`{found.name}` is not an Input: it is computed from `{source}`."
        advice = f" List `{source}`."
    if fails:
        return f"{text}{consequence(event, graph)}{advice}"
    return f"{text} The model starts there and leaves out {listed(left_out)}, on every version of Keras.{advice}"


def _outcomes(event: ModelBuilt) -> Mapping[str, Outcome]:
    return {era: Outcome.WRONG if what is Outcome.FINE else what for era, what in outcomes(event).items()}


RULE = Rule(CODE, NAME, "a later tensor is listed in place of the Input that its variable held", check)
