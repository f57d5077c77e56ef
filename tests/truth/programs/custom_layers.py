"""Layers of the program's own: weights, nested sublayers, several arguments, masks, several outputs."""

import keras
from keras import layers


class Linear(layers.Layer):
    def __init__(self, units=8, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], self.units), initializer="random_normal")
        self.b = self.add_weight(name="b", shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return inputs @ self.w + self.b

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


class Gate(layers.Layer):
    """Takes two tensors, gives two."""

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.left = layers.Dense(width, activation="sigmoid")
        self.right = layers.Dense(width)

    def call(self, signal, context, training=False):
        opened = self.left(signal) * context
        return opened, self.right(opened)


class Heads(layers.Layer):
    def __init__(self, sizes, **kwargs):
        super().__init__(**kwargs)
        self.heads = [layers.Dense(size) for size in sizes]

    def call(self, inputs):
        return {f"head_{i}": head(inputs) for i, head in enumerate(self.heads)}


a, b = keras.Input((16,), name="a"), keras.Input((8,), name="b")
hidden = Linear(8)(a)
opened, refined = Gate(8, name="gate")(hidden, context=b)
outputs = Heads((2, 3))(layers.Concatenate()([opened, refined]))
model = keras.Model([a, b], outputs)
chosen = keras.Model([a, b], outputs["head_1"], name="chosen")
twice = Linear(4, name="twice")
both = keras.Model(a, layers.Add()([twice(a), twice(Linear(16)(a))]), name="both")
