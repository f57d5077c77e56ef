"""KLS211 nested-output-list: the output of a model that is a list of one, put into a list of outputs."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import ERAS
from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Fix, Outcome, Severity
from kls.rules.registry import Rule
from kls.rules.wording import KERAS_3, created, ending, ignorable, replacement

CODE, NAME = "KLS211", "nested-output-list"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """`Model(inputs, [conv.output, model.output])` where `model` was made with `outputs=[x]` (`Functional.__init__`)."""
    if not isinstance(event, ModelBuilt) or ignorable(event):
        return
    for place, owner in event.nested:
        name = graph.label(owner)
        spelled = len(event.outputs.leaf_sites) > place and len(event.outputs.leaves) == len(event.outputs.leaf_sites)
        where = event.outputs.leaf_sites[place] if spelled else None
        fixes: tuple[Fix[Site], ...] = ()
        if where is not None and event.outputs.attributes[place : place + 1] == ("output",):
            fixes = replacement("Use `.outputs[0]`", ending(where, len("output")), "outputs[0]", safe=False)
        yield Finding(
            CODE,
            NAME,
            Severity.WARNING,
            Certainty.POSSIBLE,
            f"`{name}.output` is a list of one in Keras 3, since `{name}` was made with a list: what this model gives is a list "
            f"within a list. Use `{name}.outputs[0]`.",
            where or event.outputs.site or event.site,
            outcomes={era.value: Outcome.WRONG if era.value in KERAS_3 else Outcome.FINE for era in ERAS},
            related=created(graph, owner),
            fixes=fixes,
        )
        return


RULE = Rule(CODE, NAME, "a list of one within the list of outputs", check)
