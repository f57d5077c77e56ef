"""A fault that lies behind another one is told with it, for what was meant is known."""

from __future__ import annotations

import pytest

from .checking import check, found

JOINED = """
import keras
from keras import layers

generator = keras.Sequential([keras.Input((8,)), layers.Dense(4, name="a")])
discriminator = keras.Sequential([keras.Input((4,)), layers.Dense(1, name="b")])
gan = keras.Model(generator.input, discriminator.output)
"""
GRAD_CAM = """
import keras
from keras import layers

image = keras.Input((16, 16, 3))
base = keras.Model(image, layers.Conv2D(4, 3, name="last")(image), name="base")
model = keras.Sequential([base, layers.Flatten(), layers.Dense(3)])
probe = keras.Model(model.inputs, [base.get_layer("last").output, model.output])
"""


@pytest.mark.parametrize("version", ["3.7.0", "3.12.0", "3.15.1"])
@pytest.mark.parametrize(
    ("program", "rules"),
    [(JOINED, ["KLS108", "KLS204", "KLS204"]), (GRAD_CAM, ["KLS109", "KLS204"])],
    ids=["two models", "the inside of a model"],
)
def test_a_sequential_that_was_never_called_hides_nothing(program: str, rules: list[str], version: str) -> None:
    assert [mark.rule for mark in found(check(program, version))] == rules
