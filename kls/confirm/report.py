"""What the agent says, once it has been checked.

All of it is hostile: wrong shapes are refused, lengths capped, text cleaned.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

ESCAPE = re.compile("\x1b\\[[0-9;]*[A-Za-z]")  # colours
MAX_BYTES = 4 << 20
MAX_NAME = 200
MAX_MESSAGE = 2000
MAX_ITEMS = 5000
MAX_EDGES = 20_000
MAX_NUMBERS = 50_000
MAX_PARTS = 500


class BadReport(Exception):
    """The agent sent something that no honest agent sends."""


@dataclass(frozen=True)
class Failure:
    """An exception that the program raised.

    `lines` are the user's file's lines on its stack, innermost first, 1-based.
    """

    type: str
    message: str
    lines: tuple[int, ...]


@dataclass(frozen=True)
class BuiltLayer:
    """One entry of `model.layers`."""

    name: str
    cls: str
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True)
class BuiltModel:
    """One call of a model's constructor. `error` is what it raised; then layers and edges are empty."""

    lines: tuple[int, ...]
    variable: str | None
    cls: str
    name: str | None
    error: Failure | None
    layers: tuple[BuiltLayer, ...]
    edges: tuple[tuple[str, str], ...]
    params: int | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    missing: tuple[str, ...]
    leaked: tuple[str, ...]
    leaked_params: int
    unused: tuple[str, ...]
    intended: tuple[str, ...]
    values: tuple[tuple[float, ...], ...] | None
    parts: dict[str, tuple[float, ...]]
    """Numbers of its tensors, by what each is made of: equal keys in two models are the same computation."""


@dataclass(frozen=True)
class Report:
    """One run of one program. `ended`: why the run with variables was ended, where this is of the one without them."""

    models: tuple[BuiltModel, ...]
    errors: tuple[Failure, ...]
    assumptions: tuple[tuple[int, str], ...]
    ended: str | None = None
    reached: frozenset[int] = frozenset()
    """Of the statements that were asked about, the first lines of those that ran without an exception of their own."""
    taken: tuple[tuple[int, str], ...] = ()
    """(line of a construction, the call that was tried to come to it)."""

    @property
    def out_of_time(self) -> bool:
        """Whether the program was stopped before its end."""
        return any(error.type == "Deadline" for error in self.errors)


def clean(text: str, limit: int) -> str:
    """Text of at most `limit` characters without control characters, surrogates and direction marks; newlines stay."""
    text = ESCAPE.sub("", text[: 4 * limit])
    kept = (char for char in text if char == "\n" or (char.isprintable() and not 0xD800 <= ord(char) < 0xE000))
    return "".join(kept)[:limit]


def parse_report(text: str) -> Report:
    """A checked report. Raises BadReport."""
    if len(text) > MAX_BYTES:
        raise BadReport("the report is too long")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadReport("the report is not JSON") from error
    data = mapping(data)
    if "unsealed" in data:
        raise BadReport(f"the child could not be sealed: {string(data['unsealed'], MAX_NAME)}")
    return Report(
        models=tuple(
            model for item in sequence(data.get("models"), 500) if (model := built(mapping(item))) is not None
        ),
        errors=tuple(failure(mapping(item)) for item in sequence(data.get("errors"), 100)),
        assumptions=tuple(assumption(item) for item in sequence(data.get("assumptions"), 200)),
        reached=frozenset(numbers(data.get("reached", []), MAX_ITEMS)),
        taken=tuple(assumption(item) for item in sequence(data.get("taken", []), 200)),
    )


def built(data: dict[str, Any]) -> BuiltModel | None:
    """One model; None for one that the agent could not describe."""
    if "failed" in data:
        return None
    lines = numbers(data.get("lines"))
    error = data.get("error")
    values = data.get("values")
    return BuiltModel(
        lines=lines,
        variable=optional(data.get("variable"), name),
        cls=name(data.get("class")),
        name=optional(data.get("name"), name),
        error=None if error is None else failure({**mapping(error), "lines": list(lines)}),
        layers=tuple(layer(item) for item in sequence(data.get("layers"), MAX_ITEMS)),
        edges=tuple(edge(item) for item in sequence(data.get("edges"), MAX_EDGES)),
        params=optional(data.get("params"), count),
        inputs=texts(data.get("inputs")),
        outputs=tuple(output(item) for item in sequence(data.get("outputs"), MAX_ITEMS)),
        missing=texts(data.get("missing")),
        leaked=texts(data.get("leaked")),
        leaked_params=count(data.get("leaked_params")),
        unused=texts(data.get("unused")),
        intended=texts(data.get("intended")),
        values=None if values is None else tuple(floats(item) for item in sequence(values, 100)),
        parts=parts(data.get("parts")),
    )


def failure(data: dict[str, Any]) -> Failure:
    """One exception."""
    return Failure(name(data.get("type")), string(data.get("message"), MAX_MESSAGE), numbers(data.get("lines")))


def layer(item: object) -> BuiltLayer:
    """[name, class, shape or null]."""
    parts = sequence(item, 3)
    if len(parts) != 3:
        raise BadReport("a layer is not [name, class, shape]")
    shape = parts[2]
    sizes = None if shape is None else tuple(optional(size, count) for size in sequence(shape, 20))
    return BuiltLayer(name(parts[0]), name(parts[1]), sizes)


def edge(item: object) -> tuple[str, str]:
    """[from, to]."""
    parts = sequence(item, 2)
    if len(parts) != 2:
        raise BadReport("an edge is not [from, to]")
    return name(parts[0]), name(parts[1])


def output(item: object) -> str:
    """[layer, shape]; the layer is kept."""
    parts = sequence(item, 2)
    if len(parts) != 2:
        raise BadReport("an output is not [layer, shape]")
    return name(parts[0])


def assumption(item: object) -> tuple[int, str]:
    """[line, text]."""
    parts = sequence(item, 2)
    if len(parts) != 2:
        raise BadReport("an assumption is not [line, text]")
    return count(parts[0]), string(parts[1], 300).replace("\n", " ")


def mapping(data: object) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(data, dict):
        raise BadReport("an object was expected")
    return data


def sequence(data: object, limit: int) -> list[Any]:
    """A JSON array of at most `limit` items."""
    if not isinstance(data, list) or len(data) > limit:
        raise BadReport("an array was expected, or it is too long")
    return data


def string(data: object, limit: int) -> str:
    """A cleaned string."""
    if not isinstance(data, str):
        raise BadReport("a string was expected")
    return clean(data, limit)


def name(data: object) -> str:
    """A cleaned, short string on one line."""
    return string(data, MAX_NAME).replace("\n", " ")


def texts(data: object) -> tuple[str, ...]:
    """An array of names."""
    return tuple(name(item) for item in sequence(data, MAX_ITEMS))


def count(data: object) -> int:
    """A number of things: not negative, not absurd."""
    if not isinstance(data, int) or isinstance(data, bool) or not 0 <= data < 1 << 62:
        raise BadReport("a count was expected")
    return data


def numbers(data: object, limit: int = 100) -> tuple[int, ...]:
    """An array of counts."""
    return tuple(count(item) for item in sequence(data, limit))


def floats(data: object) -> tuple[float, ...]:
    """An array of numbers; what is not finite is kept as it is."""
    found = sequence(data, MAX_NUMBERS)
    if not all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in found):
        raise BadReport("numbers were expected")
    return tuple(float(item) if not isinstance(item, int) or abs(item) < 1 << 62 else math.inf for item in found)


def parts(data: object) -> dict[str, tuple[float, ...]]:
    """An object of arrays of numbers; none where it is not there."""
    found = {} if data is None else mapping(data)
    if len(found) > MAX_PARTS:
        raise BadReport("an object is too long")
    return {name(key): floats(value) for key, value in found.items()}


def optional(data: object, check: Callable[[object], T]) -> T | None:
    """None, or what the check makes of it."""
    return None if data is None else check(data)
