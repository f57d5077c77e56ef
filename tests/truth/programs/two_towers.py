"""A recommender: user and item towers from one recipe, dot product, and each tower for serving."""

import keras
from keras import layers

RECIPE = {
    "user": {"fields": [("user_id", 500), ("country", 40)], "hidden": [32, 16]},
    "item": {"fields": [("item_id", 800), ("brand", 60), ("colour", 12)], "hidden": [16]},
}
inputs, towers, vectors = {}, {}, []
for side, recipe in RECIPE.items():
    own = {}
    parts = []
    for field, size in recipe["fields"]:
        own[field] = keras.Input(shape=(1,), name=field, dtype="int32")
        dim = min(50, (size + 1) // 2)
        parts.append(
            layers.Flatten(name=f"{field}_flat")(layers.Embedding(size, dim, name=f"{field}_vector")(own[field]))
        )
    x = layers.Concatenate(name=f"{side}_all")(parts)
    for i, width in enumerate(recipe["hidden"]):
        x = layers.Dense(width, activation="relu", name=f"{side}_{i}")(x)
    x = layers.UnitNormalization(name=f"{side}_unit")(layers.Dense(16, name=f"{side}_out")(x))
    inputs.update(own)
    towers[side] = keras.Model(list(own.values()), x, name=f"{side}_tower")
    vectors.append(x)
score = layers.Dot(axes=1, name="score")(vectors)
model = keras.Model(inputs=list(inputs.values()), outputs=score, name="two_towers")
