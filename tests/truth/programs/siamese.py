"""Two photos through one tower, their distance through a Lambda; triplets through the same."""

import keras
from keras import layers


def tower(shape):
    inputs = keras.Input(shape)
    x = inputs
    for filters, size in [(16, 5), (32, 3)]:
        x = layers.Conv2D(filters, size, activation="tanh")(x)
        x = layers.AveragePooling2D(pool_size=(2, 2))(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10, activation="tanh")(x), name="tower")


def distance(pair):
    a, b = pair
    return abs(a - b)


shape = (28, 28, 1)
embedding = tower(shape)
left, right = keras.Input(shape, name="left"), keras.Input(shape, name="right")
merged = layers.Lambda(distance, output_shape=(10,))([embedding(left), embedding(right)])
normal = layers.BatchNormalization()(merged)
siamese = keras.Model([left, right], layers.Dense(1, activation="sigmoid")(normal), name="siamese")

anchor, positive, negative = (keras.Input(shape, name=n) for n in ("anchor", "positive", "negative"))
triplet = keras.Model(
    [anchor, positive, negative],
    [
        layers.Dot(axes=-1, normalize=True, name="near")([embedding(anchor), embedding(positive)]),
        layers.Dot(axes=-1, normalize=True, name="far")([embedding(anchor), embedding(negative)]),
    ],
    name="triplet",
)
single = keras.Model(embedding.input, embedding.layers[-2].output, name="single")
