"""KLS210 wrong-inputs: a layer or model is called on a list where one tensor is due, on too few, or under other names."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import ERAS, Era
from kls.graph.events import WrongInputs
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Outcome, Severity
from kls.rules.registry import Rule
from kls.rules.wording import KERAS_3, article, created, ignorable, listed, raising

CODE, NAME = "KLS210", "wrong-inputs"

RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional")


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """The count and the names of what is passed, where all of it is known."""
    if not isinstance(event, WrongInputs) or ignorable(event):
        return
    raises = event.outcome == "raises"
    if raises:
        consequence = f"{graph.version} refuses it"
    elif event.kind == "keys":
        consequence = f"{graph.version} takes what is in it in the order of its keys"
    else:
        consequence = "It fails when it is called"
    eras = KERAS_3 if _is_of_keras_3(event, graph) else tuple(era.value for era in ERAS)
    outcomes = dict(raising(eras))
    if not raises:
        outcomes.update(dict.fromkeys((Era.TF_KERAS.value,) if event.kind == "keys" else KERAS_3, Outcome.WRONG))
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR if raises else Severity.WARNING,
        Certainty.PROVEN,
        f"{_said(event, graph)} {consequence}.",
        event.site,
        outcomes=outcomes,
        related=created(graph, event.receiver),
    )


def _is_of_keras_3(event: WrongInputs, graph: Graph) -> bool:
    """Whether Keras 2 takes it."""
    cell = graph.operation(event.receiver.address)
    if event.kind == "list" and cell is not None:
        return cell.cls in RECURRENT
    return event.kind == "count" and event.given > event.expected


def _said(event: WrongInputs, graph: Graph) -> str:
    name = graph.label(event.receiver)
    if event.kind == "keys":
        one = "input" if len(event.names) == 1 else "inputs"
        return f"The dict that `{name}` is called on lacks its {one} {listed(event.names)}."
    if event.kind == "count":
        inputs = f"{event.expected} input{'' if event.expected == 1 else 's'}"
        return f"`{name}` has {inputs}, and is called on {event.given}."
    cell = graph.operation(event.receiver.address)
    kind = article(cell.cls) if cell is not None else "a layer"
    if event.kind == "single":
        return f"`{name}`, {kind}, takes a list of tensors, and is given one."
    if event.given == 1:
        return f"`{name}`, {kind}, takes a tensor, and is given a list of one: take its item `[0]`."
    return f"`{name}`, {kind}, takes one tensor, and is given {event.given}: merge them first, or choose one."


RULE = Rule(CODE, NAME, "a layer or model is called on more, fewer or other tensors than it takes", check)
