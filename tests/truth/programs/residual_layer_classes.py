"""A ladder of classes: a base layer with hooks, subclasses that fill them, sublayers made in loops and kept in dicts."""

import keras
from keras import layers


@keras.utils.register_keras_serializable(package="house")
class Block(layers.Layer):
    activation = "relu"

    def __init__(self, filters, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.filters = filters
        self.act = layers.Activation(self.activation)
        self.parts = self.make_parts()

    def make_parts(self):
        return [layers.Conv2D(self.filters, 3, padding="same") for _ in range(2)]

    def call(self, x):
        y = x
        for part in self.parts:
            y = self.act(part(y))
        return self.join(x, y)

    def join(self, x, y):
        return y

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


class ResidualBlock(Block):
    activation = "elu"

    def join(self, x, y):
        return x + y


class SqueezeExcite(ResidualBlock):
    def __init__(self, filters, ratio=4, **kwargs):
        super().__init__(filters, **kwargs)
        self.pool = layers.GlobalAveragePooling2D(keepdims=True)
        self.reduce = layers.Dense(filters // ratio, activation="relu")
        self.expand = layers.Dense(filters, activation="sigmoid")

    def join(self, x, y):
        return x + y * self.expand(self.reduce(self.pool(y)))


x = inputs = keras.Input((16, 16, 8))
for cls in (Block, ResidualBlock, SqueezeExcite):
    x = cls(8)(x)
x = SqueezeExcite(8, ratio=2, name="last")(x)
model = keras.Model(inputs, x)
