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
