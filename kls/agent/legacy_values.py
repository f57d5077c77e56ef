"""How Keras 2 is fed and asked for numbers."""

from __future__ import annotations

import contextlib
import sys


class Runs:
    """See `values.Runs`."""

    def __init__(self):
        self.tf = sys.modules["tensorflow"]

    def tensor(self, value):
        """An array as a tensor."""
        return self.tf.constant(value)

    @contextlib.contextmanager
    def weighted(self, pairs):
        """The context in which variables have values."""
        for variable, value in pairs:
            variable.assign(value)
        yield

    def call(self, operation, node, fed):
        """Call a layer as a node did (tf_keras/src/engine/node.py, map_arguments)."""
        flat = list(node._flat_arguments)
        for identity, index in node._keras_inputs_ids_and_indices:
            flat[index] = fed[int(identity)]
        packed = self.tf.nest.pack_sequence_as((node.call_args, list(node.call_kwargs.values())), flat)
        return operation(*packed[0], **dict(zip(node.call_kwargs, packed[1])))

    def arrays(self, tensors):
        """Tensors as arrays."""
        return [tensor.numpy() for tensor in tensors]
