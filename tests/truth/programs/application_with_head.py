"""Transfer learning: a backbone without its top, frozen, under a new head."""

import keras
from keras import layers

base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(96, 96, 3))
base.trainable = False

inputs = keras.Input(shape=(96, 96, 3))
x = layers.Rescaling(1.0 / 127.5, offset=-1)(inputs)
x = base(x, training=False)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.2)(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs, outputs)

flat_head = layers.Dense(5, activation="softmax", name="predictions")(layers.Flatten()(base.output))
flat = keras.Model(inputs=base.input, outputs=flat_head)
