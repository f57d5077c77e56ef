"""Text, numbers and a category in, a price and a risk out."""

import keras
from keras import layers

VOCABULARY, TAGS = 1000, 12

title = keras.Input(shape=(None,), name="title")
numbers = keras.Input(shape=(7,), name="numbers")
tags = keras.Input(shape=(TAGS,), name="tags")

embedded = layers.Embedding(VOCABULARY, 16)(title)
title_vector = layers.LSTM(32)(embedded)
joined = layers.concatenate([title_vector, layers.Dense(8, activation="relu")(numbers), tags])

price = layers.Dense(1, name="price")(joined)
risk = layers.Dense(3, activation="softmax", name="risk")(joined)
model = keras.Model(inputs=[title, numbers, tags], outputs=[price, risk])
model.compile(optimizer="adam", loss={"price": "mse", "risk": "categorical_crossentropy"})

explain = keras.Model(model.inputs, [model.get_layer("price").output, joined], name="explain")
