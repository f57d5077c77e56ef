"""Three stages of a ResNet, joined top down as a feature pyramid does."""

import keras
from keras import layers

backbone = keras.applications.ResNet50(weights=None, include_top=False, input_shape=(128, 128, 3))
names = ["conv3_block4_out", "conv4_block6_out", "conv5_block3_out"]
features = keras.Model(backbone.input, [backbone.get_layer(name).output for name in names], name="features")

image = keras.Input((128, 128, 3), name="image")
c3, c4, c5 = features(image)
p3, p4, p5 = [layers.Conv2D(64, 1, padding="same", name=f"lateral_{i}")(c) for i, c in zip((3, 4, 5), (c3, c4, c5))]
p4 = layers.Add(name="merge_4")([p4, layers.UpSampling2D(2)(p5)])
p3 = layers.Add(name="merge_3")([p3, layers.UpSampling2D(2)(p4)])
levels = {f"p{i}": layers.Conv2D(64, 3, padding="same", name=f"out_{i}")(p) for i, p in enumerate((p3, p4, p5), 3)}
pyramid = keras.Model(image, levels, name="pyramid")
