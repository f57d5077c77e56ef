"""RNNs over cells of the program's own: one state or several, an output of another size, stacked, both ways."""

import keras
from keras import layers


class Minimal(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent")
        self.built = True

    def call(self, inputs, states):
        output = inputs @ self.kernel + states[0] @ self.recurrent
        return output, [output]


class Peephole(layers.Layer):
    def __init__(self, units, width, **kwargs):
        super().__init__(**kwargs)
        self.units, self.width = units, width
        self.gate = layers.Dense(units)
        self.out = layers.Dense(width)

    @property
    def state_size(self):
        return [self.units, self.units]

    @property
    def output_size(self):
        return self.width

    def build(self, input_shape):
        self.gate.build(input_shape)
        self.out.build((None, self.units))
        self.built = True

    def call(self, inputs, states):
        carry = self.gate(inputs) + states[0]
        return self.out(carry), [carry, states[1]]


x = keras.Input((10, 6), name="x")
one = layers.RNN(Minimal(8), name="one")(x)
sequence, state, carry = layers.RNN(Peephole(5, 3), return_sequences=True, return_state=True, name="peephole")(x)
stacked = layers.RNN([Minimal(4), layers.GRUCell(7), Peephole(6, 2)], name="stacked")(sequence)
begun = layers.RNN(Minimal(5), name="begun")(sequence, initial_state=[state])
model = keras.Model(x, [one, sequence, stacked, begun, carry], name="model")
part = keras.Model(model.input, model.get_layer("peephole").output[0], name="part")
