"""Keras 2's variables without their values: each is initialised when its value is first asked for, most never are.

Everything else is as in any program of Keras 2: eager, with the layers that it makes of TensorFlow's functions. (In a tf.Graph,
which would need no values either, tf_keras/src/utils/version_utils.py chooses other layer classes, whose names differ.)
"""

from __future__ import annotations

import functools
import importlib
import sys

# The graphs in which Keras looks at a layer's output without running it (tf_keras/src/backend.py, get_graph and
# _scratch_graph; engine/base_layer.py, compute_output_shape and _infer_output_signature; engine/training.py, build).
SYMBOLIC = ("keras_graph", "build_graph")
SCRATCH = "_scratch_graph"


def scope():
    """The context in which variables are described, and initialised only on demand."""
    return sys.modules["tensorflow"].variable_creator_scope(create)


def create(next_creator, **given):
    """A variable creator (tf.variable_creator_scope): a Deferred where shape and initial value allow it."""
    tf = sys.modules["tensorflow"]
    initial, shape = given.get("initial_value"), given.get("shape")
    eager = tf.compat.v1.executing_eagerly_outside_functions()
    if not eager or not callable(initial) or shape is None or not tf.TensorShape(shape).is_fully_defined():
        return next_creator(**given)
    told = ("trainable", "caching_device", "name", "dtype", "constraint", "synchronization", "aggregation")
    with tf.init_scope():
        return deferred()(initial, shape=tf.TensorShape(shape), **{key: given.get(key) for key in told})


@functools.lru_cache(None)
def deferred():
    """The class of a variable that keeps how its first value is made until that is needed."""
    tf, operations = sys.modules["tensorflow"], importlib.import_module("tensorflow.python.ops.resource_variable_ops")

    class Deferred(operations.UninitializedVariable):
        """`initial`: makes the first value; None once the variable has one."""

        def __init__(self, initial, **given):
            super().__init__(**given)
            self.initial = initial

        @property
        def handle(self):
            """What every operation on a variable asks for."""
            if self.__dict__.get("initial") is not None and not symbolic(tf):
                initial, self.initial = self.initial, None
                with tf.init_scope():
                    super().assign(initial())
            return self._handle

        def assign(self, *args, **kwargs):
            self.initial = None
            return super().assign(*args, **kwargs)

    return Deferred


def symbolic(tf):
    """Whether what happens now is only looked at: a layer is called on KerasTensors."""
    if tf.executing_eagerly():
        return False
    name = getattr(tf.compat.v1.get_default_graph(), "name", None) or ""
    return name in SYMBOLIC or name.endswith(SCRATCH)
