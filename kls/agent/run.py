"""Run one program in a forked, sealed child and describe the models that it built."""

from __future__ import annotations
import __future__

import ast
import contextlib
import json
import linecache
import os
import signal
import sys
import types

from . import values
from .describe import describe, describe_error
from .missing import Guard, Placeholder, unpack

MAX_ERRORS = 50


class Deadline(BaseException):
    """The time that a program has is nearly over: stop it, and report what it has built."""


class Stop(BaseException):
    """The program asked to end (sys.exit)."""


def annotations_flag(tree):
    """The compiler flags that the program's own `from __future__` lines ask for."""
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
    return flags


def is_main(node):
    """Whether a statement is `if __name__ == "__main__":`."""
    test = getattr(node, "test", None)
    return isinstance(node, ast.If) and isinstance(test, ast.Compare) and getattr(test.left, "id", None) == "__name__"


def statements(tree):
    """The program's statements in order, those of `if __name__ == "__main__":` among them."""
    found = []
    for node in tree.body:
        found.extend(node.body if is_main(node) else [node])
    return found


def error_lines(error, path):
    """Lines of the user's file in an exception's traceback, innermost first."""
    lines, trace = [], error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines[::-1][:50]


def execute(text, path, scope, absorber):
    """Run the program statement by statement, going on after one that fails. Returns its errors, in order."""
    try:
        tree = ast.parse(text, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        return [{**describe_error(error), "lines": [line] if isinstance(line, int) else []}]
    absorber.watch(path, tree)
    flags, errors = annotations_flag(tree), []
    for node in statements(tree):
        try:
            guarded = ast.fix_missing_locations(ast.Module([Guard().visit(node)], []))
            exec(compile(guarded, path, "exec", flags=flags, dont_inherit=True), scope)
        except Deadline:
            errors.append({"type": "Deadline", "message": "", "lines": []})
            break
        except BaseException as error:
            if len(errors) < MAX_ERRORS:
                lines = error_lines(error, path) or [node.lineno]
                errors.append({**describe_error(error), "lines": lines})
            if isinstance(error, (SystemExit, KeyboardInterrupt)):
                break
    return errors


def scope_of(path, absorber):
    """A fresh `__main__` for the program."""
    module = types.ModuleType("__main__")
    module.__file__ = path
    module.__dict__.update(
        {
            "__builtins__": __builtins__,
            "__kls_absorb__": absorber,
            "__kls_placeholder__": Placeholder,
            "__kls_unpack__": unpack,
        }
    )
    sys.modules["__main__"] = module
    return module.__dict__


def stateless(loaded):
    """The context in which variables are described but not allocated: keras.StatelessScope, a tf.Graph on Keras 2."""
    if not loaded["legacy"]:
        return loaded["keras"].StatelessScope()
    return sys.modules["tensorflow"].Graph().as_default()


def needs_values(errors, records, legacy):
    """Whether a run without variables failed in a way that an ordinary run might not.

    A tf.Graph can differ from eager TensorFlow in any error, a StatelessScope only in those that no model's
    constructor raised.
    """
    if legacy:
        return any(error["type"] != "Deadline" for error in errors)
    built_errors = [describe_error(record.error) for record in records if record.error is not None]
    told = {(error["type"], error["message"]) for error in built_errors if "stateless" not in error["message"]}
    return any((error["type"], error["message"]) not in told and error["type"] != "Deadline" for error in errors)


def run(request, loaded, tracer, absorber, write):
    """Execute a request's program and hand the report's bytes to `write`. Does not return: leaving makes variables.

    `request`: text, path, paths (to put on sys.path), mode ("stateless" | "ordinary"), soft_seconds, values (lines of
    the models whose outputs are wanted in numbers).
    """
    sys.path[:0] = request["paths"]
    path, text = request["path"], request["text"]
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    tracer.path = path

    def out_of_time(signum, frame):
        raise Deadline

    signal.signal(signal.SIGALRM, out_of_time)
    signal.setitimer(signal.ITIMER_REAL, request["soft_seconds"])
    scope = scope_of(path, absorber)
    context = stateless(loaded) if request["mode"] == "stateless" else contextlib.nullcontext()
    with context:
        errors = execute(text, path, scope, absorber)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if request["mode"] == "stateless" and needs_values(errors, tracer.records, loaded["legacy"]):
            write(b'{"again": true}')
            os._exit(0)
        write(json.dumps(report(request, loaded, tracer, absorber, scope, errors)).encode())
        os._exit(0)


def report(request, loaded, tracer, absorber, scope, errors):
    """Everything that was built, as JSON-ready data."""
    names = {}
    for key, value in list(scope.items()):
        names.setdefault(id(value), key)
    last = {id(record.model): record for record in tracer.records}
    models = []
    for record in tracer.records:
        if last[id(record.model)] is not record and record.error is None:
            continue
        try:
            told = describe(tracer, record, names.get(id(record.model)))
            if record.error is None and record.lines[:1] and record.lines[0] in request["values"]:
                told["values"] = values.outputs(loaded, tracer, record)
            models.append(told)
        except Exception as error:
            models.append({"lines": record.lines[:50], "failed": repr(error)[:300]})
    return {"models": models, "errors": errors, "assumptions": [list(note) for note in absorber.notes]}
