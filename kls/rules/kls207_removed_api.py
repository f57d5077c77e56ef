"""KLS207 removed-api: a name or argument that this version of Keras does not have."""

from __future__ import annotations

from collections.abc import Iterator

from kls.environment.era import Era
from kls.graph.events import Imported, Removed, Undefined
from kls.graph.public import first_version, lacks
from kls.graph.public_names import NEWEST
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Finding, Fix, Severity
from kls.rules.registry import Rule
from kls.rules.removed_names import gone
from kls.rules.tensorflow_names import BACKEND
from kls.rules.wording import KERAS_3, ending, ignorable, raising, replacement

CODE, NAME = "KLS207", "removed-api"

ATTRIBUTES = {"output_shape": "output.shape", "input_shape": "input.shape"}
"""Attributes of a layer in Keras 2, and what gives the same in Keras 3."""


LAYER_ARGUMENTS = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "border_mode": "padding",
    "subsample": "strides",
    "nb_filter": "filters",
    "output_dim": "units",
    "filter_length": "kernel_size",
    "pool_length": "pool_size",
    "inner_activation": "recurrent_activation",
    "inner_init": "recurrent_initializer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "bias": "use_bias",
    "p": "rate",
}
"""Arguments of layers in Keras 1, and what they are called since."""


OF_BACKEND = {
    "int_shape": " Use the tensor's `.shape`.",
    "ndim": " Use the tensor's `.ndim`.",
    "function": " Use `keras.Model` or `keras.Function`.",
    "learning_phase": " Layers get it as the argument `training` of `call`.",
    "random_normal": " Use `keras.random.normal`.",
    "random_uniform": " Use `keras.random.uniform`.",
    "get_session": " There are no sessions since TensorFlow 2.",
    "set_session": " There are no sessions since TensorFlow 2.",
    "image_dim_ordering": " Use `keras.config.image_data_format`.",
}
"""What to use for functions of the old keras.backend that keras.ops does not have."""


def check(event: object, graph: Graph) -> Iterator[Finding[Site]]:
    """An attribute of a layer, an argument of Model, or a function."""
    if isinstance(event, Undefined) and event.reason == "removed" and not ignorable(event):
        yield _attribute(event, graph)
    elif isinstance(event, Removed) and not ignorable(event):
        if event.kind == "argument":
            yield _argument(event, graph)
        elif event.kind == "name":
            yield _name(event.name, event.site, graph)
        elif event.kind != "backend" or event.name in BACKEND:
            yield _function(event, graph)
    elif isinstance(event, Imported) and not ignorable(event):
        yield from _import(event, graph)


def _attribute(event: Undefined, graph: Graph) -> Finding[Site]:
    attribute, layer = event.attribute, graph.label(event.instance)
    cell = graph.operation(event.instance.address)
    calls = len(cell.nodes) if cell is not None else 0
    place = ending(event.site, len(attribute))
    fixes: tuple[Fix[Site], ...] = ()
    if attribute in ATTRIBUTES:
        # Of an InputLayer `.input` is an empty list in Keras 3, and `.input_shape` was a list of one shape in Keras 2.
        is_input = cell is not None and cell.kind == "input"
        new = "output.shape" if is_input and attribute == "input_shape" else ATTRIBUTES[attribute]
        advice = f"Use `.{new}`."
        fixes = replacement(f"Use `.{new}`", place, new, safe=calls == 1 and not is_input)
    elif attribute.endswith("_generator"):
        new = attribute.removesuffix("_generator")
        advice = f"`{new}` takes generators."
        fixes = replacement(f"Use `.{new}`", place, new, safe=True)
    elif attribute in ("add_loss", "add_metric", "add_update"):
        advice = "Call it in the `call` of a layer of your own."
    elif attribute in ("output_mask", "input_mask"):
        advice = "Ask `compute_mask`."
    elif attribute.endswith("_at"):
        side = "input" if "input" in attribute else "output"
        advice = f"`.{side}` is that of the first call; of the others, keep the tensors that they return."
    else:
        advice = f"It is private there: `._{attribute}`."
    text = f"Layers have no `{attribute}` in Keras 3, so that this raises AttributeError on `{layer}`. {advice}"
    if attribute == "add_loss":
        text = f"A Functional, as `{layer}` is, takes no `add_loss` in Keras 3: it raises NotImplementedError. {advice}"
    return _finding(text, event.site, raising_in_3=True, fixes=fixes)


def _argument(event: Removed, graph: Graph) -> Finding[Site]:
    new = LAYER_ARGUMENTS.get(event.name)
    if event.name not in ("input", "output"):
        text = f"Layers have no argument `{event.name}` since Keras 2: {graph.version} refuses it."
        fixes = replacement(f"Call it `{new}`", event.name_site, new, safe=True)
        if new is not None:
            text += f" It is called `{new}`."
        return _finding(text, event.name_site or event.site, raising_in_3=None, fixes=fixes)
    text = f"Model has no argument `{event.name}`: {graph.version} refuses it. It is called `{event.name}s`."
    fixes = replacement(f"Call it `{event.name}s`", event.name_site, f"{event.name}s", safe=True)
    return _finding(text, event.name_site or event.site, raising_in_3=None, fixes=fixes)


def _function(event: Removed, graph: Graph) -> Finding[Site]:
    if event.kind == "backend":
        new = BACKEND[event.name]
        advice = f" Use `keras.ops.{new}`." if new is not None else ""
        text = f"`keras.backend.{event.name}` does not take the tensors of Keras 3.{advice}"
        return _finding(text, event.site, raising_in_3=True, fixes=())
    instead = " Use `keras.Model`." if event.name == "Function" else " It came with Keras 3."
    return _finding(f"{graph.version} has no `keras.{event.name}`.{instead}", event.site, raising_in_3=False, fixes=())


def _name(name: str, place: Site, graph: Graph, what: str = "this raises AttributeError") -> Finding[Site]:
    """`name`, such as `keras.backend.mean`, is in no module of this Keras 3."""
    module, _, last = name.rpartition(".")
    since = first_version(module, last)
    advice = ""
    if since is not None and not lacks(module, last, NEWEST):
        advice = f" It came with Keras {since}."
    elif module.endswith(".backend"):
        op = BACKEND.get(last) or (last if first_version("keras.ops", last) else None)
        advice = OF_BACKEND.get(last) or (f" Use `keras.ops.{op}`." if op else "")
    outcomes = raising(tuple(era for era in KERAS_3 if lacks(module, last, era)))
    text = f"{graph.version} has no `{name.replace('tensorflow.', 'tf.', 1)}`: {what}.{advice}"
    return Finding(CODE, NAME, Severity.ERROR, Certainty.PROVEN, text, place, outcomes=outcomes)


def _import(event: Imported, graph: Graph) -> Iterator[Finding[Site]]:
    """A module or name that is gone since a version that this one is not older than."""
    found = gone(event.module.partition("keras")[2].lstrip("."), event.names, event.module.startswith("tensorflow"))
    version = graph.keras_version
    if found is None or version is None or version < found[1]:
        if event.lacking is not None:
            yield _name(event.lacking, event.site, graph, "the import fails")
        return
    name, since, instead = found
    advice = f" Use {instead if ' ' in instead else f'`{instead}`'}." if instead else ""
    text = f"{graph.version} has no `keras.{name}`: the import fails.{advice}"
    yield _finding(text, event.site, raising_in_3=True if since >= (3, 0) else None, fixes=())


def _finding(text: str, place: Site, raising_in_3: bool | None, fixes: tuple[Fix[Site], ...]) -> Finding[Site]:
    eras = {True: raising(KERAS_3), False: raising((Era.TF_KERAS.value,)), None: raising()}
    outcomes = eras[raising_in_3]
    return Finding(CODE, NAME, Severity.ERROR, Certainty.PROVEN, text, place, outcomes=outcomes, fixes=fixes)


RULE = Rule(CODE, NAME, "a name or argument that this version of Keras does not have", check)
