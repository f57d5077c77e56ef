"""An autoencoder trained whole, then split: the encoder by tensors, the decoder by its layers called again."""

import keras
from keras import layers

input_img = keras.Input(shape=(784,))
encoded = layers.Dense(128, activation="relu")(input_img)
encoded = layers.Dense(32, activation="relu")(encoded)
decoded = layers.Dense(128, activation="relu")(encoded)
decoded = layers.Dense(784, activation="sigmoid")(decoded)
autoencoder = keras.Model(input_img, decoded)
encoder = keras.Model(input_img, encoded)

encoded_input = keras.Input(shape=(32,))
decoder_layer = autoencoder.layers[-2](encoded_input)
decoder = keras.Model(encoded_input, autoencoder.layers[-1](decoder_layer))

middle = keras.Model(encoded, decoded, name="middle")
rest = keras.Input((32,))
y = rest
for layer in autoencoder.layers[3:]:
    y = layer(y)
by_slice = keras.Model(rest, y, name="by_slice")
stack = keras.Sequential(autoencoder.layers[1:3], name="stack")
