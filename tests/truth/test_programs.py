"""Programs as people write them: the graphs that kls reads are the graphs that the real Keras builds, in every era.

`programs/` has ours, one of a kind each; the others are those that users reported, in `shared` beside the repository. A
program that starts with "# Keras 3" uses what Keras 2 does not have.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from compare import answers, of, real
from interpreters import ROOT

OURS = sorted((Path(__file__).parent / "programs").glob("*.py"))
CASES = sorted((Path(os.environ.get("KLS_SHARED") or ROOT.parent / "shared") / "cases").glob("*.py"))


def held_against(version: str, paths: list[Path]) -> dict[str, str]:
    """The programs that the two sides do not agree on, or that kls does not know all of."""
    found = answers(version, [of(version, path.read_text(encoding="utf-8")) for path in paths])
    models = sum(answer.models for answer in found)
    wrong = {path.name: str(answer) for path, answer in zip(paths, found, strict=True) if str(answer) != "same"}
    print(f"Keras {version}: {len(paths) - len(wrong)} of {len(paths)} programs ({models} models) have the same graph")
    return wrong


def runs(version: str, path: Path) -> bool:
    """Whether a program is written for this Keras."""
    return version[0] == "3" or not path.read_text(encoding="utf-8").startswith("# Keras 3")


@pytest.mark.keras
def test_our_programs(era: str) -> None:
    assert not held_against(era, [path for path in OURS if runs(era, path)])


@pytest.mark.keras
def test_the_programs_that_users_reported(era: str) -> None:
    if not CASES:
        pytest.skip("the programs are not at hand: set KLS_SHARED")
    wrong = held_against(era, CASES)
    known = {name: words for name, words in wrong.items() if not (name in BUILT_BY_FIT and words.startswith("unknown"))}
    assert not known


BUILT_BY_FIT = {
    "038_sequential_fitted_then_input.py",
    "062_sequential_from_layers_slice_shares_weights.py",
}
"""Programs of which kls knows the graph, but not every shape: what `fit` is given is data."""


@pytest.mark.keras
def test_our_programs_run() -> None:
    """Each is good code: none of them raises."""
    truths = real("3.15.1", [path.read_text(encoding="utf-8") for path in OURS])
    raised = {path.name: truth["error"] for path, truth in zip(OURS, truths, strict=True) if truth["error"]}
    assert not raised
