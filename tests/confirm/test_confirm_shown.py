"""Models that every Keras builds and that are not what was meant: what of them shows that the finding is right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rules.checking import check, environment, examples

from kls.confirm.asked import Confirmation, FixRequest, Site
from kls.confirm.confirm import confirm
from kls.confirm.session import Session
from kls.confirming import sentence, sites, suspects
from kls.pages import pages

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]
Sessions = Callable[[str], Session]
ERAS = {"tf_keras": "2.15.0", "3.7.0": "3.7.0", "3.12.0": "3.12.0", "3.15.1": "3.15.1"}
SHOWN = {
    "KLS113": "first is not in it",
    "KLS301": "has in it what was not meant: old_head",
    "KLS303": "calls dense again on what came of it",
    "KLS307": "its outputs differ by up to 1 from those that it has with the fix",
}


def confirmed(code: str, version: str, session: Session) -> Confirmation:
    """What real Keras says of a program's findings."""
    analysis = check(code, version)
    wanted = sites(suspects(analysis), analysis.documents[analysis.path], environment(version), analysis.path)
    return confirm("/nowhere/program.py", code, wanted, session)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("rule", SHOWN)
def test_the_first_example_of_the_page_is_confirmed(sessions: Sessions, rule: str, era: str) -> None:
    first = examples(next(page.text for page in pages() if page.code == rule))[0]
    answer = confirmed(first.bare, ERAS[era], sessions(era))
    (model,) = answer.models
    assert (model.verdict, sentence(model, answer).partition(": ")[2]) == ("confirmed", SHOWN[rule])


APART = """
import keras
x = inputs = keras.Input((8,), name="inputs")
for name in "abc":
    x = keras.layers.Dense(8, name=name)(x)
model = keras.Model(inputs, x)
"""


def test_a_layer_that_is_called_once_is_not_called_again(sessions: Sessions) -> None:
    (model,) = confirm(
        "/nowhere/apart.py", APART, [Site(6, "model", "wrong", repeated=("b",))], sessions("3.15.1")
    ).models
    assert model.verdict == "refuted"


POPPED = """
import keras
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(6, name="kept"), keras.layers.Dense(10, name="gone")])
model.layers.pop()
"""


def test_what_comes_after_the_construction_is_run_with_a_fix(sessions: Sessions) -> None:
    answer = confirmed(POPPED, "3.15.1", sessions("3.15.1"))
    model = answer.models[0]
    told = [(fix.title, fix.verified, fix.layers) for fix in model.fixes]
    assert sentence(model, answer) == "Confirmed by Keras 3.15.1: has in it what was not meant: gone"
    assert told == [("Use `model.pop()`", True, ("kept",))]


def test_a_fix_of_what_is_not_run_is_not_verified(sessions: Sessions) -> None:
    text = "import keras\nx = keras.Input((8,))\nmodel = keras.Model(x, keras.layers.Dense(2)(x))\nmodel.fit(1)\n"
    fix = FixRequest("Train longer", text.replace("fit(1)", "fit(2)"))
    (model,) = confirm("/nowhere/fit.py", text, [Site(3, "model", "leaks", fixes=(fix,))], sessions("3.15.1")).models
    assert [each.reason for each in model.fixes] == ["what it changes is not run on the way to the model"]


GAN = """
import {keras} as keras
from {keras} import layers
noise = keras.Input((16,), name="noise")
generator = keras.Model(noise, layers.Dense(16, name="up")(noise), name="generator")
image = keras.Input((16,), name="image")
discriminator = keras.Model(image, layers.Dense(1, name="judge")(image), name="discriminator")
gan = keras.Model(generator.input, discriminator(generator.input))
"""


@pytest.mark.parametrize("era", ["tf_keras", "3.7.0", "3.12.0", "3.15.1"])
def test_the_graph_tells_which_layers_are_absent(sessions: Sessions, era: str) -> None:
    text = GAN.format(keras="tf_keras" if era == "tf_keras" else "keras")
    right = Site(8, "gan", "wrong", absent=("generator", "up"))
    false = Site(8, "gan", "wrong", absent=("generator", "discriminator"))
    verdicts = [confirm("/nowhere/gan.py", text, [site], sessions(era)).models[0] for site in (right, false)]
    told = [(verdict.verdict, verdict.absent) for verdict in verdicts]
    assert told == [("confirmed", ("generator", "up")), ("refuted", ())]


SWALLOWED = """\
import keras

def scaled(x):
    {statement}

x = keras.Input((4,))
y = keras.layers.Lambda(scaled)(x)
model = keras.Model(x, y)
"""


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("return keras.backend.exp(x)", "confirmed"),
        ("y = keras.backend.exp(x); return y", "confirmed"),
        ("return x if x else 2 * x", "confirmed"),
        ("if x: return x", "inconclusive"),
        ("return x * 2", "refuted"),
    ],
)
def test_what_keras_keeps_to_itself_counts(statement: str, verdict: str, sessions: Callable[[str], Session]) -> None:
    """Lambda.compute_output_shape (keras/src/layers/core/lambda_layer.py) raises an exception of its own in its place."""
    text = SWALLOWED.format(statement=statement)
    (model,) = confirm("/nowhere/m.py", text, [Site(4, expected="raises")], sessions("3.15.1")).models
    assert model.verdict == verdict
