"""Preprocessing layers in front of a model: strings, hashes, buckets, text, normalization, augmentation."""

import keras
from keras import layers

city = keras.Input((1,), dtype="string", name="city")
age = keras.Input((1,), name="age")
zip_code = keras.Input((1,), dtype="string", name="zip_code")

city_index = layers.StringLookup(vocabulary=["berlin", "paris", "rome"], output_mode="one_hot")(city)
normal_age = layers.Normalization(mean=40.0, variance=100.0)(age)
age_bucket = layers.CategoryEncoding(num_tokens=5, output_mode="one_hot")(
    layers.Discretization(bin_boundaries=[18.0, 30.0, 50.0, 70.0])(age)
)
hashed = layers.Hashing(num_bins=16)(zip_code)
embedded = layers.Flatten()(layers.Embedding(16, 4)(hashed))
features = layers.concatenate([city_index, normal_age, age_bucket, embedded])
tabular = keras.Model([city, age, zip_code], layers.Dense(1)(features), name="tabular")

augment = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)], name="augment")
image = keras.Input((32, 32, 3))
x = layers.Rescaling(1 / 255)(augment(image))
x = layers.CenterCrop(24, 24)(layers.Resizing(28, 28)(x))
pictures = keras.Model(image, layers.Dense(3)(layers.Flatten()(x)), name="pictures")

text = keras.Input((1,), dtype="string", name="text")
tokens = layers.TextVectorization(max_tokens=100, output_sequence_length=20, vocabulary=["a", "b"])(text)
reader = keras.Model(text, layers.GlobalAveragePooling1D()(layers.Embedding(100, 8)(tokens)), name="reader")
