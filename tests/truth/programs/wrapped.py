"""Wrappers: inside each other, around models that are used elsewhere too, with two layers of their own, and states of RNNs."""

import keras
from keras import layers

x = keras.Input((6, 4), name="x")
both = layers.Bidirectional(
    layers.LSTM(3, return_sequences=True), backward_layer=layers.GRU(3, return_sequences=True, go_backwards=True)
)(x)
nested = layers.TimeDistributed(layers.TimeDistributed(layers.Dense(2)))(layers.Reshape((6, 2, 2))(x))
hidden, state = layers.GRU(3, return_state=True)(both)
again = layers.GRU(3)(x, initial_state=state)
lstm = layers.LSTM(3, return_sequences=True, return_state=True)
sequence, h, c = lstm(x, initial_state=[state, hidden])
_, *states = lstm(x)
more = lstm(x, initial_state=states)
inner = keras.Sequential([layers.Dense(5), layers.Dropout(0.1), layers.Dense(2)], name="inner")
steps = layers.TimeDistributed(inner)(sequence)
pooled = keras.Sequential([layers.Conv1D(2, 2, padding="same"), layers.GlobalMaxPooling1D()])
conv = layers.TimeDistributed(pooled)(layers.Reshape((6, 4, 1))(x))
model = keras.Model(x, [nested, again, sequence, more[0], steps, conv, inner(h)])
copy = keras.models.clone_model(model)

start = keras.Input((4,))
dense = layers.Dense(4)
step = keras.Model(start, dense(start))
shared = keras.Model([x, start], [layers.TimeDistributed(step)(x), dense(start), layers.TimeDistributed(dense)(x)])

ids = keras.Input((7,), dtype="int32")
text = keras.Sequential([layers.Embedding(9, 3, mask_zero=True), layers.LSTM(4), layers.Dense(1)], name="text")
score = keras.Model(ids, text(ids))
