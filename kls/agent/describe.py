"""A built model as plain data: its real layers, edges, parameters, and what is in it without being meant."""

from __future__ import annotations

from .missing import describe_error
from .trace import flatten, history, node_inputs, upstream

MAX_LAYERS = 5000


def shape_of(tensor):
    """A shape as a list of integers and None, or None."""
    try:
        return [size if isinstance(size, int) else None for size in tuple(tensor.shape)]
    except Exception:
        return None


def parameters(thing):
    """count_params() or None where it is not built."""
    try:
        return int(thing.count_params())
    except Exception:
        return None


def names(tensors):
    """The names of tensors, without TensorFlow's `:0`."""
    return [str(getattr(tensor, "name", tensor)).split(":")[0] for tensor in tensors]


def is_input_layer(operation):
    """Whether an operation is an InputLayer."""
    return type(operation).__name__ == "InputLayer"


def graph_of(model):
    """The Functional that holds a model's graph (a Sequential keeps one inside), or None."""
    inner = getattr(model, "_functional", None)
    if inner is not None:
        return inner
    return model if getattr(model, "_inputs", None) or getattr(model, "inputs", None) else None


def all_layers(layers):
    """Names of layers and of those within nested models, InputLayers left out."""
    found = []
    for layer in layers[:MAX_LAYERS]:
        if is_input_layer(layer):
            continue
        found.append(layer.name)
        found += all_layers(layers_of(layer))
    return found[:MAX_LAYERS]


def layers_of(model):
    """The layers of a model; a layer of the program's own may keep what it likes under that name."""
    held = getattr(model, "layers", None) or getattr(model, "operations", None)
    return [each for each in held if hasattr(each, "_inbound_nodes")] if isinstance(held, (list, tuple)) else []


def edges_of(operations):
    """[from, to] names of the edges between the given operations, over all their nodes."""
    own, edges = {id(operation) for operation in operations}, {}
    for operation in operations:
        for node in operation._inbound_nodes:
            for tensor in node_inputs(node):
                source = history(tensor)[0]
                if id(source) in own:
                    edges[(source.name, operation.name)] = None
    return [list(edge) for edge in edges][: 4 * MAX_LAYERS]


def boundary(tracer, record):
    """What the author meant: (leaked operations, names of unlisted inputs, the layers between the given tensors).

    Leaked are the operations that lie before a tensor of which the model was given only a clone. Where the outputs need
    more than is given, only what the given tensors lead to was surely meant.
    """
    originals = tracer.originals(record.inputs)
    before = {id(operation) for operation in upstream(originals)[0]}
    _operations, roots = upstream(record.outputs, stop=record.inputs)
    listed = {id(tensor) for tensor in record.inputs}
    missing = [op.name for op, tensor in roots if id(tensor) not in listed and id(op) not in before]
    given = [*record.inputs, *originals]
    wanted = upstream(record.outputs, stop=given)[0]
    if missing or record.error is not None:
        led = reached_from(given, record.outputs)
        wanted = [operation for operation in wanted if id(operation) in led]
    return before, missing, [operation for operation in reversed(wanted) if hasattr(operation, "count_params")]


def reached_from(given, outputs):
    """Ids of the operations between given tensors and outputs that depend on one of those given."""
    starts, depends, todo, found = {id(tensor) for tensor in given}, {}, [(tensor, False) for tensor in outputs], set()
    while todo:
        tensor, expanded = todo.pop()
        if id(tensor) in starts or (id(tensor) in depends and not expanded):
            continue
        operation, node = history(tensor)
        sources = node_inputs(node)
        if not expanded:
            depends[id(tensor)] = False
            todo.append((tensor, True))
            todo.extend((source, False) for source in sources)
            continue
        depends[id(tensor)] = any(id(source) in starts or depends.get(id(source)) for source in sources)
        if depends[id(tensor)]:
            found.add(id(operation))
    return found


def describe(tracer, record, variable):
    """One record as JSON-ready data; what a half-built model cannot tell is None or empty."""
    model, graph = record.model, graph_of(record.model)
    before, missing, wanted = boundary(tracer, record)
    report = {
        "lines": record.lines[:50],
        "variable": variable,
        "class": type(model).__name__,
        "name": str(getattr(model, "name", "")) or None,
        "error": describe_error(record.error),
        "missing": missing,
        "intended": all_layers(wanted),
        "layers": [],
        "edges": [],
        "leaked": [],
        "params": None,
        "leaked_params": 0,
        "inputs": [],
        "outputs": [],
        "unused": [],
    }
    if record.error is not None:
        return report
    layers = layers_of(model)[:MAX_LAYERS]
    report["layers"] = [[layer.name, type(layer).__name__, layer_shape(layer)] for layer in layers]
    report["params"] = parameters(model)
    if graph is None:
        return report
    operations = list(getattr(graph, "operations", None) or graph.layers)
    leaked = [operation for operation in operations if id(operation) in before]
    report["edges"] = edges_of(operations)
    report["leaked"] = [operation.name for operation in leaked]
    report["leaked_params"] = sum(parameters(operation) or 0 for operation in leaked)
    report["inputs"] = names(flatten(graph.inputs))
    report["outputs"] = [[history(tensor)[0].name, shape_of(tensor)] for tensor in flatten(graph.outputs)]
    reached = {id(operation) for operation in upstream(flatten(graph.outputs), stop=())[0]}
    report["unused"] = [
        name for t, name in zip(flatten(graph.inputs), report["inputs"]) if id(history(t)[0]) not in reached
    ]
    if type(model).__name__ == "Sequential" or not (report["intended"] or missing):
        report["intended"] = all_layers(layers)
    return report


def layer_shape(layer):
    """The shape of a layer's output, where it has one."""
    try:
        output = layer.output
    except Exception:
        return None
    return shape_of(output) if not isinstance(output, (list, tuple, dict)) else None
