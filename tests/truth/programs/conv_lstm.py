"""Next-frame prediction with ConvLSTM, and a Conv3D head."""

import keras
from keras import layers

inp = layers.Input(shape=(None, 16, 16, 1))
x = inp
for filters, kernel in ((8, (5, 5)), (8, (3, 3)), (4, (1, 1))):
    x = layers.ConvLSTM2D(
        filters=filters, kernel_size=kernel, padding="same", return_sequences=True, activation="relu"
    )(x)
    x = layers.BatchNormalization()(x)
x = layers.Conv3D(filters=1, kernel_size=(3, 3, 3), activation="sigmoid", padding="same")(x)
model = keras.models.Model(inp, x)

fixed = keras.Input((4, 16, 16, 1))
last, h, c = layers.ConvLSTM2D(4, 3, return_state=True)(fixed)
states = keras.Model(fixed, [layers.Flatten()(last), h, c], name="states")
