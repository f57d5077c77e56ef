"""KLS113 skipped-layers: two parts cut out of one graph are joined, and layers between them are in neither."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor
from kls.graph.events import ModelCalled
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.wording import counted, created, ignorable, listed, wrong

CODE, NAME = "KLS113", "skipped-layers"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """`decoder(encoder(x))` where the decoder starts at a tensor that lies behind the encoder's output."""
    if not isinstance(event, ModelCalled) or ignorable(event):
        return
    own = graph.model(event.instance.address)
    if own is None or len(own.inputs) != len(event.tensors):
        return
    for given, start in zip(event.tensors, own.inputs):
        before = graph.model(given.operation)
        if before is None or given.tensor_index >= len(before.outputs):
            continue
        end, begin = graph.original(before.outputs[given.tensor_index]), graph.original(start)
        between = _between(graph, end, begin)
        params = graph.params(between)
        if begin == start or not between or params == 0:
            continue
        first, second = graph.label(graph.instance(given.operation)), graph.label(event.instance)
        layers = listed(graph.names(between))
        is_are = "is" if len(between) == 1 else "are"
        yield Finding(
            CODE,
            NAME,
            Severity.WARNING,
            Certainty.POSSIBLE,
            f"`{first}` ends at `{graph.describe(end)}` and `{second}` starts at `{graph.describe(begin)}`: {layers}"
            f"{counted(params)} between them {is_are} in neither. The shapes fit, so that no version of Keras tells.",
            event.site,
            outcomes=wrong(),
            related=(*created(graph, graph.instance(given.operation)), *created(graph, event.instance)),
        )
        return


def _between(graph: Graph, end: KerasTensor, begin: KerasTensor) -> tuple[tuple[object, ...], ...]:
    """The layers that lead from one tensor to another, if they do."""
    if end == begin or not graph.is_from(begin, end):
        return ()
    before = set(graph.ancestors((end,)))
    return tuple(address for address in graph.ancestors((begin,)) if address not in before)


RULE = Rule(CODE, NAME, "layers between two parts that are joined are in neither of them", check)
