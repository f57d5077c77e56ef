"""get_layer by index, slices of layers, `.input(s)` and `.output(s)` of nested models, re-calls of a model."""

import keras
from keras import layers

inputs = keras.Input((8,), name="start")
x = inputs
for i in range(4):
    x = layers.Dense(8, activation="relu", name=f"dense_{i}")(x)
model = keras.Model(inputs, layers.Dense(3, name="logits")(x), name="model")

tap = keras.Model(model.inputs[0], model.get_layer(index=2).output, name="tap")
every = keras.Model(model.input, [layer.output for layer in model.layers[1:-1]], name="every")
tail = keras.Model(model.layers[3].input, model.layers[-1].output, name="tail")
names = [layer.name for layer in model.layers]
by_name = {name: model.get_layer(name) for name in names}
other = keras.Input((8,), name="other")
again = model(other)
y = by_name["dense_1"](other)
mixed = keras.Model([inputs, other], layers.Concatenate()([model.output, again, y]), name="mixed")
nested = keras.Sequential([model, layers.Softmax()], name="nested")
deep = keras.Model(nested.layers[0].input, nested.layers[0].layers[2].output, name="deep")
twice = keras.Model(model.inputs, model.outputs, name="twice")
