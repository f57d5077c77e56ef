"""Encoder and decoder of a translator, functional: attention masks, cross attention, residuals."""

import keras
from keras import layers


def feed_forward(x, width, name):
    y = layers.Dense(width, activation="gelu", name=f"{name}_in")(x)
    y = layers.Dense(x.shape[-1], name=f"{name}_out")(y)
    return layers.LayerNormalization(name=f"{name}_norm")(layers.Add(name=f"{name}_add")([x, y]))


def attend(query, memory, heads, name, causal=False):
    size = query.shape[-1] // heads
    attention = layers.MultiHeadAttention(heads, size, dropout=0.1, name=name)
    y = attention(query=query, value=memory, key=memory, use_causal_mask=causal)
    return layers.LayerNormalization()(layers.Add()([query, layers.Dropout(0.1)(y)]))


def stack(x, depth, memory=None):
    kind = "encoder" if memory is None else "decoder"
    for i in range(depth):
        x = attend(x, x, 4, f"{kind}_{i}_self", causal=memory is not None)
        if memory is not None:
            x = attend(x, memory, 4, f"{kind}_{i}_cross")
        x = feed_forward(x, 64, f"{kind}_{i}_ff")
    return x


source, target = keras.Input((None,), name="source"), keras.Input((None,), name="target")
memory = stack(layers.Embedding(300, 32, name="source_embedding")(source), 2)
decoded = stack(layers.Embedding(200, 32, name="target_embedding")(target), 2, memory)
logits = layers.Dense(200, name="logits")(decoded)
translator = keras.Model([source, target], logits, name="translator")
encoder = keras.Model(source, memory, name="encoder")
