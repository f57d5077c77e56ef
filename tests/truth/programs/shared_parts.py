"""Sharing: one layer on several inputs, one model called twice, two models over one set of layers."""

import keras
from keras import layers

embed = layers.Embedding(1000, 16, name="words")
question, answer, context = (keras.Input((None,), name=name) for name in ("question", "answer", "context"))
lstm = layers.LSTM(8)
encoded = [lstm(embed(one)) for one in (question, answer)]
matcher = keras.Model([question, answer], layers.Dot(axes=1)(encoded), name="matcher")

scored = matcher([question, answer])
rescored = matcher([answer, context])
ranking = keras.Model([question, answer, context], layers.Maximum()([scored, rescored]), name="ranking")
only = keras.Model(question, encoded[0], name="only")
again = keras.Model(only.input, layers.Dense(2)(only(only.input)), name="again")
