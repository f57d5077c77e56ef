"""The tables of constructor parameters are those of the installed Keras; automatic names are Keras's own."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import pytest

from kls.graph.shapes import bind, canonical, exists, is_layer, parameters, preprocessing, snake
from kls.graph.shapes.signatures import SIGNATURES
from kls.graph.shapes.signatures_eras import CHANGES

from .make_signatures import signatures


@pytest.mark.keras
@pytest.mark.parametrize(("era", "module", "version"), [("3.14", "keras", "3.15."), ("tf_keras", "tf_keras", "2.21.")])
def test_the_tables_equal_the_installed_keras(era: str, module: str, version: str) -> None:
    keras = pytest.importorskip(module)
    if not keras.__version__.startswith(version):
        pytest.skip(f"the tables were written from {module} {version}x, not {keras.__version__}")
    changes = CHANGES.get(era, {})
    table = {name: names for name, names in (SIGNATURES | changes).items() if names is not None}
    assert table == signatures(module)


@pytest.mark.keras
@pytest.mark.parametrize(("module", "era"), [("keras", "3.14"), ("tf_keras", "tf_keras")])
def test_automatic_names_are_keras_s(module: str, era: str) -> None:
    keras = pytest.importorskip(module)
    naming: Any = sys.modules[
        "keras.src.utils.naming" if module == "keras" else "tf_keras.src.utils.generic_utils"
    ].to_snake_case
    names = [name for name, cls in inspect.getmembers(keras.layers, inspect.isclass)]
    for name in [*names, "V2Block", "HTTPServer2", "my_layer", "ABCDense", "_Private", "Ünïcode", "MLP3DHead"]:
        assert snake(name, era) == naming(name), name


def test_bind() -> None:
    assert bind("Conv2D", (64, 3), {"padding": "same"}) == {"filters": 64, "kernel_size": 3, "padding": "same"}
    assert bind("MaxPool2D", (2,), {"name": "pool"}) == {"pool_size": 2, "name": "pool"}
    assert bind("LeakyReLU", (0.1,), {}) == {"negative_slope": 0.1}
    assert bind("LeakyReLU", (0.1,), {}, era="tf_keras") == {"alpha": 0.1}
    assert bind("Conv3DTranspose", (1, 2, 3, "same", 4), {})["data_format"] == 4
    assert bind("Conv3DTranspose", (1, 2, 3, "same", 4), {}, era="tf_keras")["output_padding"] == 4
    assert bind("Dense", tuple(range(20)), {})["quantization_config"] == 12, "what is too much is left out"
    assert bind("ThresholdedReLU", (0.3,), {}) == {"theta": 0.3}, "a layer of another era"
    assert bind("NoSuchLayer", (1,), {"a": 2}) == {"a": 2}


def test_names() -> None:
    assert canonical("Convolution2D") == "Conv2D"
    assert canonical("GroupQueryAttention") == "GroupedQueryAttention"
    assert canonical("Dense") == "Dense"
    assert is_layer("AvgPool3D")
    assert is_layer("LocallyConnected1D")
    assert is_layer("InputLayer")
    assert not is_layer("Input")
    assert not is_layer("Model")
    assert exists("RMSNormalization", "3.14")
    assert not exists("RMSNormalization", "tf_keras")
    assert parameters("RMSNormalization", "3.0") is None
    assert snake("GlobalAveragePooling2D") == "global_average_pooling2d"
    assert [snake(name) for name in ("Conv2D", "LSTM", "ELU", "PReLU")] == ["conv2d", "lstm", "elu", "p_re_lu"]


def test_preprocessing_layers_only_prepare_data() -> None:
    for name in ("StringLookup", "TextVectorization", "Normalization", "Rescaling", "RandomFlip", "CutMix", "Pipeline"):
        assert preprocessing(name), name
    for name in ("Dense", "Dropout", "BatchNormalization", "Embedding", "RandomProjection", "Flatten"):
        assert not preprocessing(name), name


def test_the_tables_are_readable_modules() -> None:
    folder = Path(inspect.getfile(bind)).parent
    for file in folder.glob("*.py"):
        assert len(file.read_text().splitlines()) <= 400, file.name
