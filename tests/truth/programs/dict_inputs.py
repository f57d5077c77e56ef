"""Inputs and outputs as dicts, one of them nested, and a model that is called with a dict."""

import keras
from keras import layers

features = {
    "user": {"age": keras.Input((1,), name="age"), "country": keras.Input((20,), name="country")},
    "item": [keras.Input((8,), name="brand"), keras.Input((1,), name="cost")],
}
user = layers.Concatenate(name="user")([features["user"]["age"], features["user"]["country"]])
item = layers.Concatenate(name="item")(features["item"])
both = layers.Dense(16, activation="relu")(layers.Concatenate()([user, item]))
tower = keras.Model(features, {"click": layers.Dense(1, name="click")(both), "both": both}, name="tower")

flat = {"b": keras.Input((4,), name="b"), "a": keras.Input((4,), name="a")}
summed = keras.Model(flat, layers.Add()([flat["a"], flat["b"]]), name="summed")
left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
total = summed({"a": left, "b": right})
outer = keras.Model([left, right], layers.Dense(2)(total), name="outer")
