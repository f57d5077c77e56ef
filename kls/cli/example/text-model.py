"""A text classifier that looks up its words inside the model, and a probe into the trainable part of it."""

import keras
from keras import layers

WORDS = ["a", "bad", "film", "good", "not", "very"]

# Words in, numbers out: nothing to train here.
words = keras.Input(shape=(8,), dtype="string", name="words")
ids = layers.StringLookup(vocabulary=WORDS, name="lookup")(words)
preprocess = keras.Model(words, ids, name="preprocess")

# The part that is trained starts at the numbers.
x = layers.Embedding(len(WORDS) + 1, 16, name="embedding")(ids)
features = layers.GlobalAveragePooling1D(name="features")(x)
score = layers.Dense(1, activation="sigmoid", name="score")(features)
trainable = keras.Model(ids, score, name="trainable")
trainable.compile(optimizer="adam", loss="binary_crossentropy")

# What does it see in a text? Take the features out.
probe = keras.Model(trainable.input, trainable.get_layer("features").output, name="probe")
