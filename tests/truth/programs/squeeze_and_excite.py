"""Blocks whose reshape and multiply depend on shapes that are read off tensors; merge layers as functions."""

import keras
from keras import backend as K
from keras import layers


def squeeze_excite(x, ratio=4):
    channel_axis = 1 if K.image_data_format() == "channels_first" else -1
    filters = x.shape[channel_axis]
    se = layers.GlobalAveragePooling2D()(x)
    se = layers.Reshape((1, 1, filters))(se)
    se = layers.Dense(filters // ratio, activation="relu", use_bias=False)(se)
    se = layers.Dense(filters, activation="sigmoid", use_bias=False)(se)
    return layers.multiply([x, se])


def activation(x, kind):
    kinds = {
        "prelu": lambda: layers.PReLU(shared_axes=[1, 2]),
        "leaky": lambda: layers.LeakyReLU(),
        "elu": lambda: layers.ELU(alpha=1.0),
        "softmax": lambda: layers.Softmax(axis=-1),
    }
    return kinds[kind]()(x)


img = layers.Input(shape=(32, 32, 3))
x = layers.ZeroPadding2D(padding=((1, 0), (1, 0)))(img)
x = layers.Conv2D(16, (3, 3), strides=(2, 2), name="stem")(x)
for kind in ("prelu", "leaky", "elu"):
    y = activation(layers.Conv2D(16, 3, padding="same")(x), kind)
    y = squeeze_excite(y)
    x = layers.average([x, y]) if kind == "elu" else layers.add([x, y])
x = layers.maximum([x, layers.SpatialDropout2D(0.2)(x)])
x = layers.Cropping2D(2)(x)
x = layers.Permute((3, 1, 2))(x)
model = keras.Model(img, activation(layers.Flatten()(x), "softmax"))
