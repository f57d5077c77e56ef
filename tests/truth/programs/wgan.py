"""WGAN: critic with a custom constraint, weights clipped; a conditional generator."""

import keras
from keras import layers


class ClipConstraint(keras.constraints.Constraint):
    def __init__(self, value):
        self.value = value

    def __call__(self, weights):
        return weights

    def get_config(self):
        return {"value": self.value}


def define_critic(in_shape=(28, 28, 1), n_classes=10):
    const = ClipConstraint(0.01)
    label = keras.Input(shape=(1,))
    li = layers.Embedding(n_classes, 50)(label)
    li = layers.Dense(in_shape[0] * in_shape[1])(li)
    li = layers.Reshape((in_shape[0], in_shape[1], 1))(li)
    image = keras.Input(shape=in_shape)
    fe = layers.Concatenate()([image, li])
    for _ in range(2):
        fe = layers.Conv2D(64, (4, 4), strides=(2, 2), padding="same", kernel_constraint=const)(fe)
        fe = layers.LeakyReLU(0.2)(fe)
    out = layers.Dense(1, activation="linear", kernel_constraint=const)(layers.Flatten()(fe))
    return keras.Model([image, label], out)


def define_generator(latent_dim, n_classes=10):
    label = keras.Input(shape=(1,))
    li = layers.Reshape((7, 7, 1))(layers.Dense(49)(layers.Embedding(n_classes, 50)(label)))
    noise = keras.Input(shape=(latent_dim,))
    gen = layers.Reshape((7, 7, 32))(layers.LeakyReLU(0.2)(layers.Dense(32 * 49)(noise)))
    x = layers.Concatenate()([gen, li])
    for _ in range(2):
        x = layers.LeakyReLU(0.2)(layers.Conv2DTranspose(32, (4, 4), strides=(2, 2), padding="same")(x))
    return keras.Model([noise, label], layers.Conv2D(1, (7, 7), activation="tanh", padding="same")(x))


critic, generator = define_critic(), define_generator(50)
critic.trainable = False
gen_noise, gen_label = generator.input
gan = keras.Model([gen_noise, gen_label], critic([generator.output, gen_label]))
