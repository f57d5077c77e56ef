"""Sizes and switches decide what is built: if and elif, while, ternaries, early returns, match on strings."""

import keras
from keras import layers


def norm(kind):
    if kind == "batch":
        return layers.BatchNormalization()
    if kind == "layer":
        return layers.LayerNormalization()
    return layers.Lambda(lambda x: x, name="nothing") if kind == "none" else None


def build(size, kind="batch", pooling="avg", classes=None, include_top=True):
    inputs = keras.Input((size, size, 3))
    x, filters = inputs, 4
    while x.shape[1] > 4:
        x = layers.Conv2D(filters, 3, strides=2, padding="same")(x)
        layer = norm(kind)
        if layer is not None:
            x = layer(x)
        x = layers.Activation("relu" if filters < 16 else "tanh")(x)
        filters *= 2
    if not include_top:
        if pooling == "avg":
            x = layers.GlobalAveragePooling2D()(x)
        elif pooling == "max":
            x = layers.GlobalMaxPooling2D()(x)
        return keras.Model(inputs, x)
    x = layers.Flatten()(x)
    x = layers.Dense(classes or 10)(x)
    return keras.Model(inputs, x)


models = [
    build(32),
    build(16, "layer", include_top=False),
    build(8, None, "max", include_top=False),
    build(64, kind="other", classes=2),
]
