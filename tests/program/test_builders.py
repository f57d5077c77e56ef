"""How libraries write the functions that build a model: the graph is known all the same."""

from __future__ import annotations

from pathlib import Path

from kls.analysis import Memo, ModelReport, Snapshot, analyse
from kls.environment import read_environment
from kls.settings import Settings
from kls.source.document import Document
from kls.source.position import Location


def model(folder: Path, code: str) -> ModelReport[Location]:
    """The only model that a file of `folder` constructs."""
    environment = read_environment(None, [str(folder)], "2.15.0")
    analysis = analyse(Snapshot(str(folder / "train.py"), Document(code)), environment, Settings(), Memo())
    (found,) = analysis.models
    return found


def names(found: ModelReport[Location]) -> list[str]:
    """Its layers, once it is known to have no others."""
    assert found.complete
    return [layer.name for layer in found.layers]


def test_a_builder_that_passes_on_its_own_parameters(tmp_path: Path) -> None:
    code = """
import keras

def build(widths, input_shape, name="net", **kwargs):
    x = image = keras.Input(input_shape, name="image")
    for i, width in enumerate(widths):
        x = keras.layers.Dense(width, name=f"dense_{i}")(x)
    return keras.Model(image, x, name=name)

def small(input_shape=(8,), **kwargs):
    widths = [4, 2]
    return build(**locals(), name=kwargs.pop("name", "small"))

net = small()
"""
    found = model(tmp_path, code)
    assert names(found) == ["image", "dense_0", "dense_1"]
    assert found.name == "small"


def test_a_choice_by_an_environment_variable_is_its_default(tmp_path: Path) -> None:
    code = """
import os
if os.getenv("BACKEND", "tensorflow") == "tensorflow":
    from tensorflow.keras import Input, Model, layers
else:
    from torch_layers import Input, Model, layers
x = Input((8,), name="x")
net = Model(x, layers.Dense(3, name="dense")(x))
"""
    assert names(model(tmp_path, code)) == ["x", "dense"]


def test_functions_that_are_imported_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "functional.py").write_text("from tensorflow.nn import *\n", encoding="utf-8")
    code = """
import functional
from tensorflow import keras
x = keras.Input((8,), name="x")
net = keras.Model(x, functional.relu(x))
"""
    assert names(model(tmp_path, code)) == ["x", "tf.nn.relu"]


def test_what_a_module_does_as_a_program_is_not_done_when_it_is_imported(tmp_path: Path) -> None:
    blocks = 'WIDTH = 3\nif __name__ == "__main__":\n    WIDTH = "wide"\n'
    (tmp_path / "blocks.py").write_text(blocks, encoding="utf-8")
    code = """
import keras
from blocks import WIDTH
x = keras.Input((8,), name="x")
net = keras.Model(x, keras.layers.Dense(WIDTH, name=f"dense_{WIDTH}")(x))
"""
    assert names(model(tmp_path, code)) == ["x", "dense_3"]


def test_a_decorator_that_ends_in_a_library(tmp_path: Path) -> None:
    code = """
import keras
import namex

class export(namex.export):
    def __call__(self, symbol):
        return super().__call__(symbol)

@export("nets.Net")
class Net(keras.Model):
    def __init__(self, width=3):
        x = keras.Input((8,), name="x")
        super().__init__(inputs=x, outputs=keras.layers.Dense(width, name="dense")(x))

net = Net()
"""
    assert names(model(tmp_path, code)) == ["x", "dense"]


def test_a_layer_by_the_text_of_its_name(tmp_path: Path) -> None:
    code = """
from tensorflow.keras.layers import *
from tensorflow.keras.models import *

def build(activation="ReLU"):
    layer = eval(activation)
    x = Input((8,), name="x")
    y = concatenate([Dense(4, name="dense")(x), x], name="both")
    return Model(x, layer(name="act")(y))

net = build()
"""
    assert names(model(tmp_path, code)) == ["x", "dense", "both", "act"]


def test_a_choice_by_version(tmp_path: Path) -> None:
    code = """
import keras
import tensorflow as tf
x = keras.Input((8,), name="x")
if keras.__version__ < "2.0" or tf.__version__ < "2.0":
    y = keras.layers.Dense(3, name="old")(x)
else:
    y = keras.layers.Dense(3, name="new")(x)
net = keras.Model(x, y)
"""
    assert names(model(tmp_path, code)) == ["x", "new"]


def test_one_of_all_of_keras(tmp_path: Path) -> None:
    (tmp_path / "backend.py").write_text("from keras import *\n", encoding="utf-8")
    code = """
import backend
x = backend.Input((8,), name="x")
net = backend.Model(x, backend.layers.Dense(3, name="dense")(x))
"""
    assert names(model(tmp_path, code)) == ["x", "dense"]


def test_a_flag_of_a_library_that_is_not_there_may_be_false(tmp_path: Path) -> None:
    code = """
import keras
from settings import DEEP, head
x = keras.Input((8,), name="x")
y = keras.layers.Dense(3, name="deep")(x) if DEEP else x
z = y if head is None else keras.layers.Dense(2, name="head")(y)
net = keras.Model(x, keras.layers.Dense(1, name="last")(z))
"""
    found = model(tmp_path, code)
    assert not found.complete
    assert {layer.name for layer in found.layers} == {"x", "deep", "head", "last"}


def test_a_network_of_many_layers_is_built_to_its_end(tmp_path: Path) -> None:
    code = """
import keras

def block(x, width, name):
    for i in range(20):
        width = max(width, 1) + 0 * len([j for j in range(20) if j % 2])
    x = keras.layers.Dense(width, name=name + "_dense")(x)
    return keras.layers.ReLU(name=name + "_act")(x)

def build(depth=20):
    x = image = keras.Input((8,), name="image")
    for i in range(depth):
        x = block(x, 4, f"b{i}")
    return keras.Model(image, x)
"""
    assert len(names(model(tmp_path, code))) == 41


def test_parts_by_their_sizes(tmp_path: Path) -> None:
    code = """
import tensorflow as tf
from tensorflow import keras
x = keras.Input((6,), name="x")
a, b, c = tf.split(x, [1, 2, 3], axis=-1)
net = keras.Model(x, keras.layers.Concatenate(name="back")([c, b]))
"""
    found = model(tmp_path, code)
    assert names(found) == ["x", "tf.split", "back"]
    assert found.layers[-1].shape == (None, 5)
