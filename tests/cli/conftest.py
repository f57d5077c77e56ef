"""The command line as a user has it: a process of its own in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture
def kls(tmp_path: Path) -> Kls:
    """Runs `kls ARGUMENT...` in `tmp_path`; `stdin` is given to it, and `environment` added to its variables."""

    def run(*arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "kls", *arguments],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **(environment or {})},
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    """The faulty program, in a file."""
    file = tmp_path / "leak.py"
    file.write_text(LEAK)
    return file
