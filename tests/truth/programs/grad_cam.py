"""Grad-CAM on a plain model, and on a classifier whose backbone is nested: the two-model form."""

import keras
from keras import layers


def last_conv_layer(model):
    for layer in reversed(model.layers):
        if isinstance(layer, layers.Conv2D):
            return layer.name
    raise ValueError("no convolution")


plain = keras.applications.VGG16(weights=None, input_shape=(64, 64, 3), classes=5)
grad_model = keras.Model([plain.inputs], [plain.get_layer(last_conv_layer(plain)).output, plain.output])

backbone = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(64, 64, 3))
classifier = keras.Sequential([keras.Input((64, 64, 3)), backbone, layers.GlobalAveragePooling2D(), layers.Dense(5)])
last_conv = keras.Model(backbone.inputs, backbone.get_layer("conv_pw_13_relu").output)
classifier_input = keras.Input(shape=last_conv.output.shape[1:])
x = classifier_input
for layer in classifier.layers[1:]:
    x = layer(x)
head = keras.Model(classifier_input, x)
