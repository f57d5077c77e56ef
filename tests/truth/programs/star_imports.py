# Keras 3
# ruff: noqa: F403, F405 - that is what it is about
"""Every name of keras.ops by a star import, also those that are builtins of Python's."""

import keras
from keras.layers import *
from keras.ops import *

tokens = keras.Input((6, 4), name="tokens")
both = concatenate([tokens, relu(tokens)])
total = sum(both, axis=1)
scaled = total / max(abs(total), axis=-1, keepdims=True)
model = keras.Model(tokens, Dense(2, name="head")(scaled))
