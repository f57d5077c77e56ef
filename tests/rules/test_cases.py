"""The programs that users reported, faulty and mended, against what the real Keras of each era did with them.

`expected.json` beside the programs was measured with real Keras: for each version whether the program ran, the line that
was refused, and facts that show what was silently wrong. The folder is `shared` beside the repository, or KLS_SHARED.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kls.analysis import Analysis, Memo, Snapshot, analyse
from kls.settings import Settings
from kls.source.read import read_document

from .checking import VERSIONS, environment, loud

SHARED = Path(os.environ.get("KLS_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
CASES = SHARED / "cases"
ERAS = dict(zip(("tf_keras", "3.7.0", "3.12.0", "3.15.1"), VERSIONS))
"""The versions of expected.json, and what kls is told for each."""

DISCONNECTED = frozenset(
    """
    LEAK NESTED_OUTPUT MISSING_INPUT FRESH_INPUT UNCONNECTED NOT_CHAINED WRONG_MODEL_INPUT MIDGRAPH_INPUT
    """.split()
)
"""The classes that the first working version had to find."""

SILENT = {
    "REBOUND_INPUT": "KLS106",
    "SHARED_NODE0": "KLS105",
    "WRONG_CUT": "KLS113",
    "INPUT_STRUCTURE": "KLS211",
    "POP_NO_EFFECT": "KLS301",
    "SHARED_WEIGHTS": "KLS302",
}
"""Classes that some version builds and gets wrong without a word, and the rule that speaks."""

UNTOLD = {("005_clone_function_model_from_layer_input", "tf_keras")}
"""Refused inside clone_model, by a `clone_function`, for the mended program as for the faulty one."""


def expected() -> dict[str, dict[str, Any]]:
    """What real Keras did; empty where the programs are not at hand."""
    file = CASES / "expected.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


EXPECTED = expected()
CASE_NAMES = sorted(EXPECTED)


@cache
def analysed(path: Path, version: str) -> Analysis:
    """The analysis of one of the programs."""
    return analyse(Snapshot(str(path), read_document(str(path))), environment(version), Settings(), Memo())


def loud_lines(analysis: Analysis) -> set[str]:
    """The lines with a warning or an error."""
    lines = analysis.documents[analysis.path].lines
    found = [f for f in analysis.findings if f.severity.value in ("warning", "error")]
    return {lines[f.place.range.start.line].strip() for f in found}


def refused_line(case: dict[str, Any], key: str) -> str | None:
    """The line that is at fault in a version: the one that it refuses, or the one that the newest refuses instead."""
    what = case["outcome"].get(key)
    if what == "BUILD":
        return str(case["buggy"][key]["line"]).strip()
    if what in ("CALL", "BROKEN"):  # built silently: the construction is at fault, not the call that fails later
        line = case["buggy"]["3.15.1"].get("line")
        return None if line is None else str(line).strip()
    return None


def test_the_programs_are_at_hand() -> None:
    if EXPECTED:
        return
    message = f"no programs in {CASES}: set KLS_SHARED to the folder that holds them"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.mark.parametrize("key", ERAS)
@pytest.mark.parametrize("name", CASE_NAMES)
def test_what_keras_refuses_is_found_at_its_line(name: str, key: str) -> None:
    line = refused_line(EXPECTED[name], key)
    if line is None or (name, key) in UNTOLD:
        return
    analysis = analysed(CASES / f"{name}.py", ERAS[key])
    assert line in loud_lines(analysis), [f"{f.place.range.start.line + 1}: {f.message}" for f in analysis.findings]


@pytest.mark.parametrize("key", ERAS)
@pytest.mark.parametrize("name", CASE_NAMES)
def test_the_mended_program_has_no_warning_and_no_error(name: str, key: str) -> None:
    assert loud(analysed(CASES / f"{name}_fixed.py", ERAS[key])) == []


@pytest.mark.parametrize("key", ERAS)
@pytest.mark.parametrize("name", [n for n in CASE_NAMES if EXPECTED[n]["class"] in SILENT])
def test_what_is_silently_wrong_is_found(name: str, key: str) -> None:
    case = EXPECTED[name]
    good = case["fixed"][key].get("facts")
    if case["outcome"][key] != "OK" or good is None or case["buggy"][key].get("facts") == good:
        return
    rules = {f.rule for f in analysed(CASES / f"{name}.py", ERAS[key]).findings if f.severity.value == "warning"}
    assert SILENT[case["class"]] in rules


@pytest.mark.parametrize("key", ERAS)
def test_recall(key: str) -> None:
    """The figures, to be read with `pytest -s`."""
    refused = {n: line for n in CASE_NAMES if (line := refused_line(EXPECTED[n], key)) and (n, key) not in UNTOLD}
    found = [n for n, line in refused.items() if line in loud_lines(analysed(CASES / f"{n}.py", ERAS[key]))]
    of_first = [n for n in refused if EXPECTED[n]["class"] in DISCONNECTED]
    print(f"\nKeras {ERAS[key]}: {len(found)} of {len(refused)} refused programs found, {len(of_first)} disconnected")
    assert set(found) == set(refused)


@pytest.mark.parametrize("name", CASE_NAMES)
def test_one_fault_is_one_finding(name: str) -> None:
    """Of the rules about the connections of a model, one speaks at a line."""
    for version in VERSIONS:
        analysis = analysed(CASES / f"{name}.py", version)
        about = [f.place.range.start.line for f in analysis.findings if f.rule.startswith("KLS1")]
        assert len(about) == len(set(about)), [f.message for f in analysis.findings]
