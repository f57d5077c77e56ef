"""Frames through a convolutional model, one by one; hierarchical attention over sentences."""

import keras
from keras import layers

frame = keras.Input((32, 32, 3))
y = layers.Conv2D(8, 3, strides=2, activation="relu")(frame)
y = layers.GlobalMaxPooling2D()(y)
frame_encoder = keras.Model(frame, y, name="frame_encoder")

video = keras.Input((10, 32, 32, 3), name="video")
encoded = layers.TimeDistributed(frame_encoder)(video)
summary = layers.LSTM(16)(encoded)
classifier = keras.Model(video, layers.Dense(4, activation="softmax")(summary), name="classifier")

sentence = keras.Input((12,), dtype="int32")
words = layers.Bidirectional(layers.GRU(8, return_sequences=True))(layers.Embedding(50, 8, mask_zero=True)(sentence))
sentence_encoder = keras.Model(sentence, layers.TimeDistributed(layers.Dense(6))(words))
document = keras.Input((5, 12), dtype="int32")
sentences = layers.TimeDistributed(sentence_encoder)(document)
flat = layers.TimeDistributed(layers.Flatten())(sentences)
reader = keras.Model(document, layers.Dense(1)(layers.GRU(4)(flat)), name="reader")
