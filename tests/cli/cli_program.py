"""What the tests of the command line share: a program with a fault, the same without, and what a command did."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]

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
"""`probe` is built from a clone of `ids`: KLS101 on line 10 (from 1)."""

FIXED = LEAK.replace("trainable.input", "ids")


@dataclass(frozen=True)
class Done:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Kls = Callable[..., Done]
