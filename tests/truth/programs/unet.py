"""U-Net: skips kept in a list, consumed backwards."""

import keras
from keras import layers


def conv_block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
    return x


def build_unet(shape, widths=(8, 16, 32), classes=2):
    inputs = keras.Input(shape)
    skips, x = [], inputs
    for width in widths[:-1]:
        x = conv_block(x, width)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = conv_block(x, widths[-1])
    for width, skip in zip(reversed(widths[:-1]), reversed(skips)):
        x = layers.Conv2DTranspose(width, 2, strides=2, padding="same")(x)
        x = layers.Concatenate()([x, skip])
        x = conv_block(x, width)
    return keras.Model(inputs, layers.Conv2D(classes, 1, activation="softmax", name="mask")(x), name="unet")


model = build_unet((64, 64, 3))
deep = build_unet((64, 64, 1), widths=(4, 8, 16, 32))
bottleneck = keras.Model(model.input, model.layers[14].output)
