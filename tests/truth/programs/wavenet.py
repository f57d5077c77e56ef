"""Dilated causal convolutions with gates and skips collected in a list."""

import keras
from keras import layers

FILTERS = 8
inputs = keras.Input(shape=(None, 1), name="wave")
x = layers.Conv1D(FILTERS, 1, padding="causal")(inputs)
skips = []
for repeat in range(2):
    for power in range(3):
        rate = 2**power
        name = f"r{repeat}_d{rate}"
        f = layers.Conv1D(FILTERS, 2, padding="causal", dilation_rate=rate, activation="tanh", name=f"{name}_filter")(x)
        g = layers.Conv1D(FILTERS, 2, padding="causal", dilation_rate=rate, activation="sigmoid", name=f"{name}_gate")(
            x
        )
        z = layers.Multiply(name=f"{name}_product")([f, g])
        z = layers.Conv1D(FILTERS, 1)(z)
        x = layers.Add()([x, z])
        skips += [z]
out = layers.Activation("relu")(layers.Add(name="all_skips")(skips))
out = layers.Dense(16, activation="softmax")(layers.Conv1D(16, 1, activation="relu")(out))
model = keras.Model(inputs, out, name="wavenet")
receptive = keras.Model(model.input, model.get_layer("r1_d4_product").output)
