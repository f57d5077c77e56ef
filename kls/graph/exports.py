"""Names that come without being asked for one by one: `from keras.layers import *`, and what versions are called."""

from __future__ import annotations

from collections.abc import Mapping

from kls.environment import Environment
from kls.environment.era import Era
from kls.graph import shapes
from kls.graph.public import public_names
from kls.graph.qualified import canonical_name, split_root
from kls.graph.shapes.signatures import SIGNATURES
from kls.graph.tensorflow import exported
from kls.program.values import External, Value

TOP = (
    "Function Input KerasTensor Layer Model Sequential Variable activations applications backend callbacks config "
    "constraints datasets initializers layers losses metrics mixed_precision models ops optimizers preprocessing random "
    "regularizers saving utils"
).split()
"""Of the names in `keras/__init__.py` those that model code uses."""

MODELS = "Model Sequential clone_model load_model model_from_json".split()
ONLY_KERAS_3 = ("Function", "KerasTensor", "Variable", "config", "ops", "random", "saving")


def exports(module: str, era: Era) -> Mapping[str, Value]:
    """What `from module import *` binds, `module` being a canonical name. Of TensorFlow what makes a layer in tf_keras."""
    root, family = split_root(canonical_name(module) or module)
    if root == "tensorflow":
        return {name: External(f"{module}.{name}") for name in exported(family)}
    if family == "layers":
        layers = {name: External(f"{root}.layers.{shapes.canonical(name)}") for name in SIGNATURES}
        return {**layers, **{name: External(f"{root}.layers.{name}") for name in shapes.LAYER_FUNCTIONS}}
    if family == "models":
        return {name: External(f"{root}.{name}" if name[0].isupper() else f"{root}.models.{name}") for name in MODELS}
    if family == "":
        old = era is Era.TF_KERAS
        return {name: External(f"{root}.{name}") for name in TOP if not (old and name in ONLY_KERAS_3)}
    if era is not Era.TF_KERAS:
        return {name: External(f"{root}.{family}.{name}") for name in public_names(family)}
    return {}


def version(name: str, environment: Environment) -> str | None:
    """The version that a name such as `keras.__version__` or `tensorflow.__version__` holds; None where it is not known."""
    if name == "keras.__version__":
        return environment.keras_version
    if name == "tf_keras.__version__":
        return environment.tf_keras_version
    if name not in ("tensorflow.__version__", "tensorflow.version.VERSION"):
        return None
    if environment.keras_version == environment.installed_keras:
        return environment.tensorflow_version
    # Keras 2 has come with the TensorFlow of its own version since 2.6 (tensorflow/tools/pip_package/setup.py).
    return environment.keras_version if environment.era is Era.TF_KERAS else None
