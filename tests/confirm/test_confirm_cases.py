"""All 44 pairs of cases under all four eras: the verdicts are what real Keras did (expected.json)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kls.confirm.asked import Confirmation
from kls.confirm.confirm import confirm
from kls.confirm.session import Session

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]
Sessions = Callable[[str], Session]
ERAS = ("3.7.0", "3.12.0", "3.15.1", "tf_keras")


def layers_of(answer: Confirmation) -> dict[str | None, list[str]]:
    return {model.variable: list(model.layers) for model in answer.models}


@pytest.mark.parametrize("era", ERAS)
def test_buggy_ones_are_confirmed_where_keras_refuses_or_misbuilds(
    sessions: Sessions, cases: Path, expected: dict[str, Any], era: str
) -> None:
    wrong = []
    for name, facts in expected.items():
        path = cases / f"{name}.py"
        answer = confirm(path, path.read_text(), None, sessions(era))
        faulty = {model.line for model in answer.models if model.verdict == "confirmed"}
        broken = facts["outcome"][era] in ("BUILD", "CALL", "BROKEN")
        if bool(faulty) != broken or any(model.verdict == "inconclusive" for model in answer.models):
            wrong.append((name, facts["outcome"][era], [(m.line, m.verdict, m.assumptions) for m in answer.models]))
    assert wrong == []


@pytest.mark.parametrize("era", ERAS)
def test_fixed_ones_are_clean_and_have_the_layers_that_keras_gives_them(
    sessions: Sessions, cases: Path, expected: dict[str, Any], era: str
) -> None:
    wrong = []
    for name, facts in expected.items():
        if facts["fixed"][era]["status"] != "OK":
            continue
        path = cases / f"{name}_fixed.py"
        answer = confirm(path, path.read_text(), None, sessions(era))
        real = {model["var"]: model["layers"] for model in facts["fixed"][era]["models"] if model["var"]}
        built = layers_of(answer)
        if any(model.verdict != "clean" for model in answer.models):
            wrong.append((name, [(m.line, m.verdict, m.assumptions) for m in answer.models]))
        differing = {k: (v, built[k]) for k, v in real.items() if k in built and built[k] != v}
        if differing:
            wrong.append((name, differing))
    assert wrong == []
