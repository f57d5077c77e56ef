"""Layers and models made from configs: those of Keras, changed ones, and layers of the program's own."""

import keras
from keras import layers


class Scale(layers.Layer):
    def __init__(self, factor=2, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.inner = layers.Dense(factor)

    def call(self, inputs):
        return self.inner(inputs)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class Gate(layers.Layer):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.kernel = layers.Dense(width, activation="sigmoid")

    def build(self, input_shape):
        self.kernel.build(input_shape)

    def call(self, inputs):
        return inputs * self.kernel(inputs)


x = keras.Input((6,), name="x")
dense = layers.Dense(6, name="dense")
config = dense.get_config()
same = layers.Dense.from_config(config)
config["units"], config["name"] = 3, "changed"
changed = layers.Dense.from_config(config)
scale = Scale(3, name="scale")
again = Scale.from_config(scale.get_config())
model = keras.Model(x, again(changed(dense(Gate(6, name="gate")(x)))), name="model")
copy = keras.models.clone_model(model)

start = keras.Input((6,))
base = keras.Model(start, layers.Dense(6)(layers.Dense(6)(start)))
rebuilt = keras.Model.from_config(base.get_config())
stack = keras.Sequential([rebuilt, layers.Dense(2), layers.Reshape((2, 1))], name="stack")
restacked = keras.Sequential.from_config(stack.get_config())
both = keras.Model(x, [restacked(x), same(x), rebuilt(x)], name="both")
after = layers.Dense(1)
end = keras.Model(x, after(base(x)))
