"""KLS108 not-chained: the input of one model and the output of another, without a call that joins them."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.disconnection import cause, disconnection, find_unchained, first_unlisted, fits
from kls.rules.finding import Finding
from kls.rules.registry import Rule
from kls.rules.wording import about_model, created, replacement

CODE, NAME = "KLS108", "not-chained"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """`Model(generator.input, discriminator.output)`."""
    if disconnection(event) is None or not isinstance(event, ModelBuilt) or cause(event, graph) != NAME:
        return
    found = find_unchained(event, graph)
    assert found is not None
    first, second = graph.label(found.first), graph.label(found.second)
    text = (
        f"`{first}` and `{second}` are not joined: `{second}.output` is computed from `{second}.input`, and nothing "
        f"calls `{second}` on the output of `{first}`."
    )
    place = event.outputs.leaf_sites[first_unlisted(event).output]
    before, after = graph.model(found.first.address), graph.model(found.second.address)
    assert before is not None
    assert after is not None
    fitting = [tensor for tensor in before.outputs if fits(graph, tensor, after.inputs[0]) is not False]
    sure = fits(graph, fitting[0], after.inputs[0]) is True
    shown = graph.visible(found.first) is not None and graph.visible(found.second) is not None
    output = graph.expression(fitting[0]) if len(fitting) == 1 else None
    chained = f"{second}({output})" if shown and output is not None else None
    fixes = replacement(f"Call it: `{chained}`", place, chained, safe=sure)
    related = (*created(graph, found.first), *created(graph, found.second))
    yield about_model(CODE, NAME, event, graph, text, place, related, fixes)


RULE = Rule(CODE, NAME, "the input of one model and the output of another, without a call that joins them", check)
