"""Keras 2 as it is: variables are not made until their values are asked for, and nothing else differs from a plain run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from kls.confirm.asked import Site
from kls.confirm.confirm import confirm
from kls.confirm.session import Session

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]
PROGRAMS = {
    "functions are layers of their own": """
x = keras.Input((4,))
y = tf.reduce_mean(x * 2) + x
""",
    "a layer is asked for its weights": """
x = keras.Input((4,))
hidden = keras.layers.Dense(3)
y = hidden(x)
assert hidden.get_weights()[0].shape == (4, 3)
""",
    "weights are set, and another layer is made of them": """
x = keras.Input((4,))
first = keras.layers.Dense(4)
y = first(x)
first.set_weights([np.eye(4), np.zeros(4)])
y = keras.layers.Dense(int(first.kernel.numpy().sum()))(y)
""",
    "a layer reads its own variables while it is built": """
x = keras.Input((4,))
y = keras.layers.Normalization()(x)
""",
    "a layer is called on numbers first": """
x = keras.Input((4,))
layer = keras.layers.Dense(3)
shape = layer(np.zeros((2, 4), "float32")).shape
y = keras.layers.Reshape(shape[1:])(layer(x))
""",
    "a variable is used in a tf.function": """
layer = keras.layers.Dense(3)
layer.build((None, 4))

@tf.function
def total():
    return tf.reduce_sum(layer.bias + 1.0)

x = keras.Input((4,))
y = keras.layers.Dense(int(total()))(layer(x))
""",
    "in a graph of TensorFlow 1": """
with tf.Graph().as_default():
    x = keras.Input((4,))
    y = keras.layers.Dense(3)(x * 2)
    graph_model = keras.Model(x, y)
x = keras.Input((4,))
y = keras.layers.Bidirectional(keras.layers.LSTM(3, stateful=False))(keras.layers.Reshape((2, 2))(x))
""",
}  # fmt: skip
HEAD = "import numpy as np\nimport tensorflow as tf\nimport tf_keras as keras\n"
TAIL = "model = keras.Model(x, y)\n"
TOLD = "print([layer.name for layer in model.layers], model.count_params())\n"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_does_what_it_does_outside(name: str, sessions: Callable[[str], Session]) -> None:
    text = HEAD + PROGRAMS[name] + TAIL
    plain = subprocess.run([sys.executable, "-c", text + TOLD], capture_output=True, text=True, check=True)
    (model,) = confirm("/nowhere/m.py", text, [Site(text.count("\n"))], sessions("tf_keras")).models
    assert f"{list(model.layers)} {model.params}\n" == plain.stdout
