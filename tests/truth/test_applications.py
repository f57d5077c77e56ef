"""keras.applications: what kls reads from the source is what the builder builds (all of them: `applications.py`)."""

from __future__ import annotations

import pytest
from applications import call, compared
from compare import of, static

PROGRAMS = (
    call("ResNet50"),
    call("MobileNetV2", "weights=None, include_top=False, input_shape=(96, 96, 3), pooling='avg'"),
    call("EfficientNetB0", "weights=None, classes=7, classifier_activation=None"),
    call("DenseNet121", "weights=None, input_tensor=keras.Input((64, 64, 3), name='photo'), include_top=False"),
    call("InceptionV3", "include_top=False, weights=None"),
)


@pytest.mark.keras
def test_the_graph_is_the_one_that_the_builder_builds(era: str) -> None:
    answers = compared(era, list(PROGRAMS))
    assert [words for words, _ in answers] == [None] * len(PROGRAMS)


@pytest.mark.parametrize(
    "builder", ["ResNet50", "MobileNet", "VGG16", "ConvNeXtTiny", "EfficientNetV2B0", "NASNetMobile"]
)
def test_weights_make_no_difference_to_the_graph(builder: str) -> None:
    (bare,) = static("3.15.1", call(builder))
    (trained,) = static("3.15.1", call(builder, ""))
    assert bare == trained


@pytest.mark.parametrize(
    ("imports", "called"),
    [
        ("from tensorflow.keras.applications.vgg16 import VGG16", "VGG16"),
        ("from tensorflow.keras.applications import VGG16", "VGG16"),
        ("import tensorflow.keras.applications as apps", "apps.VGG16"),
        ("import tensorflow as tf", "tf.keras.applications.vgg16.VGG16"),
    ],
)
def test_the_source_is_read_whatever_name_it_is_imported_by(imports: str, called: str) -> None:
    (model,) = static("3.15.1", f"{imports}\n\nmodel = {called}(weights=None)\n")
    assert len(model["layers"]) == 23


def test_without_the_source_nothing_is_claimed() -> None:
    text = call("ResNet50") + "feature = keras.Model(model.input, model.get_layer('conv5_block3_out').output)\n"
    built = static("3.15.1", text)
    assert [len(model["layers"]) for model in built] == [177, 175]
    other = static("2.15.0", text)  # what is installed there beside tf_keras is Keras 3
    assert [([name for name, *_ in model["layers"]], model["error"]) for model in other] == [(["input_1"], None)]


def test_the_model_of_a_builder_stands_where_it_is_called() -> None:
    (model,) = static("3.15.1", of("3.15.1", "\n" + call("VGG16")))
    assert (model["line"], model["name"]) == (4, "vgg16")
