"""Models that are classes: `super().__init__(inputs=, outputs=)`, and one that has no graph of its own."""

import keras
from keras import layers


class Classifier(keras.Model):
    def __init__(self, classes, shape=(12,), **kwargs):
        inputs = keras.Input(shape)
        x = layers.Dense(16, activation="relu", name="hidden")(inputs)
        outputs = layers.Dense(classes, name="logits")(x)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)
        self.classes = classes

    @property
    def embedder(self):
        return keras.Model(self.input, self.get_layer("hidden").output, name="embedder")

    @classmethod
    def small(cls):
        return cls(2, name="small")


class Encoder(keras.Model):
    def __init__(self, width):
        super().__init__()
        self.first = layers.Dense(width, activation="relu")
        self.second = layers.Dense(width)

    def call(self, inputs):
        return self.second(self.first(inputs))


model = Classifier(5)
small = Classifier.small()
embedder = small.embedder
photo = keras.Input((12,), name="photo")
probe = keras.Model(photo, [model(photo), small(photo)], name="probe")
encoded = keras.Model(photo, layers.Dense(1)(Encoder(4)(photo)), name="encoded")
