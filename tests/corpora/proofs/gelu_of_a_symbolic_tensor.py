"""keras_cv/src/models/legacy/convmixer.py, `apply_conv_mixer_layer` and what stands before it, on Keras 3."""

import keras
import tensorflow as tf

x = keras.Input((8, 8, 3))
x = keras.layers.Conv2D(4, kernel_size=2, strides=2)(x)
x = tf.nn.gelu(x)
