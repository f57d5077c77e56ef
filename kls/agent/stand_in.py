"""Stand-ins for what a graph does not need and a jail does not have: training, downloads, weights, data sets."""

from __future__ import annotations

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
