"""textgenrnn/textgenrnn.py, its import of `multi_gpu_model`."""

from tf_keras.utils import multi_gpu_model

print(multi_gpu_model)
