"""Sequence to sequence with LSTM states; the trained layers are then wired again for inference."""

import keras
from keras import layers

latent, source_tokens, target_tokens = 32, 40, 50

encoder_inputs = keras.Input(shape=(None, source_tokens))
encoder = layers.LSTM(latent, return_state=True)
encoder_outputs, state_h, state_c = encoder(encoder_inputs)
encoder_states = [state_h, state_c]

decoder_inputs = keras.Input(shape=(None, target_tokens))
decoder_lstm = layers.LSTM(latent, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
decoder_dense = layers.Dense(target_tokens, activation="softmax")
decoder_outputs = decoder_dense(decoder_outputs)
model = keras.Model([encoder_inputs, decoder_inputs], decoder_outputs)

encoder_model = keras.Model(encoder_inputs, encoder_states)
decoder_state_inputs = [keras.Input(shape=(latent,)), keras.Input(shape=(latent,))]
outputs, h, c = decoder_lstm(decoder_inputs, initial_state=decoder_state_inputs)
outputs = decoder_dense(outputs)
decoder_model = keras.Model([decoder_inputs, *decoder_state_inputs], [outputs, h, c])
