"""clone_model: plain, nested, on other input tensors, and with a function that changes layers."""

import keras
from keras import layers

inner = keras.Sequential(
    [keras.Input((8,)), layers.Dense(8, name="inner_1"), layers.Dense(4, name="inner_2")], name="inner"
)
a = keras.Input((8,), name="a")
shared = layers.Dense(8, name="shared")
x = layers.Add(name="sum")([shared(a), shared(shared(a))])
model = keras.Model(a, layers.Dense(1, name="out")(inner(x)), name="model")

copy = keras.models.clone_model(model)
probe = keras.Model(copy.input, copy.get_layer("sum").output, name="probe")
b = keras.Input((8,), name="b")
on_tensor = keras.models.clone_model(model, input_tensors=b)
pair = keras.Model([copy.input, b], layers.Average()([copy.output, on_tensor(b)]), name="pair")


def without_units(layer):
    if isinstance(layer, layers.Dense) and layer.name != "out":
        return layers.Dense(layer.units, activation="relu", name=layer.name + "_relu")
    return layer.__class__.from_config(layer.get_config())


changed = keras.models.clone_model(model, clone_function=without_units)
stack = keras.Sequential(
    [keras.Input((3,)), layers.Dense(2, name="first"), layers.Dense(2, name="second")], name="stack"
)
twin = keras.models.clone_model(stack)
