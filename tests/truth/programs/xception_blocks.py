"""Separable and depthwise convolutions with residuals, as in Xception; sizes in a dataclass."""

from dataclasses import dataclass, field

import keras
from keras import layers


@dataclass(frozen=True)
class Config:
    shape: tuple = (48, 48, 3)
    sizes: list = field(default_factory=lambda: [16, 32])
    classes: int = 3
    dropout: float = 0.25

    @property
    def units(self):
        return 1 if self.classes == 2 else self.classes


def make_model(config: Config) -> keras.Model:
    inputs = keras.Input(shape=config.shape)
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(8, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous_block_activation = x
    for size in config.sizes:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(size, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=1)(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(size, 1, strides=2, padding="same")(previous_block_activation)
        x = layers.add([x, residual])
        previous_block_activation = x
    x = layers.SeparableConv2D(64, 3, padding="same")(x)
    x = layers.GlobalAveragePooling2D()(x)
    activation = "sigmoid" if config.classes == 2 else "softmax"
    x = layers.Dropout(config.dropout)(x)
    return keras.Model(inputs, layers.Dense(config.units, activation=activation)(x))


model = make_model(Config())
binary = make_model(Config(classes=2, sizes=[8], shape=(24, 24, 1)))
