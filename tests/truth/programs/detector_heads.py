"""A detector: shared heads over pyramid levels, outputs reshaped and concatenated along the anchors."""

import keras
from keras import layers


def build_head(output_filters, name):
    head = keras.Sequential([keras.Input(shape=[None, None, 16])], name=name)
    for _ in range(2):
        head.add(layers.Conv2D(16, 3, padding="same"))
        head.add(layers.ReLU())
    head.add(layers.Conv2D(output_filters, 3, 1, padding="same"))
    return head


image = keras.Input((64, 64, 3), name="image")
x = layers.Conv2D(16, 3, strides=4, padding="same")(image)
levels = [x]
for _ in range(2):
    levels.append(layers.Conv2D(16, 3, strides=2, padding="same")(levels[-1]))
classes, anchors = 4, 9
class_head, box_head = build_head(classes * anchors, "class_head"), build_head(4 * anchors, "box_head")
class_outputs, box_outputs = [], []
for feature in levels:
    class_outputs.append(layers.Reshape([-1, classes])(class_head(feature)))
    box_outputs.append(layers.Reshape([-1, 4])(box_head(feature)))
boxes = layers.Concatenate(axis=1, name="boxes")(box_outputs)
scores = layers.Concatenate(axis=1, name="scores")(class_outputs)
detector = keras.Model(image, layers.Concatenate(axis=-1)([boxes, scores]), name="detector")
