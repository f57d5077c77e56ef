"""The truth of many programs in one process: what models the Keras of this interpreter builds from each.

Run with the interpreter whose Keras is meant: `python real_models.py [--tf-keras] < programs.json > truth.json`, where the
input is a JSON list of program texts. The answer is a list of {"error": {"type", "line", "message", "refused"} | null,
"models": [...], "sequentials": [...]}. An error is `refused` where the construction of a Functional raised it. A model
has name, class, variable, layers [[name, class, output shape or null]], edges, params, inputs and outputs (names of the
layers that make them) and line; models come in the order of construction. Sequentials are those that the program's
variables hold in the end, built.
"""

import contextlib
import gc
import inspect
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


def history(tensor):
    found = tensor._keras_history
    return getattr(found, "operation", None) or getattr(found, "layer", None)


def edges_of(operations):
    """Which operation feeds which, by any of its calls: [[from, to]...]."""
    own = {id(operation) for operation in operations}
    edges = set()
    for operation in operations:
        for node in operation._inbound_nodes:
            tensors = [] if getattr(node, "is_input", False) else getattr(node, "keras_inputs", node.input_tensors)
            for tensor in tensors if isinstance(tensors, (list, tuple)) else [tensors]:
                source = history(tensor)
                if id(source) in own:
                    edges.add((source.name, operation.name))
    return sorted(map(list, edges))


def shape_of(layer):
    """The shape of a layer's one output in its first call; None where there is no such thing."""
    try:
        return [size if size is None else int(size) for size in layer.output.shape]
    except Exception:  # several outputs, none at all, or an attribute that raises
        return None


def describe(model, line, variable):
    inner = getattr(model, "_functional", None) or model
    try:
        params = int(model.count_params())
    except ValueError:  # tf_keras: a nested Sequential that was not built
        params = None
    return {
        "name": model.name,
        "class": type(model).__name__,
        "variable": variable,
        "layers": [[layer.name, type(layer).__name__, shape_of(layer)] for layer in model.layers],
        "edges": edges_of(list(getattr(inner, "operations", inner.layers))),
        "params": params,
        "inputs": [history(tensor).name for tensor in inner.inputs or []],
        "outputs": [history(tensor).name for tensor in inner.outputs or []],
        "line": line,
    }


def run(text, keras, functional):
    """Execute one program and describe every Functional that it constructed."""
    built, file, refused = [], "<program>", []
    original = functional.__init__

    def traced(self, *args, **kwargs):
        try:
            original(self, *args, **kwargs)
        except Exception as exception:
            refused.append(exception)
            raise
        if kwargs.get("skip_init"):
            return  # tf_keras: `__new__` of a model whose `__init__` is still to come
        frame, line = sys._getframe(1), None
        if frame.f_code.co_filename.endswith("sequential.py"):
            return  # the inner Functional of a Sequential
        while frame:
            if frame.f_code.co_filename == file:
                line = frame.f_lineno
                break
            frame = frame.f_back
        built.append((self, line))

    traced.__signature__ = inspect.signature(original)  # Keras looks at it: `functional_like_constructor`
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
        message = str(exception)[:200]
        error = {"type": type(exception).__name__, "line": line, "message": message, "refused": exception in refused}
    finally:
        functional.__init__ = original
    names = {id(value): key for key, value in reversed(list(scope.items()))}
    sequentials = [v for v in scope.values() if isinstance(v, keras.Sequential) and v.built and v.outputs]
    inner = {id(getattr(s, "_functional", None)) for s in sequentials}
    seen, models = set(), []
    for model, line in built:
        if (
            getattr(model, "outputs", None)
            and id(model) not in seen
            and id(model) not in inner
            and not isinstance(model, keras.Sequential)
        ):
            seen.add(id(model))
            models.append(describe(model, line, names.get(id(model))))
    return {
        "error": error,
        "models": [m for m in models if m["line"] is not None],
        "sequentials": [describe(s, None, names[id(s)]) for s in {id(s): s for s in sequentials}.values()],
    }


def main():
    legacy = "--tf-keras" in sys.argv
    if legacy:
        import tf_keras as keras
        from tf_keras.src.engine.functional import Functional
    else:
        import keras
        from keras.src.models.functional import Functional
    gc.collect()
    gc.freeze()  # what Keras and TensorFlow are made of is not looked through at every clear_session
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
