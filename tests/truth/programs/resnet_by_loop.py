"""A small ResNet, its stages from a table; pre-activation blocks with projection where the width changes."""

import keras
from keras import layers

STAGES = [(16, 2, 1), (32, 2, 2), (64, 1, 2)]
REGULARIZER = keras.regularizers.l2(1e-4)


def residual_block(x, filters, stride, conv_shortcut):
    preact = layers.BatchNormalization()(x)
    preact = layers.ReLU()(preact)
    if conv_shortcut:
        shortcut = layers.Conv2D(filters, 1, strides=stride, kernel_regularizer=REGULARIZER)(preact)
    else:
        shortcut = layers.MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    y = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(preact)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(filters, 3, padding="same")(y)
    return layers.Add()([shortcut, y])


inputs = keras.Input((32, 32, 3))
x = layers.Conv2D(16, 3, padding="same")(inputs)
for filters, blocks, stride in STAGES:
    for block in range(blocks):
        first = block == 0
        x = residual_block(x, filters, stride if first else 1, conv_shortcut=first and x.shape[-1] != filters)
x = layers.GlobalAveragePooling2D(keepdims=False)(x)
model = keras.Model(inputs, layers.Dense(10)(x), name="resnet")
stages = [layer for layer in model.layers if isinstance(layer, layers.Add)]
taps = keras.Model(model.inputs, [layer.output for layer in stages])
