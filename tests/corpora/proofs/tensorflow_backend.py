"""textgenrnn/textgenrnn.py, its import of `set_session`."""

from tf_keras.backend.tensorflow_backend import set_session

print(set_session)
