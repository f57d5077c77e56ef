"""Automatic names, counted as Keras counts them (keras/src/utils/naming.py; tf_keras/src/backend.py, get_uid)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph.shapes import snake
from kls.program.values import UNKNOWN, Either, Value, either

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


INSIDE = ("names", "inside")
"""Set while a layer's own `call` is run: what happens there happens to data, so that ops and tensors take no names."""


def is_inside(interpreter: Interpreter) -> bool:
    """Whether a layer's own `call` is under way."""
    return interpreter.overlay.get(INSIDE) is True


def is_counter(key: object) -> bool:
    """Whether a key of the store is how often a name was given."""
    return type(key) is tuple and len(key) == 3 and key[0] == "names"


def auto_name(interpreter: Interpreter, cls: str, era: Era) -> str | None:
    """The next automatic name for an object of class `cls`; None where the count is not known."""
    prefix = cls if cls.startswith("tf.") else snake(cls)
    if era is Era.TF_KERAS and prefix == "input_layer":
        return _numbered(interpreter, "input", first_is_bare=False)
    return _numbered(interpreter, prefix, first_is_bare=True)


def count_tensors(interpreter: Interpreter, count: int, era: Era) -> tuple[str | None, ...]:
    """Names of `count` new KerasTensors, each of which takes a number in Keras 3 (KerasTensor.__init__)."""
    if era is Era.TF_KERAS:
        return ("Placeholder",) * count
    if is_inside(interpreter):
        return (None,) * count
    return tuple(_numbered(interpreter, "keras_tensor", first_is_bare=True) for _ in range(count))


def tensor_names(interpreter: Interpreter, given: str | None, era: Era) -> tuple[str | None, ...]:
    """The name of an InputLayer's tensor: the given one, else a number of its own (keras/src/layers/core/input_layer.py)."""
    return (given,) if given is not None else count_tensors(interpreter, 1, era)


def reset_names(interpreter: Interpreter) -> None:
    """`keras.backend.clear_session()`: counting starts anew."""
    generation = interpreter.overlay.get(("names", "generation"))
    interpreter.overlay.set(("names", "generation"), generation + 1 if isinstance(generation, int) else 1)


def next_uid(interpreter: Interpreter, prefix: str, era: Era) -> Value:
    """`keras.backend.get_uid(prefix)`: how often it was asked for, this time included; UNKNOWN where that is not known.

    In Keras 3 the automatic names of layers count along.
    """
    name = _numbered(interpreter, f"uid {prefix}" if era is Era.TF_KERAS else prefix, first_is_bare=False)
    return UNKNOWN if name is None else int(name.rpartition("_")[2])


def _numbered(interpreter: Interpreter, prefix: str, first_is_bare: bool) -> str | None:
    overlay = interpreter.overlay
    generation = overlay.get(("names", "generation"))
    key = ("names", generation if isinstance(generation, int) else 0, prefix)
    count = overlay.get(key)
    if count is UNKNOWN or interpreter.widened:
        overlay.set(key, UNKNOWN)
        return None
    if isinstance(count, Either):  # some of the paths that lead here have made more of them than others
        overlay.set(key, either(one + 1 for one in count.values if isinstance(one, int)))
        return None
    number = count if isinstance(count, int) else 0
    overlay.set(key, number + 1)
    if first_is_bare:
        return f"{prefix}_{number}" if number else prefix
    return f"{prefix}_{number + 1}"
