"""Masks: Embedding with mask_zero, Masking, layers that compute and consume them, explicit masks."""

import keras
from keras import layers


class Pool(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs, mask=None):
        return None

    def call(self, inputs, mask=None):
        return inputs[:, 0, :]


ids = keras.Input((None,), dtype="int32", name="ids")
embedded = layers.Embedding(input_dim=500, output_dim=16, mask_zero=True)(ids)
deep = layers.LSTM(16, return_sequences=True)(embedded)
deep = layers.Dropout(0.1)(deep)
model = keras.Model(ids, layers.Dense(2)(Pool()(deep)), name="model")

series = keras.Input((24, 3), name="series")
masked = layers.Masking(mask_value=-1.0)(series)
out = layers.GRU(8)(masked)
forecast = keras.Model(series, layers.Dense(1)(out), name="forecast")

visible = keras.Input((24,), dtype="bool", name="visible")
attended = layers.LSTM(4)(series, mask=visible)
explicit = keras.Model([series, visible], attended, name="explicit")
