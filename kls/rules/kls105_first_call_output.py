"""KLS105 first-call-output: `.output` of a layer that is called several times is always that of the first call."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor
from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.disconnection import cause, disconnection, find_first_call, inputs_of
from kls.rules.finding import Certainty, Finding, Fix, Outcome, Severity
from kls.rules.registry import Rule
from kls.rules.wording import about_model, ignorable, listed, outcomes, related_to, replacement

CODE, NAME = "KLS105", "first-call-output"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """The first call's tensor is in another graph, or it is in this one beside those of other calls."""
    if not isinstance(event, ModelBuilt) or event.connectivity is None or ignorable(event):
        return
    if disconnection(event) is None:
        if event.duplicate is None:
            yield from _ambiguous(event, graph)
        return
    if cause(event, graph) != NAME:
        return
    found = find_first_call(event, graph)
    assert found is not None
    layer = graph.label(graph.instance(found.taken.operation))
    names = [name for name in (graph.visible(tensor) for tensor in found.meant) if name is not None]
    text = (
        f"`{layer}` is called several times, and `.output` is always that of its first call{_on(graph, found.taken)}, "
        f"which is not connected to these inputs. {_advice(names)}"
    )
    index = next((i for i, leaf in enumerate(event.outputs.leaves) if leaf == found.taken), None)
    site = None if index is None else event.outputs.leaf_sites[index]
    fixes = _fixes(graph, found.meant, site)
    related = related_to(f"`{layer}` is called here first", graph.made_at(found.taken))
    yield about_model(CODE, NAME, event, graph, text, site, related, fixes)


def _on(graph: Graph, tensor: KerasTensor) -> str:
    """ ", on `a`", for a call."""
    node = graph.node(tensor)
    first = node.inputs[0] if node is not None and node.inputs else None
    return f", on `{graph.describe(first)}`" if isinstance(first, KerasTensor) else ""


def _advice(names: list[str]) -> str:
    if names:
        return f"The call in this graph gave {listed(names)}."
    return "Keep the tensor that the call in this graph returns, and use that."


def _ambiguous(event: ModelBuilt, graph: Graph) -> Iterator[Finding[Site]]:
    """The graph is connected, but another call may be meant."""
    inputs = inputs_of(event)
    for index, leaf in enumerate(event.outputs.leaves):
        place = event.outputs.leaf_sites[index]
        if not isinstance(leaf, KerasTensor) or graph.read_at(leaf) is None or graph.is_stacked(leaf.operation):
            continue
        if place is not None and place != graph.read_at(leaf):
            continue  # a variable: whoever wrote that had a call in mind
        calls = [call._replace(tensor_index=leaf.tensor_index) for call, _ in graph.calls(leaf.operation)]
        others = tuple(call for call in calls[1:] if graph.computable(call, inputs))
        if not others:
            continue
        layer = graph.label(graph.instance(leaf.operation))
        suspicion = _suspicion(event, graph, leaf, others)
        names = [name for name in (graph.visible(tensor) for tensor in (leaf, *others)) if name is not None]
        meant = f" Use the tensor of the call that you mean: {listed(names, last='or')}." if names else ""
        text = f"`{layer}` is called several times, and `.output` is always that of its first call{_on(graph, leaf)}"
        yield Finding(
            CODE,
            NAME,
            Severity.WARNING if suspicion else Severity.INFORMATION,
            Certainty.POSSIBLE if suspicion else Certainty.SUSPECTED,
            f"{text}{suspicion or '.'}{meant}",
            place or event.outputs.site or event.site,
            outcomes=dict.fromkeys(outcomes(event), Outcome.WRONG),
            related=related_to(f"`{layer}` is called here first", graph.made_at(leaf)),
            fixes=_fixes(graph, others, place),
        )


def _suspicion(event: ModelBuilt, graph: Graph, leaf: KerasTensor, others: tuple[KerasTensor, ...]) -> str | None:
    """What speaks for another call: an output hangs on it, it is a later step of a loop, or takes an input of its own."""
    for output in event.outputs.leaves:
        if isinstance(output, KerasTensor) and output != leaf and not graph.is_from(output, leaf):
            for other in others:
                if graph.is_from(output, other):
                    return f", while `{graph.describe(output)}` is computed from another of its calls."
    if any(graph.made_at(other) == graph.made_at(leaf) and graph.is_from(other, leaf) for other in others):
        return ", and the loop that calls it again goes on from there."
    found = event.connectivity
    for index in found.unused if found is not None else ():
        unused = inputs_of(event)[index]
        if any(graph.is_from(other, unused) for other in others):
            return f": nothing here is computed from `{graph.describe(unused)}`, which another call takes."
    return None


def _fixes(graph: Graph, meant: tuple[KerasTensor, ...], site: Site | None) -> tuple[Fix[Site], ...]:
    """The variables of the other calls; safe where there is but one."""
    texts = [text for text in (graph.visible(tensor) for tensor in meant) if text is not None]
    return tuple(fix for text in texts for fix in replacement(f"Use `{text}`", site, text, safe=False))


RULE = Rule(CODE, NAME, "`.output` of a layer called several times is that of its first call", check)
