"""How Keras 2 is fed and asked for numbers: in the tf.Graph that its model was described in, or eagerly."""

from __future__ import annotations

import contextlib
import sys


class Runs:
    """See `values.Runs`."""

    def __init__(self):
        self.tf = sys.modules["tensorflow"]
        self.eager = self.tf.executing_eagerly()
        self.pairs = []

    def tensor(self, value):
        """An array as a tensor."""
        return self.tf.constant(value)

    @contextlib.contextmanager
    def weighted(self, pairs):
        """The context in which variables have values; those of a graph get theirs when it is run."""
        self.pairs = pairs
        if self.eager:
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
        if self.eager:
            return [tensor.numpy() for tensor in tensors]
        v1, known = self.tf.compat.v1, {id(variable) for variable, _ in self.pairs}
        others = [variable.initializer for variable in v1.global_variables() if id(variable) not in known]
        given = {v1.placeholder(variable.dtype, variable.shape): (variable, value) for variable, value in self.pairs}
        assigned = [variable.assign(place, read_value=False) for place, (variable, _) in given.items()]
        with v1.Session() as session:
            session.run([*others, v1.tables_initializer()])
            session.run(assigned, {place: value for place, (_, value) in given.items()})
            return session.run(list(tensors))
