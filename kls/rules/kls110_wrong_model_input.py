"""KLS110 wrong-model-input: the input of a model that the outputs are not computed in."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.cells import KerasTensor
from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.disconnection import WrongInput, cause, disconnection, find_wrong_input, first_unlisted
from kls.rules.finding import Finding, Fix
from kls.rules.kls103_disconnected_graph import path_to
from kls.rules.registry import Rule
from kls.rules.wording import about_model, replacement

CODE, NAME = "KLS110", "wrong-model-input"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """`Model(a.input, b.get_layer("x").output)`, or `Model(sub.input, sub(h))`."""
    if disconnection(event) is None or not isinstance(event, ModelBuilt) or cause(event, graph) != NAME:
        return
    found = find_wrong_input(event, graph)
    assert found is not None
    first = first_unlisted(event)
    wrong, output = graph.label(found.model), graph.describe(first.path[0])
    if found.call is not None:
        text = (
            f"`{wrong}.input` is the Input of `{wrong}` itself, but `{output}` comes of calling `{wrong}` on another "
            f"tensor{_argument(graph, found.call)}."
        )
    else:
        assert found.right is not None
        text = f"`{output}` is computed in `{graph.label(found.right)}`, and these are the inputs of `{wrong}`."
    place = event.inputs.leaf_sites[0] if len(event.inputs.leaves) == 1 else event.inputs.site
    fixes = _fixes(event, graph, found)
    yield about_model(CODE, NAME, event, graph, text, place, path_to(graph, first), fixes)


def _passed(graph: Graph, call: KerasTensor) -> KerasTensor | None:
    """The one tensor that a model was called on."""
    node = graph.node(call)
    one = node.inputs[0] if node is not None and len(node.inputs) == 1 else None
    return one if isinstance(one, KerasTensor) else None


def _argument(graph: Graph, call: KerasTensor) -> str:
    passed = _passed(graph, call)
    return "" if passed is None else f", `{graph.describe(passed)}`"


def _fixes(event: ModelBuilt, graph: Graph, found: WrongInput) -> tuple[Fix[Site], ...]:
    """The input that the output is computed from, or the output that the input leads to."""
    model = graph.model(found.model.address)
    if found.call is None:
        right = graph.model(found.right.address) if found.right is not None else None
        texts = [graph.expression(tensor) for tensor in right.inputs] if right is not None else [None]
        if None in texts:
            return ()
        joined = ", ".join(text for text in texts if text is not None)
        new = joined if len(texts) == 1 else f"[{joined}]"
        name = None if found.right is None else graph.visible(found.right)
        if name is not None and len(texts) == 1 and event.inputs.attributes == ("input",):
            new = f"{name}.input"  # as the source spells the wrong one
        return replacement(f"Use `{new}`", event.inputs.site, new, safe=False)
    passed = _passed(graph, found.call)
    text = None if passed is None else graph.expression(passed)
    fixes = replacement(f"Start at `{text}`", event.inputs.site, text, safe=False)
    if model is not None and len(model.outputs) == 1 and event.outputs.leaves == (found.call,):
        own = graph.expression(model.outputs[0])
        fixes += replacement(f"End at `{own}`", event.outputs.site, own, safe=False)
    return fixes


RULE = Rule(CODE, NAME, "the input of a model that the outputs are not computed in", check)
