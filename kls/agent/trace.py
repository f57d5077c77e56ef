"""Who built what, where.

A watch on the constructors of Functional and Sequential. Terms are those of keras/src/ops/function.py.
"""

# ruff: noqa: PTH119 - plain paths; zip has no strict= on 3.9

from __future__ import annotations

import functools
import inspect
import os
import sys

MAX_RECORDS = 400


class Record:
    """One call of a model's constructor.

    The model, the user's lines on the stack (innermost first), what it was given.
    """

    def __init__(self, model, lines, inputs, outputs):
        self.model, self.lines, self.inputs, self.outputs = model, lines, inputs, outputs
        self.error = None


def flatten(structure):
    """The leaves of nested lists, tuples and dicts, in Keras's order (dict keys sorted)."""
    if isinstance(structure, dict):
        try:
            keys = sorted(structure)
        except TypeError:
            keys = list(structure)
        return [leaf for key in keys for leaf in flatten(structure[key])]
    if isinstance(structure, (list, tuple)):
        return [leaf for item in structure for leaf in flatten(item)]
    return [] if structure is None else [structure]


def history(tensor):
    """(operation, node) that produced a KerasTensor, or (None, None) for what is none."""
    past = getattr(tensor, "_keras_history", None)
    if past is None:
        return None, None
    operation = getattr(past, "operation", None) or getattr(past, "layer", None)
    nodes = getattr(operation, "_inbound_nodes", None) or []
    return (operation, nodes[past.node_index]) if past.node_index < len(nodes) else (operation, None)


def node_inputs(node):
    """The tensors that a node consumed; none for the node of an InputLayer."""
    if node is None or getattr(node, "is_input", False):
        return []
    return flatten(getattr(node, "keras_inputs", None) or getattr(node, "input_tensors", None))


def upstream(tensors, stop=()):
    """Walk back from tensors, not past those in `stop`.

    (operations met in order, graph inputs met as (operation, tensor)).
    """
    stops = {id(tensor) for tensor in stop}
    seen, met, roots, todo = set(), {}, [], list(tensors)
    while todo:
        tensor = todo.pop()
        if id(tensor) in seen or id(tensor) in stops:
            continue
        seen.add(id(tensor))
        operation, node = history(tensor)
        if operation is None:
            continue
        met[id(operation)] = operation
        if getattr(node, "is_input", False) and (operation, tensor) not in roots:
            roots.append((operation, tensor))
        todo.extend(node_inputs(node))
    return list(met.values()), roots


class Tracer:
    """Everything built since the watch began. One per process; a forked child sets `path` to the user's file."""

    def __init__(self, functional, sequential, function):
        self.path = None
        self.records = []
        self.clones = {}
        self._watch_functional(functional)
        self._watch_sequential(sequential)
        if function is not None:
            self._watch_function(function)

    def user_lines(self):
        """Lines of the user's file on the stack, innermost first."""
        frame, lines = sys._getframe(1), []
        while frame is not None:
            if frame.f_code.co_filename == self.path:
                lines.append(frame.f_lineno)
            frame = frame.f_back
        return lines

    def originals(self, inputs):
        """For inputs that an earlier Functional made as clones: the tensors they are clones of."""
        return [self.clones[id(tensor)][1] for tensor in inputs if id(tensor) in self.clones]

    def _note(self, record):
        if len(self.records) < MAX_RECORDS:
            self.records.append(record)

    def _watch_functional(self, functional):
        original, tracer = functional.__init__, self

        @functools.wraps(original)
        def traced(self, inputs, outputs, name=None, **kwargs):
            inside = in_sequential(sys._getframe(1))
            record = Record(self, tracer.user_lines(), flatten(inputs), flatten(outputs))
            if tracer.path is not None and not inside:
                tracer._note(record)
            try:
                original(self, inputs, outputs, name=name, **kwargs)
            except BaseException as error:
                record.error = error
                raise
            for given, kept in zip(
                record.inputs, flatten(getattr(self, "_inputs", None) or getattr(self, "inputs", None))
            ):
                if given is not kept:
                    tracer.clones[id(kept)] = (kept, given)

        functional.__init__ = traced

    def _watch_function(self, function):
        original, tracer = function.__init__, self

        @functools.wraps(original)
        def traced(self, inputs, outputs, name=None):
            record = Record(self, tracer.user_lines(), flatten(inputs), flatten(outputs))
            if tracer.path is not None and type(self) is function:
                tracer._note(record)
            try:
                original(self, inputs, outputs, name=name)
            except BaseException as error:
                record.error = error
                raise

        function.__init__ = traced

    def _watch_sequential(self, sequential):
        original, tracer = sequential.__init__, self

        def build(model, **given):
            record = Record(model, tracer.user_lines(), [], [])
            if tracer.path is not None:
                tracer._note(record)
            try:
                original(model, **given)
            except BaseException as error:
                record.error = error
                raise

        # Keras reads the parameters of this constructor by name, so the watch has those of the era.
        if "trainable" in inspect.signature(original).parameters:

            def traced(self, layers=None, trainable=True, name=None):
                build(self, layers=layers, trainable=trainable, name=name)

        else:

            def traced(self, layers=None, name=None):
                build(self, layers=layers, name=name)

        sequential.__init__ = functools.wraps(original)(traced)


def in_sequential(frame):
    """Whether a Functional is being made by a Sequential for itself: within Keras's own frames, not the user's."""
    for _ in range(6):
        if frame is None:
            return False
        path = frame.f_code.co_filename
        if os.path.basename(path) == "sequential.py" and "keras" in path:
            return True
        if "keras" not in path:
            return False
        frame = frame.f_back
    return False
