"""Objects of keras and of tf_keras in one graph (KLS305): what kls says comes of it is what comes of it."""

from __future__ import annotations

import json
import subprocess

import pytest
from interpreters import INTERPRETERS

from kls.analysis import Memo, Snapshot, analyse
from kls.environment import read_environment
from kls.settings import Settings
from kls.source.document import Document

START = """
import keras
import tf_keras

i = keras.Input((4,), name="i")
x = tf_keras.Input((4,), name="x")
"""

CALLED = "\nmodel = tf_keras.Model(x, y)\n"

PROGRAMS = {
    "a layer is called": ("y = keras.layers.Dense(3)(x)" + CALLED, "wrong"),
    "a Functional is called": ("y = keras.Model(i, keras.layers.Dense(3)(i))(x)" + CALLED, "wrong"),
    "a Sequential is called": ("y = keras.Sequential([keras.layers.Dense(3)])(x)" + CALLED, "wrong"),
    "a layer of Keras 2 is called": ("y = tf_keras.layers.Dense(3)(i)", "raises"),
    "a model of Keras 2 is called": ("y = tf_keras.Model(x, tf_keras.layers.Dense(3)(x))(i)", "raises"),
    "a Functional is constructed": ("model = keras.Model(x, tf_keras.layers.Dense(3)(x))", "raises"),
    "a Functional of Keras 2 is constructed": ("model = tf_keras.Model(i, keras.layers.Dense(3)(i))", "raises"),
    "a Sequential is constructed": ("model = keras.Sequential([i, tf_keras.layers.Dense(3)])", "raises"),
    "a layer is added to a Sequential": ("model = keras.Sequential()\nmodel.add(tf_keras.layers.Dense(3))", "raises"),
}

RUN = """
import json, sys

def outcome(text):
    names = {}
    try:
        exec(text, names)
    except Exception:
        return "raises"
    return "wrong" if names["model"].count_params() == 0 else "fine"

print(json.dumps([outcome(text) for text in json.load(sys.stdin)]))
"""

VERSIONS = ("3.7.0", "3.15.1")


def said(version: str, text: str) -> list[str]:
    """The outcomes of what KLS305 finds, on this version."""
    environment = read_environment(str(INTERPRETERS[version][0]), [], version)
    analysis = analyse(Snapshot("/nowhere/program.py", Document(text)), environment, Settings(), Memo())
    return [f.outcomes[environment.era.value].value for f in analysis.findings if f.rule == "KLS305"]


@pytest.mark.parametrize("version", VERSIONS)
def test_each_is_found_with_its_outcome(version: str) -> None:
    assert {name: said(version, START + text) for name, (text, _) in PROGRAMS.items()} == {
        name: [outcome] for name, (_, outcome) in PROGRAMS.items()
    }


@pytest.mark.keras
@pytest.mark.parametrize("era", VERSIONS, indirect=True)
def test_this_is_what_comes_of_it(era: str) -> None:
    texts = json.dumps([START + text for text, _ in PROGRAMS.values()])
    done = subprocess.run([INTERPRETERS[era][0], "-c", RUN], input=texts, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [outcome for _, outcome in PROGRAMS.values()]
