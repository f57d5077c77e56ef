"""KLS208 missing-attribute: an attribute that the object never has: `.output` of a tensor, `.pop()` of a Functional."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import Era
from kls.graph.events import NoAttribute
from kls.graph.values import Instance, Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Edit, Finding, Fix, Related, Severity
from kls.rules.registry import Rule
from kls.rules.wording import KERAS_3, created, ending, ignorable, made, raising

CODE, NAME = "KLS208", "missing-attribute"

OF_LAYERS = frozenset(
    "output input outputs inputs layers get_layer output_shape input_shape weights kernel bias".split()
)
OF_SHAPES = {"as_list": "list(shape)", "rank": "len(shape)", "ndims": "len(shape)", "dims": "the tuple itself"}
"""What a shape had in Keras 2, and what gives the same of a tuple."""


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """It raises AttributeError when the line is reached."""
    if not isinstance(event, NoAttribute) or ignorable(event):
        return
    if event.owner is None and event.attribute in ("layer", "operation"):
        other, since = ("operation", KERAS_3) if event.attribute == "layer" else ("layer", (Era.TF_KERAS.value,))
        yield _finding(event, f"{graph.version} calls it `_keras_history.{other}`, not `.{event.attribute}`.", since)
    elif event.owner is None:
        advice = f"Use `{OF_SHAPES[event.attribute]}`." if event.attribute in OF_SHAPES else ""
        text = f"Shapes are tuples in Keras 3, which have no `{event.attribute}`. {advice}".rstrip()
        yield _finding(event, text, KERAS_3)
    elif isinstance(event.owner, Instance):
        model = graph.label(event.owner)
        advice = f"Start again from a tensor inside, such as `{model}.layers[-2].output`."
        text = f"`{model}` is a Functional, and only a Sequential has `{event.attribute}`. {advice}"
        yield _finding(event, text, related=created(graph, event.owner))
    else:
        tensor, place = graph.describe(event.owner), ending(event.site, len(event.attribute))
        text = f"`{tensor}` is a symbolic tensor, which has no `{event.attribute}`. "
        fixes: tuple[Fix[Site], ...] = ()
        eras = None
        if event.attribute == "output":
            text += "It is the output of its layer: leave `.output` away."
            dot = place._replace(column=place.column - 1)
            fixes = (Fix("Remove `.output`", (Edit(dot, ""),), safe=True),)
        elif event.attribute in OF_LAYERS:
            text += "The layer or model that made it may have."
        elif event.attribute in ("get_shape", "_keras_shape"):
            text += "Use its `.shape`."
            eras = KERAS_3 if event.attribute == "get_shape" else None
        elif event.attribute in ("ndim", "reshape", "squeeze"):
            text += "It came with Keras 3."
            eras = (Era.TF_KERAS.value,)
        else:
            text += "It has no values before the model runs: use a layer, or `keras.ops`."
            eras = KERAS_3 if event.attribute in ("set_shape", "type_spec") else None
        yield _finding(event, text, eras, made(graph, event.owner), fixes)


def _finding(
    event: NoAttribute,
    text: str,
    eras: tuple[str, ...] | None = None,
    related: tuple[Related[Site], ...] = (),
    fixes: tuple[Fix[Site], ...] = (),
) -> Finding[Site]:
    outcomes = raising() if eras is None else raising(eras)
    return Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        text,
        event.site,
        outcomes=outcomes,
        related=related,
        fixes=fixes,
    )


RULE = Rule(CODE, NAME, "an attribute that tensors, shapes or Functionals do not have", check)
