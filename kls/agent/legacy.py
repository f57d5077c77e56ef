"""Which Keras this process speaks.

The installed `keras`, or tf_keras under its name where the environment is a legacy one.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import sys


class NoKeras(Exception):
    """Keras, or a backend that it needs, is not installed in this interpreter."""


class Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers `import keras.x` with the module tf_keras.x."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "keras" or fullname.startswith("keras."):
            return importlib.util.spec_from_loader(fullname, self)
        return None

    def create_module(self, spec):
        return importlib.import_module("tf_" + spec.name)

    def exec_module(self, module):
        pass


def load(legacy):
    """Import Keras; returns a dict of what the other rooms of the agent need of it. Raises NoKeras."""
    try:
        if legacy:
            try:
                keras = importlib.import_module("tf_keras")
            except ImportError:
                keras = importlib.import_module("keras")
            else:
                sys.meta_path.insert(0, Alias())
                sys.modules["keras"] = keras
        else:
            keras = importlib.import_module("keras")
    except ImportError as error:
        raise NoKeras(str(error)) from error
    return parts(keras)


def parts(keras):
    """Keras's own classes: Function, Functional, Sequential and Model, wherever this version keeps them."""
    root = keras.__name__
    era_two = keras.__version__.startswith("2.")
    if era_two:
        functional, function = importlib.import_module(root + ".src.engine.functional").Functional, None
        helpers = [root + ".src.utils.data_utils", root + ".utils"]
    else:
        functional = importlib.import_module(root + ".src.models.functional").Functional
        function = importlib.import_module(root + ".src.ops.function").Function
        helpers = [root + ".src.utils.file_utils", root + ".src.utils", root + ".utils"]
    modules = []
    for name in helpers:
        try:
            modules.append(importlib.import_module(name))
        except ImportError:
            continue
    return {
        "keras": keras,
        "functional": functional,
        "function": function,
        "sequential": keras.Sequential,
        "model": keras.Model,
        "helpers": modules,
        "legacy": era_two,
        "backend": "tensorflow" if era_two else str(keras.config.backend()),
    }


def look_ahead(legacy):
    """Load what comparing models in numbers needs, so that no child has to: a look at registries, nothing is built."""
    importlib.import_module("numpy.random")
    if not legacy and "tensorflow" in sys.modules:
        try:
            kernels = importlib.import_module("tensorflow.python.framework.kernels")
            kernels.get_registered_kernels_for_op("MatMul")
        except Exception:
            pass  # TensorFlow's own affair: without it the first child does so


def configure(keras, image_data_format, floatx):
    """Hand over what the user's keras.json says: the jail's home is empty."""
    config = getattr(keras, "config", None) or keras.backend
    if image_data_format:
        getattr(config, "set_image_data_format", keras.backend.set_image_data_format)(image_data_format)
    if floatx:
        getattr(config, "set_floatx", keras.backend.set_floatx)(floatx)
