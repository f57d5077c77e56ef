"""keras_segmentation/models/_pspnet_2.py, its import of `Concatenate`."""

from tf_keras.layers.merge import Concatenate

print(Concatenate)
