"""Lambda layers: as expressions, with arguments, over lists, with several outputs."""

import keras
from keras import layers


def scale(tensor, factor):
    return tensor * factor


def split(tensor):
    return tensor[:, :4], tensor[:, 4:]


inputs = keras.Input((8,), name="inputs")
x = layers.Lambda(lambda t: t / 255.0, name="rescale")(inputs)
x = layers.Lambda(scale, arguments={"factor": 3.0}, output_shape=(8,))(x)
left = layers.Lambda(lambda t: t[:, :4], output_shape=(4,))(x)
right = layers.Lambda(lambda t: t[:, 4:], output_shape=(4,))(x)
summed = layers.Lambda(lambda pair: pair[0] + pair[1], output_shape=(4,), name="summed")([left, right])
model = keras.Model(inputs, layers.Dense(1)(summed), name="model")
