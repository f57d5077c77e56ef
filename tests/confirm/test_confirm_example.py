"""The seed bug, confirmed and its fix verified on real Kerases: a probe taken with `trainable.input`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kls.confirm.asked import FixRequest, Site
from kls.confirm.confirm import confirm
from kls.confirm.session import Session

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]
Sessions = Callable[[str], Session]


@pytest.fixture(scope="module")
def text(cases: Path) -> str:
    return (cases / "001_leak_via_input_of_midgraph_model.py").read_text()


def ask(session: Session, text: str, fixed: str) -> dict[str, Any]:
    """The JSON of a confirm of the probe, whose fault KLS101 names, with one fix."""
    site = Site(17, "probe", "leaks", ("raw_text", "lookup"), ("KLS101",), (FixRequest("use `ids`", fixed),))
    return confirm("/nowhere/model.py", text, [site], session).to_json()


@pytest.mark.parametrize("era", ["3.7.0", "3.12.0"])
def test_an_era_that_leaks(sessions: Sessions, text: str, era: str) -> None:
    answer = ask(sessions(era), text, text.replace("Model(trainable.input", "Model(ids"))
    (model,) = answer["models"]
    assert answer["environment"]["keras"] == era
    assert (model["variable"], model["line"], model["verdict"]) == ("probe", 17, "confirmed")
    assert model["layers"] == ["raw_text", "lookup", "emb", "keras_tensorCLONE", "flat"]
    assert model["leaked"] == ["raw_text", "lookup"]
    assert (model["missing"], model["error"], model["leaked_params"]) == ([], None, 0)
    (fix,) = model["fixes"]
    assert fix["verdict"] == "verified"
    assert fix["layers"] == ["keras_tensorCLONE", "emb", "flat"]
    assert fix["max_abs_difference"] < 1e-6


@pytest.mark.parametrize("era", ["3.15.1", "tf_keras"])
def test_an_era_that_raises(sessions: Sessions, text: str, era: str) -> None:
    (model,) = ask(sessions(era), text, text.replace("Model(trainable.input", "Model(ids"))["models"]
    assert model["verdict"] == "confirmed"
    assert model["error"]["type"] == "ValueError"
    assert model["error"]["line"] == 17
    assert ("not connected" in model["error"]["message"]) or ("Graph disconnected" in model["error"]["message"])
    (fix,) = model["fixes"]
    assert (fix["verdict"], fix["max_abs_difference"]) == ("verified", None)


def test_a_fix_that_leaves_the_fault_is_not_verified(sessions: Sessions, text: str) -> None:
    (model,) = ask(sessions("3.12.0"), text, text + "\n# nothing has changed\n")["models"]
    assert [fix["verdict"] for fix in model["fixes"]] == ["failed"]


def test_a_fix_that_loses_a_layer_is_not_verified(sessions: Sessions, text: str) -> None:
    """`Model(emb, ...)` cuts one layer too late: `emb` was meant to be in the probe."""
    for era in ("3.12.0", "3.15.1"):
        fixed = text.replace("Model(trainable.input", "Model(emb")
        (model,) = ask(sessions(era), text, fixed)["models"]
        assert [fix["verdict"] for fix in model["fixes"]] == ["failed"], era


def test_a_fix_that_breaks_something_else_is_not_verified(sessions: Sessions, text: str) -> None:
    fixed = text.replace("Model(trainable.input", "Model(ids").replace('layers.Flatten(name="flat")', "layers.Gone()")
    (model,) = ask(sessions("3.15.1"), text, fixed)["models"]
    assert [fix["verdict"] for fix in model["fixes"]] == ["failed"]


def test_a_suspicion_that_keras_does_not_share_is_refuted(sessions: Sessions, text: str) -> None:
    """`preprocess` is a sound model."""
    answer = confirm("/nowhere/model.py", text, [Site(15, "preprocess", "raises")], sessions("3.15.1"))
    assert [model.verdict for model in answer.models] == ["refuted"]


def test_a_warm_confirm_takes_no_start(sessions: Sessions, text: str) -> None:
    session = sessions("3.15.1")
    fixed = text.replace("Model(trainable.input", "Model(ids")
    ask(session, text, fixed)
    seconds = [ask(session, text, fixed)["models"][0]["seconds"] for _ in range(9)]
    assert {each["start"] for each in seconds} == {0.0}
    median = sorted(each["build"] for each in seconds)[4]
    print(f"\nwarm confirm of the example with one fix: median {median * 1000:.0f} ms")
    assert median < 0.5
