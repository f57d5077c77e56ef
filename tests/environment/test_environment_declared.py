"""What a program says of its Keras: variables that it sets, and which Keras its imports name."""

from __future__ import annotations

import pytest

from kls.environment import Environment, Era, declared, spoken
from kls.source.document import Document
from kls.source.notebook import from_cells

NEWEST = Environment("/python", (3, 11), "3.15.1", Era.V3_14, tf_keras_version="2.21.0")


@pytest.mark.parametrize(
    ("text", "legacy", "backend"),
    [
        ("import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nimport tensorflow as tf", True, "tensorflow"),
        ("import os\nos.environ['TF_USE_LEGACY_KERAS'] = '0'\nimport tensorflow as tf", False, "tensorflow"),
        ("import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras", False, "jax"),
        ("from os import environ\nenviron.setdefault('KERAS_BACKEND', 'torch')", False, "torch"),
        ("import os\nos.environ.update({'KERAS_BACKEND': 'jax', 'TF_USE_LEGACY_KERAS': 'true'})", True, "jax"),
        ("import os\nos.environ['KERAS_BACKEND'] = 'theano'", False, "tensorflow"),
        ("import os\nos.environ['KERAS_BACKEND'] = choose()", False, "tensorflow"),
        ("import os\nif torch:\n    os.environ['KERAS_BACKEND'] = 'torch'", False, "tensorflow"),
        ("'''Set os.environ['KERAS_BACKEND'] = 'jax' first.'''\nimport keras", False, "tensorflow"),
    ],
)
def test_variables_that_the_program_sets(text: str, legacy: bool, backend: str) -> None:
    found = declared(NEWEST, Document(text))
    assert (found.legacy, found.backend, found.era) == (legacy, backend, Era.V3_14)


@pytest.mark.parametrize(
    "magic", ["%env TF_USE_LEGACY_KERAS=1", "%env TF_USE_LEGACY_KERAS 1", "%set_env TF_USE_LEGACY_KERAS=1"]
)
def test_variables_that_a_notebook_sets(magic: str) -> None:
    assert declared(NEWEST, from_cells([magic, "import tensorflow as tf"])).legacy


@pytest.mark.parametrize(
    ("text", "era"),
    [
        ("import tf_keras as keras", Era.TF_KERAS),
        ("from tf_keras import layers", Era.TF_KERAS),
        ("import tf_keras, tensorflow as tf\ntf.reduce_mean(1)", Era.TF_KERAS),
        ("import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nfrom tensorflow.keras import layers", Era.TF_KERAS),
        ("import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nimport tensorflow as tf\ntf.keras.Input", Era.TF_KERAS),
        ("import tf_keras, keras", Era.V3_14),
        ("import tf_keras\nimport tensorflow as tf\ntf.keras.Input", Era.V3_14),
        ("import keras", Era.V3_14),
        ("import tensorflow as tf\ntf.keras.Input", Era.V3_14),
        ("import numpy", Era.V3_14),
    ],
)
def test_the_keras_that_a_file_speaks(text: str, era: Era) -> None:
    found = spoken(NEWEST, Document(text))
    assert found.era is era
    assert found.keras_version == ("2.21.0" if era is Era.TF_KERAS else "3.15.1")
