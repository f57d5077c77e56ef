"""What the agent says is hostile: wrong shapes are refused, text is cleaned, and a forgery harms only its own verdict."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kls.confirm.confirm import confirm
from kls.confirm.report import BadReport, clean, parse_report
from kls.confirm.session import Session

MODEL: dict[str, Any] = {
    "lines": [3], "variable": "m", "class": "Functional", "name": "m", "error": None, "missing": [], "intended": ["d"],
    "layers": [["i", "InputLayer", [None, 3]], ["d", "Dense", None]], "edges": [["i", "d"]], "leaked": [], "params": 8,
    "leaked_params": 0, "inputs": ["i"], "outputs": [["d", [None, 2]]], "unused": [],
}  # fmt: skip


def report(**changes: Any) -> str:
    return json.dumps({"models": [{**MODEL, **changes}], "errors": [], "assumptions": []})


def test_an_honest_report_is_read() -> None:
    (model,) = parse_report(report()).models
    assert [layer.name for layer in model.layers] == ["i", "d"]
    assert (model.params, model.edges) == (8, (("i", "d"),))


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "1", "{", '{"models": {}}', '{"models": [], "errors": [], "assumptions": [[1, 2, 3]]}', "[" * 100_000,
        report(lines=["3"]), report(lines=[-1]), report(lines=[True]), report(layers=[["a"]]), report(layers=[[1, 2, 3]]),
        report(params=-5), report(params="8"), report(params=1 << 70), report(leaked="abc"), report(edges=[["a", "b", "c"]]),
        report(values=[["x"]]), report(values=[[1.0] * 60_000]), report(layers=[["a", "b", None]] * 6000), report(variable=7),
        '{"unsealed": "no filter"}', "x" * (5 << 20),
    ],
)  # fmt: skip
def test_a_dishonest_one_is_refused(text: str) -> None:
    with pytest.raises(BadReport):
        parse_report(text)


def test_text_is_cleaned() -> None:
    assert clean("a\x1b[1mb\x1b[0m\x07\x00c\u202ed\ud800", 100) == "abcd"
    assert clean("x" * 9999, 200) == "x" * 200
    (model,) = parse_report(report(variable="m\n\x1b]0;title\x07" + "y" * 999)).models
    assert model.variable is not None
    assert "\n" not in model.variable and "\x1b" not in model.variable and len(model.variable) <= 200


FORGED = """
import keras, os, json
inputs = keras.Input((3,))
model = keras.Model(inputs, keras.layers.Dense(forge() or 2)(inputs))
"""
FORGERIES = {
    "writes its own report and ends": (
        '[write(fd, b\'{"models": [], "errors": [], "assumptions": []}\') for fd in fds]\nos._exit(0)'
    ),
    "writes garbage": "[write(fd, b'\\x00\\xff garbage') for fd in fds]",
    "answers for another": '[write(fd, b\'{"id": 0, "done": true}\\n\') for fd in fds]\nos._exit(0)',
    "writes without end": "while True: [write(fd, b'x' * 65536) for fd in fds]",
    "asks to be run again for ever": "[write(fd, b'{\"again\": true}') for fd in fds]\nos._exit(0)",
    "closes everything": "[os.close(fd) for fd in fds]\nimport time\ntime.sleep(60)",
    "turns the tracer": "import sys\nsys.modules['kls_agent.run'].report = lambda *a: {'models': 7}",
}


@pytest.mark.sandbox
@pytest.mark.keras
@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_a_forged_report_harms_only_its_own_verdict(
    short: Session, sessions: Callable[[str], Session], name: str
) -> None:
    forge = "def write(fd, data):\n    try: os.write(fd, data)\n    except OSError: pass\ndef forge():\n    fds = range(3, 64)\n"
    body = "".join(f"    {line}\n" for line in FORGERIES[name].split("\n"))
    text = FORGED.replace("inputs =", forge + body + "inputs =", 1)
    for model in confirm("/nowhere/forged.py", text, None, short).models:
        assert model.verdict == "inconclusive"
        assert model.assumptions
    honest = FORGED.replace("forge() or ", "")
    assert [model.verdict for model in confirm("/nowhere/honest.py", honest, None, short).models] == ["clean"]
