"""Builders that return builders: closures, registries, star arguments, keyword defaults, comprehension of heads."""

import keras
from keras import layers

REGISTRY = {}


def register(name):
    def wrap(function):
        REGISTRY[name] = function
        return function

    return wrap


def dense_block(*widths, activation="relu", **options):
    def apply(x):
        for width in widths:
            x = layers.Dense(width, activation=activation, **options)(x)
        return x

    return apply


@register("wide")
def wide(x, factor=2):
    return dense_block(8 * factor, 4 * factor, use_bias=False)(x)


@register("deep")
def deep(x):
    return dense_block(*[8] * 4, activation="tanh")(x)


def build(kind, tasks=("age", "sex"), *, dropout=None, **options):
    inputs = keras.Input((10,))
    x = REGISTRY[kind](inputs, **options)
    if dropout is not None:
        x = layers.Dropout(dropout)(x)
    heads = {task: layers.Dense(1, name=f"{kind}_{task}")(x) for task in tasks}
    return keras.Model(inputs, list(heads.values()), name=kind)


models = [build("wide", factor=3), build("deep", dropout=0.3), build("wide", tasks=("x", "y", "z"))]
inputs = keras.Input((10,))
ensemble = keras.Model(inputs, layers.Concatenate()([head for m in models[:2] for head in m(inputs)]), name="ensemble")
