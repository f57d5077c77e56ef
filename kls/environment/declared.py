"""What a program itself says of the Keras that it will meet: `os.environ["KERAS_BACKEND"] = "jax"`, `import tf_keras`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from kls.environment.era import Era
from kls.environment.read import TRUE, Environment
from kls.source.document import Document

LEGACY, BACKEND = "TF_USE_LEGACY_KERAS", "KERAS_BACKEND"
BACKENDS = ("tensorflow", "jax", "torch", "numpy", "openvino")
"""What Keras 3 takes (keras/src/backend/__init__.py)."""
_MAGIC = re.compile(rf"^[ \t]*pass  # %(?:set_)?env[ \t]+({LEGACY}|{BACKEND})[ \t]*[= \t][ \t]*(\S+)", re.MULTILINE)
"""How a notebook's document has `%env KERAS_BACKEND=jax` (kls/source/notebook.py)."""


def declared(environment: Environment, document: Document) -> Environment:
    """The environment with what the program puts into `os.environ` at its top, where a later line counts more.

    TF_USE_LEGACY_KERAS makes `tf.keras` Keras 2 (tensorflow/python/util/lazy_loader.py), KERAS_BACKEND chooses that of
    Keras 3; both are read when TensorFlow or Keras is imported. What stands under a condition is not looked at.
    """
    if LEGACY not in document.text and BACKEND not in document.text:
        return environment
    found = dict(_MAGIC.findall(document.text))
    for piece in document.pieces:
        if LEGACY in piece.text or BACKEND in piece.text:
            found |= dict(each for node in piece.body for each in _set_by(node))
    legacy, backend = found.get(LEGACY), found.get(BACKEND)
    if legacy is not None and environment.era is not Era.TF_KERAS:
        environment = replace(environment, legacy=legacy in TRUE)
    if backend in BACKENDS and environment.era is not Era.TF_KERAS:
        environment = replace(environment, backend=backend)
    return environment


def _set_by(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """The variables that a statement sets to constants: by an item, by `setdefault`, by `update`."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and _is_environ(target.value):
                yield from _pair(target.slice, node.value)
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return
    if _is_environ(call.func.value) and call.func.attr == "setdefault" and len(call.args) == 2:
        yield from _pair(*call.args)
    elif _is_environ(call.func.value) and call.func.attr == "update":
        for given in call.args:
            for key, value in zip(given.keys, given.values, strict=True) if isinstance(given, ast.Dict) else ():
                yield from _pair(key, value)


def _pair(name: ast.expr | None, value: ast.expr) -> Iterator[tuple[str, str]]:
    given = [node.value for node in (name, value) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if len(given) == 2:
        yield given[0], given[1]


def _is_environ(node: ast.expr) -> bool:
    """Whether an expression is `os.environ`, or `environ` that was imported from there."""
    return (isinstance(node, ast.Attribute) and node.attr == "environ") or (
        isinstance(node, ast.Name) and node.id == "environ"
    )


def spoken(environment: Environment, document: Document) -> Environment:
    """The environment of the one Keras that a file's own imports name: of tf_keras where it imports nothing else."""
    environment = declared(environment, document)
    if environment.era is Era.TF_KERAS or _roots(document, environment.legacy) != {"tf_keras"}:
        return environment
    return replace(
        environment, era=Era.TF_KERAS, keras_version=environment.tf_keras_version, legacy=True, backend="tensorflow"
    )


def _roots(document: Document, legacy: bool) -> set[str]:
    """The packages that a file imports Keras from; with `legacy` `tensorflow.keras` is tf_keras."""
    names, of_tensorflow = set[str](), False
    for piece in document.pieces:
        if "import" not in piece.text:
            continue
        for node in (each for statement in piece.body for each in ast.walk(statement)):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
                of_tensorflow |= any(alias.name.startswith("tensorflow.keras") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                top, _, rest = node.module.partition(".")
                names.add(top)
                taken = [rest, *(alias.name for alias in node.names)] if top == "tensorflow" else []
                of_tensorflow |= any(name.partition(".")[0] == "keras" for name in taken)
    found = names & {"keras", "tf_keras"}
    if of_tensorflow or ("tensorflow" in names and re.search(r"\b(tf|tensorflow)\.keras\b", document.text)):
        found.add("tf_keras" if legacy else "keras")
    return found
