"""A DCGAN: generator and discriminator as functions, and the model that trains the one through the other."""

import keras
from keras import layers


def build_generator(latent_dim):
    model = keras.Sequential(name="generator")
    model.add(keras.Input((latent_dim,)))
    model.add(layers.Dense(7 * 7 * 16))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU())
    model.add(layers.Reshape((7, 7, 16)))
    for filters in (16, 8):
        model.add(layers.Conv2DTranspose(filters, 4, strides=2, padding="same"))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
    model.add(layers.Conv2D(1, 7, padding="same", activation="tanh"))
    noise = keras.Input((latent_dim,))
    return keras.Model(noise, model(noise))


def build_discriminator(shape=(28, 28, 1)):
    stack = [keras.Input(shape)]
    for filters in (16, 32):
        stack += [layers.Conv2D(filters, 5, strides=2, padding="same"), layers.LeakyReLU(), layers.Dropout(0.3)]
    stack += [layers.Flatten(), layers.Dense(1, activation="sigmoid")]
    return keras.Sequential(stack, name="discriminator")


discriminator = build_discriminator()
discriminator.compile(loss="binary_crossentropy", optimizer="adam")
generator = build_generator(100)
z = keras.Input(shape=(100,))
image = generator(z)
discriminator.trainable = False
combined = keras.Model(z, discriminator(image))
