"""RNNs of all kinds: states out and in, stacked cells, Bidirectional with every merge mode, stateful."""

import keras
from keras import layers

x = keras.Input(shape=(20, 6), name="series")
sequence, state = layers.GRU(8, return_sequences=True, return_state=True, name="gru")(x)
again = layers.GRU(8, name="gru_from_state")(sequence, initial_state=state)
simple = layers.SimpleRNN(4, name="simple")(x, initial_state=layers.Dense(4, name="start")(state))
whole, forward_h, forward_c, backward_h, backward_c = layers.Bidirectional(
    layers.LSTM(5, return_sequences=True, return_state=True), name="both_ways"
)(x)
states = layers.Concatenate(name="states")([forward_h, backward_h, forward_c, backward_c])
modes = [
    layers.Bidirectional(layers.LSTM(5), merge_mode=mode, name=f"merged_{mode}")(x) for mode in ("sum", "mul", "ave")
]
left, right = layers.Bidirectional(layers.GRU(5), merge_mode=None, name="apart")(x)
stacked = layers.RNN([layers.LSTMCell(6), layers.LSTMCell(7)], name="stacked")(x)
cell = layers.RNN(layers.GRUCell(3), return_sequences=True, name="cell")(x)
steps = layers.TimeDistributed(layers.Dense(2), name="steps")(whole)
model = keras.Model(x, [again, simple, states, *modes, left, right, stacked, cell, steps])

batch = keras.Input(batch_shape=(4, 10, 2))
remembering = layers.LSTM(3, stateful=True, return_sequences=True)(batch)
stateful = keras.Model(batch, layers.LSTM(3, stateful=True)(remembering), name="stateful")
