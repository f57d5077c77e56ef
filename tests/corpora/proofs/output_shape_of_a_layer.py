"""keras_cv_attention_models/model_surgery, the shapes of a backbone's layers, on Keras 3."""

import keras

x = keras.Input((8, 8, 3))
layer = keras.layers.Conv2D(4, 3)
layer(x)
print(layer.output_shape)
