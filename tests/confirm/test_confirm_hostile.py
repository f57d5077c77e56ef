"""Whatever the agent sends is refused, or becomes a report of clean and short texts: a forger harms its verdict alone."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kls.confirm.agent_process import Answer, answer
from kls.confirm.report import MAX_ITEMS, MAX_MESSAGE, MAX_NAME, BadReport, Report, clean, parse_report

HONEST: dict[str, Any] = {
    "models": [
        {
            "lines": [3], "variable": "m", "class": "Functional", "name": "m", "error": None, "missing": [], "intended": ["d"],
            "layers": [["i", "InputLayer", [None, 3]], ["d", "Dense", None]], "edges": [["i", "d"]], "leaked": [], "params": 8,
            "leaked_params": 0, "inputs": ["i"], "outputs": [["d", [None, 2]]], "unused": [], "values": [[1.0, 2.0]],
        }
    ],
    "errors": [{"type": "ValueError", "message": "no", "lines": [1]}],
    "assumptions": [[1, "made up"]],
}  # fmt: skip
NASTY = [
    "\x1b[2J\x1b]0;t\x07",
    "a\nb\r\u2028c",
    "[x](command:evil)",
    "\u202eabc",
    "\ud800",
    "x" * 5000,
    "\x00",
    "::error::",
    "",
]
texts = st.text(max_size=40) | st.sampled_from(NASTY)
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -1, 1 << 63, math.nan, math.inf, True])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(texts, inner, max_size=6),
    max_leaves=20,
)


def places(data: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a JSON value."""
    parts: Any = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, inner in parts for place in places(inner, (*path, key)))]


def forged(place: tuple[Any, ...], value: object) -> str:
    """The honest report with one part replaced."""
    if not place:
        return json.dumps(value)
    data = json.loads(json.dumps(HONEST))
    *way, last = place
    holder = data
    for key in way:
        holder = holder[key]
    holder[last] = value
    return json.dumps(data)


def strings(value: object) -> list[str]:
    """Every text in a report."""
    if isinstance(value, str):
        return [value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [text for field in dataclasses.fields(value) for text in strings(getattr(value, field.name))]
    return [text for item in value for text in strings(item)] if isinstance(value, tuple) else []


def harmless(report: Report) -> None:
    """No control characters but newlines in messages, nothing long, no absurd numbers."""
    for text in strings(report):
        assert len(text) <= MAX_MESSAGE
        assert all(char == "\n" or char.isprintable() for char in text)
        text.encode("utf-8")
    for model in report.models:
        own = dataclasses.replace(model, error=None)
        assert all(len(text) <= MAX_NAME and "\n" not in text for text in strings(own))
        assert len(model.layers) <= MAX_ITEMS
        assert all(0 <= line < 1 << 62 for line in model.lines)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(places(HONEST)), values)
def test_a_report_with_one_forged_part(place: tuple[Any, ...], value: object) -> None:
    try:
        report = parse_report(forged(place, value))
    except BadReport as error:
        assert str(error).isprintable()
    else:
        harmless(report)


@settings(max_examples=200, deadline=None)
@given(texts | st.binary(max_size=60).map(lambda data: data.decode("utf-8", "replace")) | values.map(json.dumps))
def test_anything_at_all(text: str) -> None:
    with contextlib.suppress(BadReport):
        harmless(parse_report(text))


@given(texts, st.integers(0, 60))
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once
    assert len(once) <= limit


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["variant", "report", "killed", "exit", "mode", "id"]), values))
def test_any_message_is_an_answer_of_plain_parts(message: dict[str, Any]) -> None:
    found = answer(message)
    assert isinstance(found, Answer)
    assert found.killed is None or (found.killed.isprintable() and len(found.killed) <= 20)
    assert found.mode.isprintable() or "\n" in found.mode


def test_nesting_and_length() -> None:
    for text in ("[" * 200_000, '{"models":' * 50_000, "9" * 5_000_000, '{"models": [' + "[]," * 900 + "[]]}"):
        try:
            parse_report(text)
        except BadReport:
            continue
        raise AssertionError(text[:40])


def test_the_honest_report_is_read() -> None:
    assert parse_report(json.dumps(HONEST)).models[0].values == ((1.0, 2.0),)
