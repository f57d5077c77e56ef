"""Layers that are meant and not in a model: the graph that Keras builds tells whether the finding is right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kls.confirm.asked import Site
from kls.confirm.confirm import confirm
from kls.confirm.session import Session

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]

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
def test_the_graph_tells_which_layers_are_absent(sessions: Callable[[str], Session], era: str) -> None:
    text = GAN.format(keras="tf_keras" if era == "tf_keras" else "keras")
    right = Site(8, "gan", "wrong", absent=("generator", "up"))
    false = Site(8, "gan", "wrong", absent=("generator", "discriminator"))
    verdicts = [confirm("/nowhere/gan.py", text, [site], sessions(era)).models[0] for site in (right, false)]
    told = [(verdict.verdict, verdict.absent) for verdict in verdicts]
    assert told == [("confirmed", ("generator", "up")), ("refuted", ())]
