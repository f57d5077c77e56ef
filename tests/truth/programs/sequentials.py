"""Sequential: from a list, by add, pop, without an input until it is called, nested in another."""

import keras
from keras import layers

listed = keras.Sequential([keras.Input((12,)), layers.Dense(8, activation="relu"), layers.Dense(4)], name="listed")

added = keras.Sequential(name="added")
added.add(layers.Dense(8, input_shape=(12,)))
added.add(layers.Activation("relu"))
added.add(layers.Dense(2))
added.pop()
added.add(layers.Dense(3, name="head"))

deferred = keras.Sequential([layers.Conv2D(4, 3, activation="relu"), layers.Flatten()], name="deferred")
deferred.build((None, 10, 10, 1))

later = keras.Sequential([layers.Dense(5), layers.Dense(6)], name="later")
x = keras.Input((7,))
model = keras.Model(x, later(x), name="model")

nested = keras.Sequential(
    [keras.Input((12,)), listed, keras.Sequential([layers.Dense(2), layers.Dense(1)])], name="nested"
)
features = keras.Model(listed.inputs, [layer.output for layer in listed.layers], name="features")
head = keras.Model(added.inputs, added.get_layer("head").output, name="head_of_added")
