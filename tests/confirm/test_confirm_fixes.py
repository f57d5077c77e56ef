"""Every fix that a rule's page shows is built with real Keras and proven: in the newest era and in one that builds leaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rules.checking import check, environment, examples

from kls.confirm.asked import Confirmation, FixRequest, Site
from kls.confirm.confirm import confirm
from kls.confirm.session import Session
from kls.confirming import sites, suspects
from kls.pages import pages

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]
Sessions = Callable[[str], Session]


def confirmed(code: str, version: str, session: Session) -> Confirmation | None:
    """What real Keras says of a program's findings and their fixes; None where nothing is suspected."""
    analysis = check(code, version)
    suspected = suspects(analysis)
    if not suspected:
        return None
    wanted = sites(suspected, analysis.documents[analysis.path], environment(version), analysis.path)
    return confirm("/nowhere/program.py", code, wanted, session)


def programs(version: str) -> Iterator[tuple[str, str]]:
    """The pages' examples that have findings in a version of Keras."""
    for page in pages():
        for number, example in enumerate(examples(page.text)):
            if example.marks and version in example.versions:
                yield f"{page.code}[{number}]", example.bare


@pytest.mark.parametrize("version", ["3.15.1", "3.7.0"])
def test_every_fix_of_the_pages_is_verified(sessions: Sessions, version: str) -> None:
    failed, proven, refuted = [], 0, []
    for name, code in programs(version):
        answer = confirmed(code, version, sessions(version))
        for model in answer.models if answer else ():
            refuted += [(name, model.line)] if model.verdict == "refuted" else []
            failed += [(name, fix.title, fix.reason) for fix in model.fixes if not fix.verified]
            proven += sum(fix.verified for fix in model.fixes)
    print(f"\n{proven} fixes of the pages verified with Keras {version}")
    assert (failed, refuted) == ([], [])
    assert proven >= 20


NORMALISED = """\
import keras
a = keras.Input((8, 8, 3), name="a")
x = keras.layers.Conv2D(4, 3, name="conv")(a)
x = keras.layers.BatchNormalization(name="norm")(x)
x = keras.layers.Dense(3, name="head")(keras.layers.Flatten(name="flat")(x))
x = keras.layers.Add(name="add")([x, x])
model = keras.Model(a, {output})
"""


@pytest.mark.parametrize("era", ["tf_keras", "3.7.0", "3.12.0", "3.15.1"])
def test_outputs_are_held_against_each_other_in_every_era(sessions: Sessions, era: str) -> None:
    text, bent = NORMALISED.format(output="x"), NORMALISED.format(output="keras.layers.ReLU(name='bent')(x)")
    fixes = FixRequest("write it otherwise", text.replace("[x, x]", "(x, x)")), FixRequest("bend it", bent)
    (model,) = confirm("/nowhere/m.py", text, [Site(7, "model", "fine", fixes=fixes)], sessions(era)).models
    same, other = model.fixes
    assert (same.verified, same.max_abs_difference) == (True, 0.0)
    assert other.reason == "its outputs differ"
    # Weights and inputs come of names alone, so every era computes the same.
    assert other.max_abs_difference == pytest.approx(2.6608, abs=1e-3)


TWICE = """\
import keras
a = keras.Input((4,), name="a")
b = keras.Input((4,), name="b")
shared = keras.layers.Dense(3, name="shared")
of_a, of_b = shared(a), shared(b)
features_of_b = keras.Model(a, {output})
"""


def test_a_fix_that_is_to_change_the_outputs_is_held_against_what_stays(sessions: Sessions) -> None:
    """`{output}` is another tensor on purpose; what leads to both agrees."""
    text = TWICE.format(output="keras.layers.Dense(2, name='out')(of_a)")
    fixed = TWICE.format(output="keras.layers.Dense(2, name='other')(of_a)")
    site = Site(6, "features_of_b", "wrong", fixes=(FixRequest("call it otherwise", fixed),))
    (model,) = confirm("/nowhere/m.py", text, [site], sessions("3.15.1")).models
    (fix,) = model.fixes
    assert (fix.verified, fix.max_abs_difference, fix.reason) == (False, None, "it loses out")
    fixed = TWICE.format(output="keras.layers.Dense(2, activation='relu', name='out')(of_a)")
    site = Site(6, "features_of_b", "wrong", fixes=(FixRequest("bend it", fixed),))
    (model,) = confirm("/nowhere/m.py", text, [site], sessions("3.15.1")).models
    assert [(each.verified, each.reason) for each in model.fixes] == [(False, "its outputs differ")]


def test_what_the_static_analysis_still_holds_against_a_fix_is_no_proof(sessions: Sessions, tmp_path: Path) -> None:
    text = TWICE.format(output="of_a")
    fix = FixRequest("as before", text + "\n", fault="kls still says so")
    (model,) = confirm(
        tmp_path / "m.py", text, [Site(6, "features_of_b", "wrong", fixes=(fix,))], sessions("3.15.1")
    ).models
    assert [(each.verified, each.reason) for each in model.fixes] == [(False, "kls still says so")]
