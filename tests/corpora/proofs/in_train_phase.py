"""kashgari: the CRF layer of its labeling models."""

import tensorflow as tf

tf.keras.backend.in_train_phase(1, 0)
