"""kls's inference held against real Keras: every layer of keras.layers, symbolically called."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kls.graph.shapes import TensorSpec, canonical, infer, infer_op, is_layer
from kls.graph.shapes.registry import LAYERS

from .compare import compare, keras_of
from .random_samples import random_samples
from .samples import SAMPLES

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

# Layers that need other frameworks, files or a dict of bounding boxes, and base classes that cannot be called.
UNSAMPLED = {
    "AbstractRNNCell",
    "DenseFeatures",
    "FlaxLayer",
    "InputLayer",
    "JaxLayer",
    "Layer",
    "LayerScale",
    "MaxNumBoundingBoxes",
    "StochasticDepth",
    "TFSMLayer",
    "TorchModuleWrapper",
    "Wrapper",
    "Input",
    "SyncBatchNormalization",
}


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("era", ["3.14", "tf_keras"])
def test_every_sample_agrees_with_real_keras(era: str, data_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tf_keras" if era == "tf_keras" else "keras")
    result = compare(era, data_format, SAMPLES)
    with capsys.disabled():
        print(f"\n{era} {data_format}: {dict(result.counts)}, {len(result.exact)} layers exact")
    assert not result.wrong, "\n".join(result.wrong)
    assert result.partial <= {"Lambda"}
    assert result.counts["exact"] >= (240 if era == "3.14" else 170)  # tf_keras refuses channels_first more often


ROOT = Path(__file__).parents[2]
OLDER = {"3.0": ROOT / ".eras/keras-3.7.0/bin/python", "3.10": ROOT / ".eras/keras-3.12.0/bin/python"}


@pytest.mark.parametrize("era", OLDER)
def test_older_eras_agree_too(era: str, capsys: pytest.CaptureFixture[str]) -> None:
    if not OLDER[era].exists():
        pytest.skip(f"needs an environment with this era's Keras in {OLDER[era].parents[1]}")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    command = [str(OLDER[era]), "-m", "shapes.compare", era]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    answer = json.loads(output.splitlines()[-1])
    with capsys.disabled():
        print(f"\n{era}: {answer['counts']}, {answer['exact']} layers exact")
    assert not answer["wrong"], "\n".join(answer["wrong"])
    assert answer["partial"] == ["Lambda"]
    assert answer["counts"]["exact"] >= 215
    assert answer["tables"], "the tables of parameters differ from this Keras"


@pytest.mark.parametrize("era", ["3.14", "tf_keras"])
def test_random_calls_of_the_commonest_layers_agree_with_real_keras(era: str) -> None:
    pytest.importorskip("tf_keras" if era == "tf_keras" else "keras")
    result = compare(era, "channels_last", random_samples(seed=7, each=6 if era == "3.14" else 3))
    assert not result.wrong, f"{len(result.wrong)} wrong\n" + "\n".join(result.wrong[:5])
    assert not result.partial
    assert result.counts["exact"] > 3 * result.counts["refused by Keras"], result.counts


def test_every_layer_has_a_rule_and_a_sample() -> None:
    sampled = {canonical(sample.layer) for sample in SAMPLES}
    for module in ("keras", "tf_keras"):
        layers = keras_of("tf_keras" if module == "tf_keras" else "3.14").layers
        for name in dir(layers):
            cls = getattr(layers, name)
            if isinstance(cls, type) and issubclass(cls, layers.Layer):
                assert is_layer(name), name
                assert canonical(name) == cls.__name__
                assert canonical(name) in LAYERS, name
                assert canonical(name) in sampled | UNSAMPLED, name


APPLICATIONS = ["ConvNeXtTiny", "MobileNetV3Small", "ResNet50V2", "Xception"]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_every_layer_call_of_an_application_agrees(name: str) -> None:
    keras = pytest.importorskip("keras")
    model = getattr(keras.applications, name)(weights=None)

    def spec(value: Any) -> Any:
        is_tensor = isinstance(value, keras.KerasTensor)
        return TensorSpec(tuple(value.shape), value.dtype) if is_tensor else value

    calls = 0
    for operation in model.operations:
        node = operation._inbound_nodes[0]
        if node.is_input or isinstance(operation, keras.Sequential):
            continue
        args, kwargs = (keras.tree.map_structure(spec, part) for part in (node.arguments.args, node.arguments.kwargs))
        truth = [tuple(x.shape) for x in node.outputs]
        if isinstance(operation, keras.Layer):
            guess = infer(type(operation).__name__, operation.get_config(), args, kwargs)
            assert guess.params == operation.count_params(), operation
            outputs = guess.outputs
        else:
            outputs = infer_op(type(operation).__name__.lower(), args, kwargs)
        assert isinstance(outputs, TensorSpec)
        assert [outputs.known_shape] == truth, operation
        calls += 1
    assert calls > 100
