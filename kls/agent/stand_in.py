"""Stand-ins for what a graph does not need and a jail does not have: training, downloads, weights, data sets."""

from __future__ import annotations

import argparse
import functools

from .missing import Placeholder

TRAINING = ("fit", "evaluate", "predict", "fit_generator", "train_on_batch", "test_on_batch", "predict_on_batch")
SAVING = ("save", "save_weights", "export", "summary")
# The shapes of one example and the label type of the bundled data sets (keras/src/datasets).
DATA_SETS = {
    "mnist": (28, 28),
    "fashion_mnist": (28, 28),
    "cifar10": (32, 32, 3),
    "cifar100": (32, 32, 3),
    "boston_housing": (13,),
    "california_housing": (8,),
}
EXAMPLES = 16


def install(keras, model_class, tracer, absorber, modules):
    """Replace training, saving, weight loading and downloads in this process.

    `modules`: loaded Keras modules by short name.
    """

    def line():
        lines = tracer.user_lines()
        return lines[0] if lines else 0

    def train(self, x=None, *args, **kwargs):
        build_only(self, x)
        return Placeholder()

    def skip(self, *args, **kwargs):
        return None

    def load_weights(self, *args, **kwargs):
        absorber.note(line(), "weights are not loaded: they do not change the graph")

    for method in TRAINING:
        if hasattr(model_class, method):
            setattr(model_class, method, train)
    for method in SAVING:
        if hasattr(model_class, method):
            setattr(model_class, method, skip)
    model_class.load_weights = load_weights

    def get_file(fname=None, origin=None, *args, **kwargs):
        absorber.note(line(), f"not downloaded: {str(origin or fname)[:150]}")
        return "/nonexistent/" + str(fname or "file")

    for module in modules:
        if hasattr(module, "get_file"):
            module.get_file = get_file
    data_sets(keras, line, absorber)
    layers(keras, line, absorber)
    arguments(line, absorber)


def layers(keras, line, absorber):
    """What is missing and is called on a tensor of a graph stands there as a layer that changes nothing."""

    def make(what, tensors):
        name = what.rpartition(".")[2] or "Missing"
        absorber.note(line(), f"`{what or 'a value that is not there'}` is taken for a layer that keeps the shape")

        class StandIn(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.supports_masking = True

            def call(self, inputs):
                return inputs[0] if isinstance(inputs, (list, tuple)) else inputs

            def compute_output_shape(self, shapes):
                first = shapes[0] if shapes else shapes
                return first if isinstance(first, (list, tuple)) or hasattr(first, "as_list") else shapes

        StandIn.__name__ = StandIn.__qualname__ = name
        return StandIn()(tensors if len(tensors) > 1 else tensors[0])

    Placeholder.layer = staticmethod(make)
    original = keras.layers.Layer.add_weight

    @functools.wraps(original)
    def add_weight(self, *args, **kwargs):
        # TensorFlow takes a placeholder within a shape for a list.
        return original(self, *map(plain, args), **{key: plain(value) for key, value in kwargs.items()})

    keras.layers.Layer.add_weight = add_weight


def plain(value):
    """A shape with ones in the place of placeholders; anything else as it is."""
    if isinstance(value, (list, tuple)) and any(isinstance(size, Placeholder) for size in value):
        return type(value)(1 if isinstance(size, Placeholder) else size for size in value)
    return value


def arguments(line, absorber):
    """A command line without arguments: what the program requires has a value made up for it."""
    original = argparse.ArgumentParser.parse_known_args

    def parse_known_args(self, args=None, namespace=None):
        for action in self._actions:
            if action.required and args is None:
                action.required, value = False, value_of(action)
                action.default = value
                absorber.note(line(), f"the argument {action.dest} is not given: {value!r} stands in")
        return original(self, args, namespace)

    argparse.ArgumentParser.parse_known_args = parse_known_args


def value_of(action):
    """A value that an argument of a command line may have."""
    if action.choices:
        return next(iter(action.choices))
    value = {int: 1, float: 1.0, str: "placeholder"}.get(action.type, Placeholder(action.dest))
    return [value] if action.nargs not in (None, "?") else value


def build_only(model, x):
    """What training does to the graph of a model that is not built yet: fix its input shape."""
    shape = getattr(x, "shape", None)
    if getattr(model, "built", True) or isinstance(x, Placeholder) or not isinstance(shape, tuple) or not shape:
        return
    model.build((None, *shape[1:]))


def data_sets(keras, line, absorber):
    """keras.datasets.*.load_data answer with zeros of the right shape."""
    import numpy

    def loader(set_name, shape):
        def load_data(*args, **kwargs):
            absorber.note(line(), f"{set_name} is not downloaded: zeros of its shape stand in")
            kind = "uint8" if len(shape) > 1 else "float64"
            pair = numpy.zeros((EXAMPLES, *shape), kind), numpy.zeros((EXAMPLES,), kind)
            return pair, (pair[0].copy(), pair[1].copy())

        return load_data

    for set_name, shape in DATA_SETS.items():
        module = getattr(getattr(keras, "datasets", None), set_name, None)
        if module is not None and hasattr(module, "load_data"):
            module.load_data = loader(set_name, shape)
