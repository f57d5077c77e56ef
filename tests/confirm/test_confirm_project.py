"""Programs as people have them, confirmed for real: several files, missing packages, data, arguments, training, plots."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from kls.confirm.asked import ModelVerdict, Site
from kls.confirm.confirm import confirm
from kls.confirm.session import Facts, Session

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]
Build = Callable[..., ModelVerdict]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module", params=["Keras 3", "tf_keras"])
def session(request: pytest.FixtureRequest, project: Path) -> Iterator[Session]:
    facts = Facts(Path(sys.executable), project, legacy=request.param == "tf_keras", backend="tensorflow")
    opened = Session(facts)
    yield opened
    opened.close()


@pytest.fixture
def build(session: Session, project: Path, request: pytest.FixtureRequest) -> Build:
    """build(files, mark="# here"): write the files, confirm the line of the first one that ends in the mark."""

    def written(files: Mapping[str, str], mark: str = "# here") -> ModelVerdict:
        folder = project / request.node.name.replace("[", "_").replace("]", "").replace(" ", "_")
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        path = folder / next(iter(files))
        text = path.read_text()
        line = next(n for n, each in enumerate(text.split("\n"), 1) if each.endswith(mark))
        (model,) = confirm(path, text, [Site(line)], session).models
        return model

    return written


def said(model: ModelVerdict) -> str:
    return "\n".join(model.assumptions)


def test_a_layer_keeps_what_it_likes_as_its_layers(build: Build) -> None:
    text = """\
        import keras
        class Augment(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.layers = ["flip", "turn"]
            def call(self, x):
                return x
        x = keras.Input((4,))
        model = keras.Model(x, Augment()(x))  # here
        """
    model = build({"model.py": text})
    assert (model.verdict, len(model.layers)) == ("clean", 2)


LAYERS = """\
    import keras
    def block(x, width=4):
        return keras.layers.Dense(width, name="block")(x)
"""


def test_a_file_of_a_package_runs_as_part_of_it(build: Build) -> None:
    model = build(
        {
            "net/models/plain.py": """\
                import keras
                from ..layers import block
                from . import SIZE
                def make():
                    inputs = keras.Input((SIZE,))
                    return keras.Model(inputs, block(inputs))  # here
                """,
            "net/__init__.py": "from .models.plain import make\n",
            "net/models/__init__.py": "SIZE = 3\n",
            "net/layers.py": LAYERS,
        }
    )
    assert (model.verdict, model.params, model.assumptions) == ("clean", 16, ())


def test_a_function_is_called_as_another_file_calls_it(build: Build) -> None:
    model = build(
        {
            "builders.py": """\
                import keras
                def make(shape, units):
                    inputs = keras.Input(shape)
                    return keras.Model(inputs, keras.layers.Dense(units)(inputs))  # here
                """,
            "train.py": """\
                from builders import make
                import numpy as np
                def main(units=7):
                    model = make((3,), units)
                    model.fit(np.load("data.npy"))
                if __name__ == "__main__":
                    main()
                """,
        }
    )
    assert (model.verdict, model.params) == ("clean", 28)
    assert model.assumptions[0] == "called by train.py"


def test_what_fails_in_another_file_is_told_at_the_line_that_leads_there(build: Build) -> None:
    model = build(
        {
            "main.py": """\
                import keras
                from helper import head
                inputs = keras.Input((3,))
                model = keras.Model(inputs, head(keras.Input((2,))))  # here
                """,
            "helper.py": """\
                import keras
                def head(x):
                    return keras.layers.Dense(keras.nothing_like_it)(x)
                """,
        }
    )
    assert model.error is not None
    assert (model.error.type, model.error.lines) == ("AttributeError", (4,))


def test_packages_that_are_not_there_are_stood_in_for(build: Build) -> None:
    model = build(
        {
            "main.py": """\
                import keras
                import no_such_addons as addons
                from no_such_package.blocks import Squeeze, Base
                class Net(Base):
                    def make(self):
                        inputs = keras.Input((4,))
                        x = addons.layers.GroupNorm(groups=2)(inputs)
                        x = Squeeze(3)(x)
                        return keras.Model(inputs, keras.layers.Dense(2)(x))  # here
                net = Net(3).make()
                """,
        }
    )
    assert (model.verdict, model.params) == ("clean", 10)
    assert "line 7: `no_such_addons.layers.GroupNorm` is taken for a layer that keeps the shape" in model.assumptions
    assert "line 2: ModuleNotFoundError: No module named 'no_such_addons'" in model.assumptions


def test_data_and_arguments_are_made_up_and_training_is_left_out(build: Build) -> None:
    model = build(
        {
            "main.py": """\
                import argparse, os, json, pickle
                import numpy as np
                import keras
                parser = argparse.ArgumentParser()
                parser.add_argument("folder")
                parser.add_argument("--width", type=int, required=True)
                parser.add_argument("--depth", type=int, default=2)
                def read(folder):
                    with open(os.path.join(folder, "config.json")) as file:
                        config = json.load(file)
                    rows = [line for line in open("rows.txt")]
                    with open("labels.pkl", "rb") as file:
                        labels = pickle.load(file)
                    assert len(labels) > 100
                    return config, np.load("x.npy")
                def main():
                    args = parser.parse_args()
                    config, x = read(args.folder)
                    inputs = keras.Input((8,))
                    y = inputs
                    for _ in range(args.depth):
                        y = keras.layers.Dense(args.width)(y)
                    y = keras.layers.Dense(config["classes"])(y)
                    model = keras.Model(inputs, y)  # here
                    model.compile("sgd", "mse")
                    history = model.fit(x, x)
                    print(history.history["loss"][-1])
                    return model
                if __name__ == "__main__":
                    model = main()
                """,
        }
    )
    assert (model.verdict, model.params) == ("clean", 9 + 2 + 2)
    assert "line 17: the argument width is not given: 1 stands in" in model.assumptions
    assert "line 9: FileNotFoundError" in said(model)


def test_surroundings_of_a_graph(build: Build) -> None:
    """Devices, policies, scopes, environment variables and custom loops."""
    model = build(
        {
            "main.py": """\
                import os
                os.environ["CUDA_VISIBLE_DEVICES"] = "0"
                import tensorflow as tf
                import keras
                for gpu in tf.config.list_physical_devices("GPU"):
                    tf.config.experimental.set_memory_growth(gpu, True)
                keras.mixed_precision.set_global_policy("mixed_float16")
                strategy = tf.distribute.get_strategy()
                with strategy.scope():
                    inputs = keras.Input((4,))
                    outputs = keras.layers.Dense(2)(inputs)
                    model = keras.Model(inputs, outputs)  # here
                    optimizer = keras.optimizers.Adam()
                data = tf.data.TFRecordDataset("no.tfrecord").batch(3)
                for x, y in data:
                    with tf.GradientTape() as tape:
                        loss = keras.losses.mse(y, model(x))
                    optimizer.apply_gradients(zip(tape.gradient(loss, model.variables), model.variables))
                """,
        }
    )
    assert (model.verdict, model.params) == ("clean", 10)


def test_a_line_that_does_not_parse_is_left_out(build: Build) -> None:
    model = build(
        {
            "main.py": """\
                import keras
                inputs = keras.Input((4,))
                model = keras.Model(inputs, keras.layers.Dense(2)(inputs))  # here
                model.fit(
                """,
        }
    )
    assert (model.verdict, model.assumptions) == ("clean", ("line 4: it does not parse, and is left out",))


def test_what_is_missing_is_no_proof(build: Build) -> None:
    """A placeholder where a tensor should be is our doing, not the author's."""
    model = build(
        {
            "main.py": """\
                import keras
                import no_such_package
                base = no_such_package.load()
                inputs = keras.Input((4,))
                model = keras.Model(inputs, base.output)  # here
                """,
        }
    )
    assert model.verdict == "inconclusive"
