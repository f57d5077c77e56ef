# Keras 3
"""clone_model with a function for the calls, going into inner models or not, and on tensors of another model."""

import keras
from keras import layers


def block(width, name):
    start = keras.Input((width,))
    hidden = layers.Dense(width, activation="relu", name=f"{name}_hidden")(start)
    return keras.Model(start, layers.Add(name=f"{name}_sum")([start, hidden]), name=name)


def with_dropout(layer, *args, **kwargs):
    out = layer(*args, **kwargs)
    if isinstance(layer, layers.Dense):
        out = layers.Dropout(0.2, name=layer.name + "_dropped")(out)
    return out


def narrow(layer):
    if isinstance(layer, layers.Dense):
        config = layer.get_config()
        config["activation"] = "tanh"
        config["name"] = "narrow_" + layer.name
        return layers.Dense.from_config(config)
    return layer.__class__.from_config(layer.get_config())


x = keras.Input((8,), name="x")
inner = block(8, "inner")
head = keras.Sequential([layers.Dense(4, name="head_1"), block(4, "tail"), layers.Dense(1, name="head_2")], name="head")
score = head(keras.ops.relu(inner(inner(x)) - 1))
model = keras.Model(x, layers.Dense(2, name="out")(score), name="model")

dropped = keras.models.clone_model(model, call_function=with_dropout)
shared = keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=with_dropout)
shallow = keras.models.clone_model(model, clone_function=narrow)
deep = keras.models.clone_model(model, clone_function=narrow, recursive=True)
plain = keras.models.clone_model(model)
probe = keras.Model(plain.get_layer("inner").input, plain.get_layer("inner").output, name="probe")
y = keras.Input((8,), name="y")
again = keras.models.clone_model(deep, input_tensors=layers.Dense(8, name="before")(y))
twice = keras.models.clone_model(plain)
unnamed = keras.Input((3,))
small = keras.Model(unnamed, layers.Dense(3)(unnamed))
copy = keras.models.clone_model(small)
last = keras.models.clone_model(keras.Sequential([copy, layers.Dense(2)]))
