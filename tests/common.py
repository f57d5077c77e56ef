"""What the tests of all rooms share: where the repository is, the seed fault as a program, and what to do without a tool."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).parents[1]

_KERAS = importlib.util.find_spec("keras")
KERAS = Path(_KERAS.origin).with_name("src") if _KERAS and _KERAS.origin else Path("keras-is-not-installed")
"""The source of the installed Keras, as real files to read."""

LEAK = """import keras
from keras import layers

raw = keras.Input(shape=(1,), dtype="string", name="raw_text")
ids = layers.StringLookup(vocabulary=["a", "b", "c"], name="lookup")(raw)
emb = layers.Embedding(8, 4, name="emb")(ids)
flat = layers.Flatten(name="flat")(emb)
score = layers.Dense(1, name="score")(flat)
trainable = keras.Model(ids, score, name="trainable")
probe = keras.Model(trainable.input, trainable.get_layer("flat").output, name="probe")
"""
"""`probe` is built from a clone of `ids`: KLS101 on line PROBE."""

PROBE = 9
"""Counted from 0."""


def lacking(why: str) -> NoReturn:
    """Skip, saying what to install; where everything ought to be installed, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(why, pytrace=False)
    pytest.skip(why)
