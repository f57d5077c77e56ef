"""KLS201 not-a-tensor: a layer, a number or None where Keras needs a tensor."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import ModelBuilt, NotALayer, NotCalled
from kls.graph.qualified import LAYER_CLASSES
from kls.graph.values import Class, External, Function, Instance, KerasTensor, Opaque, Site, Value
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Edit, Finding, Fix, Severity
from kls.rules.registry import Rule
from kls.rules.wording import article, created, ignorable, raising

CODE, NAME = "KLS201", "not-a-tensor"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """In the inputs or outputs of a model, or as the argument of a layer."""
    if isinstance(event, NotALayer) and not ignorable(event):
        stack = graph.label(event.sequential)
        text = f"`{stack}` is made of layers: this is {_what(event.value, graph)}{_instead(event.value)}"
        yield _finding(text, event.value_site or event.site, event.value, graph)
        return
    if isinstance(event, NotCalled) and not ignorable(event):
        receiver = graph.label(event.receiver)
        text = f"`{receiver}` must be called on tensors: this is {_what(event.value, graph)}"
        yield _finding(f"{text}{_advice(event.value, graph)}", event.value_site or event.site, event.value, graph)
        return
    if not isinstance(event, ModelBuilt) or event.connectivity is not None or ignorable(event):
        return
    for side, argument in (("inputs", event.inputs), ("outputs", event.outputs)):
        for position, (value, place) in enumerate(zip(argument.leaves, argument.leaf_sites)):
            if _is_no_tensor(value, graph):
                text = f"The {side} of a model must be tensors: this is {_what(value, graph)}{_advice(value, graph)}"
                if value is None and argument.attributes[position : position + 1] in (("inputs",), ("outputs",)):
                    text += " A model that is not built has no inputs and outputs: let it start with an Input."
                yield _finding(text, place or argument.site or event.site, value, graph)
                return


def _finding(message: str, place: Site, value: Value, graph: Graph) -> Finding[Site]:
    related = created(graph, value) if isinstance(value, Instance) else ()
    fixes = _fixes(value, graph) if isinstance(value, Instance) else ()
    return Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        f"{message} {graph.version} refuses it.",
        place,
        outcomes=raising(),
        related=related,
        fixes=fixes,
    )


def _is_no_tensor(value: Value, graph: Graph) -> bool:
    if isinstance(value, Instance):
        return graph.operation(value.address) is not None
    if isinstance(value, Opaque):
        return value.kind in ("array", "tensor")
    if isinstance(value, External):
        return value.name.startswith(LAYER_CLASSES)
    return value is None or isinstance(value, Function | Class) or type(value) in (int, float, bool, str, bytes)


def _what(value: Value, graph: Graph) -> str:
    """ "the layer `d`, a Dense", "the number 0"."""
    if isinstance(value, Instance):
        kind = "layer" if graph.model(value.address) is None else "model"
        cell = graph.operation(value.address)
        cls = f", {article(cell.cls)}" if cell is not None and kind == "layer" else ""
        return f"the {kind} `{graph.label(value)}`{cls}"
    if isinstance(value, Opaque):
        return "a tensor of values" if value.kind == "tensor" else "an array"
    if isinstance(value, KerasTensor):
        return f"the tensor `{graph.describe(value)}`"
    if isinstance(value, External | Class):
        return f"`{value.name.rpartition('.')[2]}`, which is not called"
    if isinstance(value, Function):
        return "a function"
    if value is None:
        return "None"
    if not isinstance(value, int | float | str | bytes):
        return "a list"
    kind = {int: "the number ", float: "the number ", str: "the string ", bytes: "the string "}.get(type(value), "")
    return f"{kind}{value!r}"


def _instead(value: Value) -> str:
    """What belongs into a Sequential in its place."""
    if isinstance(value, KerasTensor):
        return ". Add the layer itself, not what calling it gave."
    if isinstance(value, External | Class):
        return ": write brackets behind it."
    return "." if value is None or isinstance(value, str | int | float) else ". Add layers one by one."


def _advice(value: Value, graph: Graph) -> str:
    if value is None:
        return ". A function that does not return gives None."
    if not isinstance(value, Instance):
        return "."
    cell = graph.operation(value.address)
    if graph.model(value.address) is not None:
        return ", not the result of calling it: use its output, or call it on a tensor."
    if cell is not None and cell.nodes:
        return ", not what calling it gave: use that tensor, or `.output`."
    return ", which is not called: write a second pair of brackets with the tensor in it."


def _fixes(value: Instance, graph: Graph) -> tuple[Fix[Site], ...]:
    """`out = Dense(1)` after `out = Conv2D(...)(x)`: the layer was to be called on what the variable held."""
    cell, named = graph.operation(value.address), graph.variable(value)
    if cell is None or cell.nodes or cell.kind != "layer" or cell.site is None or named is None:
        return ()
    before = graph.last_tensor(named)
    if before is None or graph.visible(value) is None or not _is_before(graph.made_at(before), cell.site):
        return ()
    end = cell.site._replace(line=cell.site.end_line, column=cell.site.end_column)
    return (Fix(f"Call it on `{named.name}`", (Edit(end, f"({named.name})"),), safe=True),)


def _is_before(first: Site | None, second: Site) -> bool:
    """Whether a place comes before another; those of different pieces of the text come in the order they ran in."""
    return first is not None and (first.piece != second.piece or first.line < second.line)


RULE = Rule(CODE, NAME, "a layer, a number or None where a tensor is due", check)
