"""GoogLeNet's modules with auxiliary heads, built by partials."""

from functools import partial

import keras
from keras import layers

conv = partial(layers.Conv2D, padding="same", activation="relu")
Module = dict


def inception_module(x, sizes, name):
    one, three_reduce, three, five_reduce, five, pool_proj = sizes
    path1 = conv(one, (1, 1))(x)
    path2 = conv(three, (3, 3))(conv(three_reduce, 1)(x))
    path3 = conv(five, 5)(conv(five_reduce, 1)(x))
    path4 = conv(pool_proj, 1)(layers.MaxPool2D((3, 3), strides=(1, 1), padding="same")(x))
    return layers.concatenate([path1, path2, path3, path4], axis=3, name=name)


def auxiliary(x, name):
    x = layers.AveragePooling2D((5, 5), strides=3)(x)
    x = layers.Flatten()(conv(16, 1)(x))
    return layers.Dense(10, activation="softmax", name=name)(x)


image = keras.layers.Input(shape=(64, 64, 3))
x = conv(16, 7, strides=2, name="stem")(image)
x = layers.MaxPooling2D(3, padding="same", strides=(2, 2))(x)
settings = {"3a": (8, 12, 16, 2, 4, 4), "3b": (16, 16, 24, 4, 12, 8), "4a": (24, 12, 26, 2, 6, 8)}
heads = []
for name, sizes in settings.items():
    x = inception_module(x, sizes, name=f"inception_{name}")
    if name != "3a":
        heads.append(auxiliary(x, f"auxiliary_{name}"))
x = layers.Dropout(0.4)(layers.GlobalAveragePooling2D(name="pool")(x))
model = keras.Model(image, [layers.Dense(10, activation="softmax", name="output")(x), *heads], name="inception")
