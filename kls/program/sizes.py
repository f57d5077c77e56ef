"""How large known values may become: what would be larger is not known, and is never computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kls.program.values import SIZE_LIMIT, UNKNOWN, Value

TUPLE_LIMIT = 5_000
"""Items of a tuple and of the tuples in it, all counted: a tuple is walked whenever it is used."""

NESTING_LIMIT = 40
"""Tuples in tuples; deeper ones are not known."""

INTEGER_BITS = 4_096

_WIDE = re.compile(r"\d{5}")
"""A width or precision that asks for much room."""

_WIDE_FIELD = {"%": re.compile(r"%[^a-zA-Z%]*(?:\d{5}|\*)"), "{": re.compile(r":[^{}]*(?:\d{5}|\{)")}
"""The same in a template, or one that is given by an argument."""

_SIZES = dict.fromkeys("ljust rjust center zfill to_bytes bytes mul".split(), SIZE_LIMIT) | {
    "expandtabs": 64,
    "dumps": 64,
}
"""Functions that make as much as a number says, and the largest one that they may be given."""

_PRODUCTS = frozenset({"prod", "lcm", "gcd", "sumprod"})


def bounded(value: Value) -> Value:
    """A constant, or UNKNOWN where it is too large to go on with."""
    kind = type(value)
    if kind is tuple:
        return value if _fits(value) else UNKNOWN  # type: ignore[arg-type]
    if kind is int:
        return value if value.bit_length() <= INTEGER_BITS else UNKNOWN  # type: ignore[attr-defined]
    if kind is range:
        return value if max(abs(value.start), abs(value.stop)) < 2**62 else UNKNOWN  # type: ignore[attr-defined]
    if kind is str or kind is bytes:
        return value if len(value) <= SIZE_LIMIT else UNKNOWN  # type: ignore[arg-type]
    return value


def _fits(items: tuple[Value, ...]) -> bool:
    level: list[tuple[Value, ...]] = [items]
    left = TUPLE_LIMIT
    for _ in range(NESTING_LIMIT):
        left -= sum(map(len, level))
        if left < 0:
            return False
        level = [item for inner in level for item in inner if type(item) is tuple]
        if not level:
            return True
    return False


def fillable(template: str, mark: str, values: object) -> bool:
    """Whether a template, whose fields start with `mark`, takes little room when it is filled in."""
    if _WIDE_FIELD[mark].search(template):
        return False
    return len(template) + template.count(mark) * _room(values) <= SIZE_LIMIT


def is_wide(spec: str) -> bool:
    """Whether a format specification asks for much room."""
    return _WIDE.search(spec) is not None


def _room(value: object) -> int:
    """About how many characters it takes to write a Python object that is known all the way down."""
    if isinstance(value, (str, bytes)):
        return len(value) + 2
    if isinstance(value, dict):
        return _room([*value, *value.values()])
    if isinstance(value, (tuple, list, set, frozenset)):
        return sum(map(_room, value)) + 2
    return 64


def affordable(function: Callable[..., Any], positional: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    """Whether a function of constants, or a method of one, is soon computed and gives something small."""
    name = getattr(function, "__name__", "")
    own = getattr(function, "__self__", None)
    values = [*([own] if isinstance(own, (str, bytes, int, float, range)) else []), *positional, *keywords.values()]
    if any(isinstance(value, range) and len(value) > TUPLE_LIMIT for value in values):
        return False
    if name in _SIZES:
        return (
            max((abs(value) for value in values[name != "bytes" :] if isinstance(value, int)), default=0)
            <= _SIZES[name]
        )
    if name in _PRODUCTS:
        numbers = [n for value in values for n in (value if isinstance(value, (tuple, list, range)) else (value,))]
        return len(numbers) <= 500 and all(not isinstance(n, int) or abs(n) <= 10**100 for n in numbers)
    text = values[0] if values and isinstance(values[0], (str, bytes)) else None
    if text is None:
        return True
    if name in ("format", "format_map"):
        return isinstance(text, str) and fillable(text, "{", values[1:])
    if name == "mod":
        return isinstance(text, str) and fillable(text, "%", values[1:])
    if name in ("replace", "join", "translate"):
        return _length(name, text, values[1:]) <= SIZE_LIMIT
    return True


def _length(name: str, text: Any, values: Sequence[Any]) -> int:
    """How long the text is at most that `replace`, `join` or `translate` gives."""
    if name == "replace" and len(values) >= 2 and type(values[0]) is type(values[1]) is type(text):
        return len(text) + int(text.count(values[0])) * len(values[1])
    if name == "join" and values and isinstance(values[0], (tuple, list, set, dict)):
        return len(text) * len(values[0]) + _room(values[0])
    return len(text) * _room(values)
