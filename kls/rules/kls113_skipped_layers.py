"""KLS113 skipped-layers: two parts cut out of one graph are joined, and layers between them are in neither."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor, ModelCell
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
        output = before.outputs[given.tensor_index]
        end = _places(graph, before).get(output, graph.original(output))
        begin = _places(graph, own).get(start, start)
        between = _between(graph, end, begin)
        params = graph.params(between)
        if begin == start or not between or params == 0 or not _is_meant(graph, start, between):
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
            absent=graph.names(between),
            related=(*created(graph, graph.instance(given.operation)), *created(graph, event.instance)),
        )
        return


def _places(graph: Graph, model: ModelCell) -> dict[KerasTensor, KerasTensor]:
    """Where a part lies in the graph that its layers were called in first, tensor by tensor; empty if it is no part.

    Its calls are repetitions: by a clone of that graph, or by a program that calls the layers again on a new Input.
    """
    found = {t: graph.original(t) for t in model.inputs if graph.original(t) != t}
    for address, index in model.nodes:
        cell = graph.operation(address)
        if cell is None or cell.kind == "input":
            continue
        node = cell.nodes[index]
        if not node.exact:
            return {}
        first = cell.nodes[0]
        if index > 0 and len(node.inputs) == len(first.inputs):
            for one, other in zip(node.inputs, first.inputs):  # a new Input stands for what the first call took
                if isinstance(one, KerasTensor) and isinstance(other, KerasTensor) and one in model.inputs:
                    found.setdefault(one, other)
        wanted = tuple(found.get(t, t) for t in node.inputs if isinstance(t, KerasTensor))
        same = next((i for i, other in enumerate(cell.nodes) if other.inputs == wanted), None)
        if same is None:
            return {}
        for i in range(len(node.outputs)):
            found[KerasTensor(address, index, i)] = KerasTensor(address, same, i)
    return found


def _is_meant(graph: Graph, start: KerasTensor, between: tuple[tuple[object, ...], ...]) -> bool:
    """Whether the parts were meant to meet: cut out of one graph, or called again with one layer forgotten."""
    weighted = [address for address in between if graph.params((address,)) != 0]
    return graph.original(start) != start or len(weighted) == 1


def _between(graph: Graph, end: KerasTensor, begin: KerasTensor) -> tuple[tuple[object, ...], ...]:
    """The layers that lead from one tensor to another, if they do."""
    if end == begin or not graph.is_from(begin, end):
        return ()
    before = set(graph.ancestors((end,)))
    return tuple(address for address in graph.ancestors((begin,)) if address not in before)


RULE = Rule(CODE, NAME, "layers between two parts that are joined are in neither of them", check)
