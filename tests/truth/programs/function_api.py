# Keras 3
"""keras.Function beside models, and a model over tensors that a function was made of."""

import keras
from keras import layers, ops

inputs = keras.Input((6,))
hidden = layers.Dense(4)(inputs)
double = keras.Function(inputs, ops.multiply(hidden, 2.0))
model = keras.Model(inputs, layers.Dense(1)(hidden))
other = keras.Input((6,))
outer = keras.Model(other, layers.Dense(2)(ops.add(model(other), 1.0)))
