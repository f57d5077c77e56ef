"""Qualified names: many spellings of one thing (`tf.keras.layers.Dense`, `keras.src.layers.core.dense.Dense`) to one name.

A canonical name starts with its root, "keras", "tf_keras" or that of `tensorflow.python.keras`, and says family and thing:
`keras.layers.Dense`, `keras.Model`, `keras.ops.relu`, `tf.math.add`.
"""

from __future__ import annotations

from functools import lru_cache

from kls.graph.shapes import canonical, is_layer

INTERNAL = "tensorflow_python_keras"
"""The root of `tensorflow.python.keras`: TensorFlow's own copy of Keras 2, which neither `keras` nor `tf_keras` knows."""

OLD_ROOTS = ("tf_keras", INTERNAL)
"""What is Keras 2 whatever `keras` is."""

KERAS_ROOTS = frozenset({"keras", *OLD_ROOTS})
ROOTS = (
    ("tensorflow.python.keras.api._v2.keras", "keras"),
    ("tensorflow.python.keras", INTERNAL),
    (INTERNAL, INTERNAL),
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tf_keras.api._v2.keras", "tf_keras"),
    ("tf_keras.api", "tf_keras"),
    ("tf_keras.src", "tf_keras"),
    ("tf_keras", "tf_keras"),
    ("keras_core", "keras"),
    ("keras._tf_keras.keras", "keras"),
    ("keras.api._v2.keras", "keras"),
    ("keras.api", "keras"),
    ("keras.src", "keras"),
    ("keras", "keras"),
)
LAYER_CLASSES = tuple(f"{root}.{name}" for root in sorted(KERAS_ROOTS) for name in ("layers.", "Input"))
"""How the canonical names of classes begin that are to be called before they are passed to a layer."""

MODELS = {"Model": "Model", "Functional": "Model", "Sequential": "Sequential"}
TOP = frozenset({"Input", "InputLayer", "Function", "Layer", "KerasTensor", "Operation", "Variable", "StatelessScope"})


@lru_cache(maxsize=4096)
def canonical_name(name: str) -> str | None:
    """The canonical form of a name of Keras's; None for a name of something else."""
    for prefix, root in ROOTS:
        if name == prefix:
            return root
        if name.startswith(prefix + "."):
            return _within(root, name[len(prefix) + 1 :].split("."))
    return None


def _within(root: str, parts: list[str]) -> str:
    last = parts[-1]
    if last == "from_config" and len(parts) > 1:
        return f"{_within(root, parts[:-1])}.from_config"
    known = {"layers", "engine", "models", "legacy", "core"} & set(parts[:-1]) or len(parts) == 1
    if last in MODELS and known:
        return f"{root}.{MODELS[last]}"
    if last in TOP and (known or (parts[0] == "ops" and last in ("Function", "Operation"))):
        return f"{root}.{last}"
    if last[:1].isupper() and is_layer(last) and known and parts[0] not in ("applications", "ops"):
        return f"{root}.layers.{canonical(last)}"
    if "layers" in parts[:-1] and not last[:1].isupper() and parts[0] == "layers":
        return f"{root}.layers.{last}"
    if parts[0] == "ops":
        return f"{root}.ops.{last}" if len(parts) > 1 else f"{root}.ops"
    if parts[0] == "models" and last in ("clone_model", "load_model", "model_from_json"):
        return f"{root}.models.{last}"
    return ".".join([root, *parts])


def spelled(root: str) -> str:
    """A root as programs spell it."""
    return "tensorflow.python.keras" if root == INTERNAL else root


def split_root(name: str) -> tuple[str, str]:
    """A canonical name as root and rest: `keras.layers.Dense` -> ("keras", "layers.Dense")."""
    root, _, rest = name.partition(".")
    return root, rest
