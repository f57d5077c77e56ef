"""Kim's text CNN, n-gram branches in a comprehension; and a character model beside it."""

import keras
from keras import layers

SIZES = (3, 4, 5)


class Vocabulary:
    def __init__(self, words, extra=2):
        self.words = list(words)
        self.extra = extra

    def __len__(self):
        return len(self.words) + self.extra


vocabulary = Vocabulary(["good", "bad", "ugly"])
tokens = keras.Input((30,), dtype="int32", name="tokens")
embedded = layers.SpatialDropout1D(0.2)(layers.Embedding(len(vocabulary), 12)(tokens))
branches = [
    layers.GlobalMaxPooling1D(name=f"pool_{n}")(layers.Conv1D(6, n, activation="relu", name=f"conv_{n}")(embedded))
    for n in SIZES
]
chars = keras.Input((200,), dtype="int32", name="chars")
char_features = layers.Bidirectional(layers.GRU(7))(layers.Embedding(60, 8)(chars))
merged = layers.Concatenate(name="merged")([*branches, char_features])
model = keras.Model({"tokens": tokens, "chars": chars}, layers.Dense(2, activation="softmax")(merged), name="text_cnn")
