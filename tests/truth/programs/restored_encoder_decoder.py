"""The inference models of a sequence to sequence model, taken from its layers by index."""

import keras
from keras import layers


def train_model(latent=16, tokens=20):
    encoder_inputs = keras.Input(shape=(None, tokens))
    _, h, c = layers.LSTM(latent, return_state=True)(encoder_inputs)
    decoder_inputs = keras.Input(shape=(None, tokens))
    sequences, _, _ = layers.LSTM(latent, return_sequences=True, return_state=True)(
        decoder_inputs, initial_state=[h, c]
    )
    return keras.Model([encoder_inputs, decoder_inputs], layers.Dense(tokens, activation="softmax")(sequences))


model = train_model()
encoder_inputs = model.input[0]
encoder_outputs, state_h_enc, state_c_enc = model.layers[2].output
encoder_model = keras.Model(encoder_inputs, [state_h_enc, state_c_enc])

decoder_inputs = model.input[1]
state_inputs = [keras.Input(shape=(16,)), keras.Input(shape=(16,))]
decoder_lstm = model.layers[3]
decoder_outputs, state_h_dec, state_c_dec = decoder_lstm(decoder_inputs, initial_state=state_inputs)
decoder_dense = model.layers[4]
decoder_outputs = decoder_dense(decoder_outputs)
decoder_model = keras.Model([decoder_inputs, *state_inputs], [decoder_outputs, state_h_dec, state_c_dec])
