"""Values that are known all the way down, as Python's own objects and back; functions that are computed on these."""

from __future__ import annotations

import builtins as python
import json
import math
import operator
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from kls.program.containers import content_of, elements
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.sizes import affordable, bounded, is_wide
from kls.program.values import CONSTANTS, SIZE_LIMIT, UNKNOWN, Container, Value

CONVERSIONS: dict[int, Callable[[object], str]] = {ord("r"): repr, ord("s"): str, ord("a"): ascii}


class NotKnown(Exception):
    """The value is not known all the way down."""


def realise(interpreter: Interpreter, value: Value, depth: int = 0, room: list[int] | None = None) -> Any:
    """The Python object that a value stands for.

    Raises:
        NotKnown: part of it is not known, or is an object of the program's, or there is too much of it.
    """
    room = [SIZE_LIMIT] if room is None else room
    kind = type(value)
    room[0] -= len(value) if isinstance(value, (str, bytes)) else 1
    if room[0] < 0:
        raise NotKnown
    if kind in CONSTANTS or kind is range:
        return value
    if kind is tuple and depth < 20:
        interpreter.spend(len(value) >> 5)  # type: ignore[arg-type]
        return tuple(realise(interpreter, item, depth + 1, room) for item in value)  # type: ignore[attr-defined]
    if kind is slice:
        return slice(*(realise(interpreter, part) for part in (value.start, value.stop, value.step)))  # type: ignore[attr-defined]
    if isinstance(value, Container) and depth < 20:
        return _realise_container(interpreter, value, depth, room)
    raise NotKnown


def _realise_container(interpreter: Interpreter, value: Container, depth: int, room: list[int]) -> Any:
    if value.kind in ("iterator", "set", "frozenset"):
        items = elements(interpreter, value)
        if items is None:
            raise NotKnown
        found = [realise(interpreter, item, depth + 1, room) for item in items]
        return iter(found) if value.kind == "iterator" else python.set(found)
    content = content_of(interpreter, value)
    if value.kind == "dict" and isinstance(content, dict):
        return {
            realise(interpreter, k, depth + 1, room): realise(interpreter, v, depth + 1, room)
            for k, v in content.items()
        }
    if value.kind in ("list", "keys", "values", "items") and type(content) is tuple:
        return [realise(interpreter, item, depth + 1, room) for item in content]
    raise NotKnown


def abstract(interpreter: Interpreter, found: object) -> Value:
    """The value of a Python object; UNKNOWN for objects that have none."""
    kind = type(found)
    if kind in CONSTANTS or kind is range:
        return bounded(found)
    if kind in (list, dict, python.set, frozenset) and len(found) > SIZE_LIMIT:  # type: ignore[arg-type]
        return UNKNOWN
    if kind is tuple:
        return bounded(tuple(abstract(interpreter, item) for item in found))  # type: ignore[attr-defined]
    if kind is list:
        return interpreter.overlay.new("list", tuple(abstract(interpreter, item) for item in found))  # type: ignore[attr-defined]
    if kind is dict:
        return interpreter.overlay.new(
            "dict",
            {k: abstract(interpreter, v) for k, v in found.items()},  # type: ignore[attr-defined]
        )
    if kind is python.set or kind is frozenset:
        return interpreter.overlay.new("set", tuple(abstract(interpreter, item) for item in found))  # type: ignore[attr-defined]
    return UNKNOWN


def computed(interpreter: Interpreter, function: Callable[..., Any], arguments: Arguments) -> Value:
    """`function` of known arguments; UNKNOWN where one is not known.

    Raises:
        ProgramRaises: the function raises.
    """
    try:
        positional = [realise(interpreter, value) for value in arguments.positional]
        keywords = {name: realise(interpreter, value) for name, value in arguments.keywords.items()}
    except NotKnown:
        interpreter.doubt()
        return UNKNOWN
    if not affordable(function, positional, keywords):
        return UNKNOWN
    try:
        return abstract(interpreter, function(*positional, **keywords))
    except (NotKnown, RecursionError):
        return UNKNOWN
    except Exception as error:
        raise raising(error) from None


def shown(interpreter: Interpreter, value: Value, conversion: int = -1, spec: str = "") -> str | None:
    """`f"{value!conversion:spec}"`, or None where it is not known.

    Raises:
        ProgramRaises: the format does not fit the value.
    """
    try:
        found = realise(interpreter, value) if not _used_up(value) else None
    except NotKnown:
        return None
    if found is None and value is not None:
        return None
    if isinstance(found, (python.set, frozenset)) and len(found) > 1:
        return None  # the order is not known
    convert = CONVERSIONS.get(conversion)
    if is_wide(spec):
        return None
    try:
        return format(found if convert is None else convert(found), spec)
    except (ValueError, TypeError) as error:
        raise raising(error) from None


def _used_up(value: Value) -> bool:
    return isinstance(value, Container) and value.kind not in ("list", "dict", "set")


def _limited_power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    if modulus is None and isinstance(exponent, int) and abs(exponent) > 512:
        raise NotKnown
    return pow(base, exponent, modulus)


def _small(function: Callable[..., Any]) -> Callable[..., Any]:
    def limited(*args: Any) -> Any:
        if any(isinstance(a, int) and abs(a) > 500 for a in args):
            raise NotKnown
        return function(*args)

    return limited


def _dumps(value: Any, **options: Any) -> str:
    return json.dumps(value, **options)


def _table() -> Mapping[str, Callable[..., Any]]:
    simple = "int float bool complex abs round divmod chr ord hex bin oct bytes"
    found: dict[str, Callable[..., Any]] = {f"builtins.{name}": getattr(python, name) for name in simple.split()}
    found["builtins.pow"] = found["math.pow"] = _limited_power
    for name in dir(math):
        if not name.startswith("_") and callable(getattr(math, name)):
            found[f"math.{name}"] = getattr(math, name)
    for name in ("factorial", "comb", "perm", "pow"):
        found[f"math.{name}"] = _small(getattr(math, name))
    for name in ("join", "basename", "dirname", "split", "splitext", "normpath", "isabs"):
        found[f"os.path.{name}"] = getattr(posixpath, name)
    found["json.loads"], found["json.dumps"] = json.loads, _dumps
    for name in "add sub mul truediv floordiv mod neg eq ne lt le gt ge and_ or_ xor not_ truth abs index".split():
        found[f"operator.{name}"] = getattr(operator, name)
    for name in ("fromkeys",):
        found[f"builtins.dict.{name}"] = getattr(dict, name)
    found["builtins.int.from_bytes"] = int.from_bytes
    found["builtins.bytes.fromhex"] = bytes.fromhex
    found["builtins.float.fromhex"] = float.fromhex
    found["builtins.str.maketrans"] = str.maketrans
    for kind in (str, int, float, bytes, tuple):
        for name in dir(kind):
            if not name.startswith("_"):
                found.setdefault(f"builtins.{kind.__name__}.{name}", getattr(kind, name))
    return found


PURE = _table()
"""Functions of constants only, by qualified name: computed."""
