"""Numbers for comparing two variants of a model: its outputs on inputs and weights that are drawn from names alone.

Both variants run in processes of their own, so nothing can be shared but what is derived from names: equal layer
names and
shapes give equal weights, equal shapes give equal inputs.
"""

from __future__ import annotations

import hashlib
import zlib

from . import legacy_values
from .describe import graph_of, is_input_layer, parameters
from .trace import flatten, history, node_inputs, upstream

MAX_PARAMETERS = 3_000_000
MAX_ELEMENTS = 200_000
MAX_REPORTED = 20_000
MAX_PARTS, MAX_OF_PART = 200, 100
BATCH, FREE = 2, 3


def drawn(seed, shape, dtype):
    """An array that depends on `seed`, shape and dtype only: small integers or numbers around zero."""
    import numpy

    generator = numpy.random.RandomState(zlib.crc32(seed.encode()))
    if "int" in dtype or dtype == "bool":
        return generator.randint(0, 2, shape).astype(dtype)
    return generator.uniform(-0.5, 0.5, shape).astype("float32")


def kind_of(thing):
    """The name of a dtype, of a tensor's or a variable's, whatever its backend calls it."""
    return str(getattr(thing.dtype, "name", thing.dtype))


def weights(operations):
    """(variable, value) pairs for every layer, by layer name and position."""
    pairs, seen = [], set()
    for operation in operations:
        for index, variable in enumerate(getattr(operation, "variables", None) or []):
            if id(variable) not in seen:
                seen.add(id(variable))
                if kind_of(variable).startswith(("float", "bfloat")):
                    value = drawn(f"{operation.name}/{index}", tuple(variable.shape), "float32")
                    pairs.append((variable, abs(value) + 0.5 if "variance" in variable.name else value))
    return pairs


def order(outputs, known):
    """The nodes between tensors whose values are known and the outputs, each after those that feed it.

    None if unreachable.
    """
    ordered, done, todo = [], set(known), [(tensor, False) for tensor in outputs]
    visiting = set()
    while todo:
        tensor, expanded = todo.pop()
        operation, node = history(tensor)
        if id(tensor) in done:
            continue
        if operation is None or node is None or getattr(node, "is_input", False):
            return None
        if expanded:
            ordered.append((operation, node))
            done.update(id(output) for output in flatten(getattr(node, "outputs", None)))
            done.add(id(tensor))
            continue
        if id(tensor) in visiting:
            return None
        visiting.add(id(tensor))
        todo.append((tensor, True))
        todo.extend((source, False) for source in node_inputs(node) if id(source) not in done)
    return ordered


def outputs(loaded, tracer, record):
    """{"values": the model's outputs as flat lists of numbers, "parts": those of its tensors by what they are made of}.

    Both None where they cannot be computed. Where an input is a clone and the outputs live in the original graph, the
    original tensor is fed in its place: what the author meant.
    """
    graph = graph_of(record.model)
    if graph is None or (parameters(record.model) or 0) > MAX_PARAMETERS:
        return {}
    try:
        return evaluate(legacy_values.Runs() if loaded["legacy"] else Runs(loaded["keras"]), tracer, graph)
    except Exception:
        return {}


class Runs:
    """How Keras 3 is fed and asked for numbers; `legacy_values.Runs` is that of Keras 2."""

    def __init__(self, keras):
        self.keras = keras

    def tensor(self, value):
        """An array as a tensor."""
        return self.keras.ops.convert_to_tensor(value)

    def weighted(self, pairs):
        """The context in which variables have values."""
        return self.keras.StatelessScope(state_mapping=[(variable, self.tensor(value)) for variable, value in pairs])

    def call(self, operation, node, fed):
        """Call an operation as a node did, on tensors that are known by their ids."""
        arguments, keywords = node.arguments.fill_in(fed)
        return operation(*arguments, **keywords)

    def arrays(self, tensors):
        """Tensors as arrays."""
        import numpy

        return [numpy.asarray(self.keras.ops.convert_to_numpy(tensor)) for tensor in tensors]


def evaluate(runs, tracer, graph):
    """Feed random inputs through the graph's nodes, with weights drawn from names."""
    fed, made_of, ends = {}, {}, flatten(graph.outputs)
    operations = upstream(ends, stop=[])[0]
    for index, tensor in enumerate(flatten(graph.inputs)):
        kind = kind_of(tensor)
        if kind == "string":
            return {}
        shape = [BATCH] + [FREE if size is None else size for size in tuple(tensor.shape)[1:]]
        value = drawn(f"input {index}", tuple(shape), kind)
        if value.size > MAX_ELEMENTS:
            return {}
        for place in [tensor, *tracer.originals([tensor])]:
            fed[id(place)] = runs.tensor(value)
            made_of[id(place)] = f"input {index} {shape} {kind}"
    nodes = order(ends, set(fed))
    if nodes is None:
        return {}
    layers = [operation for operation in operations if not is_input_layer(operation)]
    parts = {}
    with runs.weighted(weights(layers)):
        for operation, node in nodes:
            results = flatten(runs.call(operation, node, fed))
            sources = [made_of.get(id(tensor), "") for tensor in node_inputs(node)]
            for index, (tensor, result) in enumerate(zip(flatten(node.outputs), results)):
                fed[id(tensor)] = result
                text = f"{operation.name} {type(operation).__name__} {index} {code_of(operation)} {sources}"
                made_of[id(tensor)] = hashlib.sha1(text.encode()).hexdigest()[:16]
                if len(parts) < MAX_PARTS:
                    parts[made_of[id(tensor)]] = result
        arrays = runs.arrays([*parts.values(), *(fed[id(tensor)] for tensor in ends)])
    told, found = dict(zip(parts, arrays)), arrays[len(parts) :]
    if any(array.dtype.kind not in "fiub" for array in found):
        return {}
    parts = {key: numbers(array.ravel()[:MAX_OF_PART]) for key, array in told.items() if array.dtype.kind in "fiub"}
    if any(array.size > MAX_REPORTED for array in found):
        return {"parts": parts}
    return {"values": [numbers(array) for array in found], "parts": parts}


def code_of(operation):
    """What the function of a Lambda layer does, as far as its own code says; nothing for other layers."""
    function = getattr(operation, "function", None)
    code = getattr(function, "__code__", None)
    return "" if code is None else (code.co_code, code.co_consts, code.co_names, function.__defaults__)


def numbers(array):
    """An array as a flat list."""
    return [float(number) for number in array.astype("float64").ravel()]
