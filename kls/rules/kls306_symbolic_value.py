"""KLS306 symbolic-value: Python or NumPy asks a symbolic tensor for values, which it does not have."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import Era
from kls.graph.events import ValueNeeded
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Edit, Finding, Fix, Severity
from kls.rules.numpy_names import FUNCTIONS, ONLY_KERAS_2
from kls.rules.registry import Rule
from kls.rules.wording import KERAS_3, ignorable, made, raising, replacement

CODE, NAME = "KLS306", "symbolic-value"

RECURRENT = ("LSTM", "GRU", "RNN", "Bidirectional")


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """Its truth in an `if`, its items in a loop, its numbers in a NumPy function."""
    if not isinstance(event, ValueNeeded) or ignorable(event):
        return
    if event.kind == "numpy" and (event.name not in FUNCTIONS or not _refuses(event.name, graph)):
        return
    text, fixes = _said(event, graph)
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        text,
        event.site,
        outcomes=raising(KERAS_3) if event.kind == "operator" else raising(),
        related=made(graph, event.tensor),
        fixes=fixes,
    )


def _refuses(name: str, graph: Graph) -> bool:
    return name not in ONLY_KERAS_2 or graph.era is Era.TF_KERAS


def _said(event: ValueNeeded, graph: Graph) -> tuple[str, tuple[Fix[Site], ...]]:
    tensor = event.name if event.name and event.kind in ("truth", "items") else graph.describe(event.tensor)
    if event.kind == "numpy":
        return _of_numpy(event, graph, tensor)
    subject = f"`{tensor}` is a symbolic tensor, "
    if event.kind == "operator":
        return f"{subject}and NumPy's operator wants its values. Write the tensor first, as in `{tensor} * array`.", ()
    if event.kind == "truth":
        if not event.name:
            return f"{subject}which is neither true nor false. To choose by its values, use `keras.ops.where`.", ()
        end = event.site._replace(line=event.site.end_line, column=event.site.end_column)
        fix = Fix(f"Ask whether `{tensor}` is there", (Edit(end, " is not None"),), safe=False)
        return f"{subject}which is neither true nor false. To ask whether it is there, write `{tensor} is not None`.", (
            fix,
        )
    if event.kind == "items":
        return f"{subject}which cannot be iterated over or unpacked. {_items(event, graph, tensor)}", ()
    if event.kind == "call":
        return f"{subject}which cannot be called: call the layer or model that it came from.", ()
    what = "no `len`: use its `.shape`" if event.kind == "length" else "no numbers before the model runs"
    return f"{subject}which has {what}.", ()


def _items(event: ValueNeeded, graph: Graph, tensor: str) -> str:
    layer = graph.layer_of(event.tensor)
    if layer is not None and layer.cls.endswith(RECURRENT) and layer.config.get("return_state") is not True:
        return "With `return_state=True` the layer returns its states too."
    return f"Take its parts by index, as in `{tensor}[:, 0]`."


def _of_numpy(event: ValueNeeded, graph: Graph, tensor: str) -> tuple[str, tuple[Fix[Site], ...]]:
    new = FUNCTIONS[event.name]
    text = f"`numpy.{event.name}` needs the values of `{tensor}`, which is a symbolic tensor and has none."
    if new is None or graph.era is Era.TF_KERAS:
        return f"{text} Do it in a layer, such as `keras.layers.Lambda`.", ()
    spelled = graph.name_of(f"keras.ops.{new}")
    fixes = replacement(f"Use `{spelled}`", event.function_site, spelled, safe=False)
    return f"{text} Use `keras.ops.{new}`.", fixes


RULE = Rule(CODE, NAME, "Python or NumPy asks a symbolic tensor for its values", check)
