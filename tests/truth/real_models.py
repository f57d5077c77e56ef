"""The truth of many programs in one process: what models the Keras of this interpreter builds from each.

Run with the interpreter whose Keras is meant: `python real_models.py [--tf-keras] < programs.json > truth.json`, where the
input is a JSON list of program texts. The answer is a list of {"error": {"type", "line"} | null, "models": [...]}, each
model with name, class, layers [[name, class]], edges, params, inputs, line; in the order of construction.
"""

import contextlib
import gc
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


def describe(model, line):
    def history(tensor):
        found = tensor._keras_history
        return getattr(found, "operation", None) or getattr(found, "layer", None)

    inner = getattr(model, "_functional", None) or model
    operations = list(getattr(inner, "operations", inner.layers))
    own = {id(operation) for operation in operations}
    edges = []
    for operation in operations:
        for node in operation._inbound_nodes:
            tensors = [] if getattr(node, "is_input", False) else getattr(node, "keras_inputs", node.input_tensors)
            for tensor in tensors if isinstance(tensors, (list, tuple)) else [tensors]:
                source = history(tensor)
                if id(source) in own and [source.name, operation.name] not in edges:
                    edges.append([source.name, operation.name])
    try:
        params = int(model.count_params())
    except ValueError:  # tf_keras: a nested Sequential that was not built
        params = None
    return {
        "name": model.name,
        "class": type(model).__name__,
        "layers": [[layer.name, type(layer).__name__] for layer in model.layers],
        "edges": sorted(edges),
        "params": params,
        "inputs": [str(tensor.name).split(":")[0] for tensor in inner.inputs or []],
        "line": line,
    }


def run(text, keras, functional):
    """Execute one program and describe every Functional that it constructed."""
    built, file = [], "<program>"
    original = functional.__init__

    def traced(self, *args, **kwargs):
        original(self, *args, **kwargs)
        frame, line = sys._getframe(1), None
        while frame:
            if frame.f_code.co_filename.endswith("sequential.py"):
                break  # the inner Functional of a Sequential
            if frame.f_code.co_filename == file:
                line = frame.f_lineno
                break
            frame = frame.f_back
        built.append((self, line))

    keras.backend.clear_session()
    error, scope = None, {"__name__": "__main__"}
    functional.__init__ = traced
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(compile(text, file, "exec"), scope)
    except Exception as exception:
        trace, line = exception.__traceback__, None
        while trace:
            if trace.tb_frame.f_code.co_filename == file:
                line = trace.tb_lineno
            trace = trace.tb_next
        error = {"type": type(exception).__name__, "line": line, "message": str(exception)[:200]}
    finally:
        functional.__init__ = original
    sequentials = [v for v in scope.values() if isinstance(v, keras.Sequential)]
    inner = {id(getattr(s, "_functional", None)) for s in sequentials}
    seen, models = set(), []
    for model, line in built:
        # tf_keras calls __init__ on a model that `__new__` has not filled, too
        if (
            getattr(model, "outputs", None)
            and id(model) not in seen
            and id(model) not in inner
            and type(model).__name__ != "Sequential"
        ):
            seen.add(id(model))
            models.append(describe(model, line))
    return {"error": error, "models": [m for m in models if m["line"] is not None]}


def main():
    legacy = "--tf-keras" in sys.argv
    if legacy:
        import tf_keras as keras
        from tf_keras.src.engine.functional import Functional
    else:
        import keras
        from keras.src.models.functional import Functional
    answers = []
    for text in json.load(sys.stdin):
        if legacy:
            text = text.replace("import keras\n", "import tf_keras as keras\n").replace("from keras", "from tf_keras")
        answers.append(run(text, keras, Functional))
        if len(answers) % 50 == 0:
            gc.collect()
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
