"""Python's operators on tensors: constants on both sides, slices, comparisons, matrix products."""

import keras
from keras import layers

image = keras.Input((8, 8, 3), name="image")
x = image / 255.0
x = 1.0 - x
x = (x - 0.5) * 2
x = -x
weights = layers.Dense(3, activation="sigmoid", name="weights")(x)
y = x * weights + (1 - weights)
y = y**2
first = y[:, 0]
corner = y[:, :4, :4, 0]
wide = corner[..., None]
last = first[:, -1]
product = layers.Reshape((8, 24))(y) @ layers.Reshape((24, 8))(y)
model = keras.Model(image, [layers.Flatten()(wide), last, product], name="model")

a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
score = sum([a, b, a * b])
total = keras.Model([a, b], abs(score - 2 * b), name="total")
