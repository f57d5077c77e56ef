"""The TensorFlow functions of keras_cv_attention_models, each on a symbolic tensor of Keras 3: all must raise."""

import keras
import tensorflow as tf

x = keras.Input((8, 8, 4))
CALLS = {
    "concat": lambda: tf.concat([x, x], axis=-1),
    "image.resize": lambda: tf.image.resize(x, (4, 4)),
    "math.cos": lambda: tf.math.cos(x),
    "math.reduce_mean": lambda: tf.math.reduce_mean(x, [1, 2]),
    "math.sin": lambda: tf.math.sin(x),
    "nn.gelu": lambda: tf.nn.gelu(x),
    "nn.relu": lambda: tf.nn.relu(x),
    "pad": lambda: tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]),
    "reshape": lambda: tf.reshape(x, [-1, 64, 4]),
    "shape": lambda: tf.shape(x),
    "split": lambda: tf.split(x, 2, axis=-1),
    "transpose": lambda: tf.transpose(x, [0, 3, 1, 2]),
    "unstack": lambda: tf.unstack(x, axis=-1),
}
for name, call in CALLS.items():
    try:
        call()
    except ValueError as error:
        last = error
    else:
        raise SystemExit(f"tf.{name} takes it")
raise last
