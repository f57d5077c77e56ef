"""KLS104 unused-input: nothing is computed from an input that the model lists."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import Era
from kls.graph.cells import KerasTensor
from kls.graph.connectivity import Connectivity
from kls.graph.events import ModelBuilt
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.disconnection import inputs_of
from kls.rules.finding import Certainty, Edit, Finding, Fix, Severity
from kls.rules.registry import Rule
from kls.rules.wording import elsewhere, here, ignorable, made, outcomes

CODE, NAME = "KLS104", "unused-input"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """The outputs are all connected, and an input is not."""
    if not isinstance(event, ModelBuilt) or event.connectivity is None or ignorable(event):
        return
    found = event.connectivity
    if found.unlisted or event.duplicate is not None or not found.complete:
        return
    refused = here(event, graph) == "raises"
    unused = unused_inputs(event, graph, found, refused)
    if not unused:
        return
    index = unused[0]
    tensor = inputs_of(event)[index]
    name = graph.describe(tensor)
    if tensor in event.outputs.leaves:
        message = f"`{name}` goes from the inputs to the outputs as it is, with no layer in between"
    else:
        message = f"`{name}` is listed as an input, but nothing is computed from it"
    message += f": {graph.version} refuses the model" if refused else ""
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR if refused else Severity.HINT,
        Certainty.PROVEN if refused else Certainty.SUSPECTED,
        f"{message}{elsewhere(event, graph)}.",
        event.inputs.leaf_sites[index] or event.site,
        outcomes=outcomes(event),
        related=made(graph, tensor),
        fixes=_fixes(event, index, name),
    )


def unused_inputs(event: ModelBuilt, graph: Graph, found: Connectivity, refused: bool) -> tuple[int, ...]:
    """Inputs, counted flat, that this Keras refuses or that the author seems to have forgotten."""
    listed = inputs_of(event)
    if refused and graph.era is Era.V3_10:
        return tuple(i for i, consumed in enumerate(found.consumed) if not consumed)
    if refused and graph.era is Era.TF_KERAS and found.midgraph:
        return tuple(i for i in found.unused if not graph.is_input(listed[i].operation)) or found.unused
    return tuple(i for i in found.unused if not found.consumed[i] and _is_plain_input(listed[i], graph))


def _is_plain_input(tensor: KerasTensor, graph: Graph) -> bool:
    """Whether the program made the Input itself, for this."""
    return graph.is_input(tensor.operation) and graph.original(tensor) == tensor and graph.variable(tensor) is not None


def _fixes(event: ModelBuilt, index: int, name: str) -> tuple[Fix[Site], ...]:
    """Take it out of the list."""
    sites = event.inputs.leaf_sites
    own, other = sites[index], sites[index - 1] if index else sites[1] if len(sites) > 1 else None
    if not event.inputs.is_list or own is None or other is None:
        return ()
    if index:
        gone = own._replace(line=other.end_line, column=other.end_column)
    else:
        gone = own._replace(end_line=other.line, end_column=other.column)
    return (Fix(f"Remove `{name}` from the inputs", (Edit(gone, ""),), safe=False),)


RULE = Rule(CODE, NAME, "nothing is computed from an input that the model lists", check)
