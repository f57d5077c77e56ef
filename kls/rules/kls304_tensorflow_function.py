"""KLS304 tensorflow-function: a TensorFlow function is called on a tensor of Keras 3."""

from __future__ import annotations

from collections.abc import Iterator

from kls.graph.events import TensorFlowCalled
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Severity
from kls.rules.registry import Rule
from kls.rules.tensorflow_names import FUNCTIONS, INTERCHANGEABLE, SHARED_KEYWORDS
from kls.rules.wording import KERAS_3, ignorable, raising, replacement

CODE, NAME = "KLS304", "tensorflow-function"


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """Those that were seen to raise; a few, such as `tf.nest.flatten`, do not."""
    if not isinstance(event, TensorFlowCalled) or ignorable(event):
        return
    if event.name == "function":
        text = f"`{graph.describe(event.tensor)}` is a symbolic tensor, and what `tf.function` has compiled takes none: this "
        text += "raises. Call the function without the decorator, or in the `call` of a layer of your own."
        yield Finding(CODE, NAME, Severity.ERROR, Certainty.PROVEN, text, event.site, outcomes=raising())
        return
    if event.name not in FUNCTIONS:
        return
    new = FUNCTIONS[event.name]
    if new is None:
        advice = "Put it into a layer of your own, or into `keras.layers.Lambda`."
    else:
        advice = f"Use `keras.ops.{new}`."
    spelled = None if new is None else graph.name_of(f"keras.ops.{new}")
    same = new in INTERCHANGEABLE and set(event.keywords) <= SHARED_KEYWORDS
    yield Finding(
        CODE,
        NAME,
        Severity.ERROR,
        Certainty.PROVEN,
        f"`{graph.describe(event.tensor)}` is a symbolic tensor of Keras 3, and TensorFlow functions refuse those: "
        f"`tf.{event.name}` raises ValueError. {advice}",
        event.site,
        outcomes=raising(KERAS_3),
        fixes=replacement(f"Use `{spelled}`", event.function_site, spelled, safe=same),
    )


RULE = Rule(CODE, NAME, "a TensorFlow function is called on a tensor of Keras 3", check)
