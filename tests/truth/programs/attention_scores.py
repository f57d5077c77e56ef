"""Attention layers of several kinds, some of which give their scores as a second output."""

import keras
from keras import layers

query_ids, value_ids = keras.Input((5,), name="query"), keras.Input((9,), name="value")
embedding = layers.Embedding(100, 16, name="embedding")
query, value = embedding(query_ids), embedding(value_ids)

luong = layers.Attention(use_scale=True, name="luong")([query, value])
bahdanau = layers.AdditiveAttention(name="bahdanau")([query, value, value])
multi, scores = layers.MultiHeadAttention(2, 8, name="multi")(query, value, return_attention_scores=True)

pooled = [layers.GlobalAveragePooling1D()(x) for x in (luong, bahdanau, multi)]
output = layers.Dense(1)(layers.Concatenate()(pooled))
model = keras.Model([query_ids, value_ids], output)
inspect = keras.Model([query_ids, value_ids], [output, scores], name="inspect")
