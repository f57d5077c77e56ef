"""Run one program in a forked, sealed child and describe the models that it built."""

from __future__ import annotations

import ast
import contextlib
import ctypes
import json
import linecache
import os
import re
import signal
import sys
import threading

from . import legacy_variables, values
from .describe import describe
from .missing import describe_error, in_keras
from .project import Project, annotations_flag, home_of, import_parents, main_module, prepare, run_statement
from .rewrite import Marks
from .tries import Tries

MAX_ERRORS = 50
OF_VARIABLES = re.compile(r"\bvariables?\b|\bresource\b|\b0 values\b|shape \[0\]", re.IGNORECASE)


class Deadline(BaseException):
    """The time that a program has is nearly over: stop it, and report what it has built."""


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


class Program:
    """The program of one request: its statements, and what failed in it."""

    def __init__(self, request, tracer, absorber):
        self.path, self.text, self.watched = request["path"], request["text"], tracer.path
        self.paths, self.deferred, self.absorber = request["paths"], request.get("deferred"), absorber
        self.project = Project(request["paths"], request.get("texts") or {}, absorber, tracer.user_lines, self.failed)
        self.errors, self.stopped, self.scope = [], False, {}
        self.marks = request.get("marks") or []
        self.project.marks = self.watched, self.marks
        self.doubtful, self.records = False, tracer.records
        self.tries = Tries(self.marks, tracer.path, tracer, absorber)

    def known(self, error):
        """Whether a model's constructor raised an exception, whose graph would be refused with variables too."""
        return any(record.error is error for record in self.records)

    def failed(self, error):
        """Remember what failed, up to a limit."""
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(error)

    def execute(self):
        """Run the statements one by one, going on after one that fails. Leaves its errors and names in place."""
        try:
            tree = ast.parse(self.text, self.path)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None)
            self.failed({**describe_error(error), "lines": [line] if isinstance(line, int) else []})
            return
        self.absorber.watch(self.path, tree)
        if self.path == self.watched:
            tree = Marks(self.marks).visit(tree)
        flags, nodes = annotations_flag(tree), statements(tree)
        later = {id(node) for guard in tree.body if is_main(guard) for node in guard.body}
        later |= {id(node) for node in nodes if self.deferred and node.lineno >= self.deferred}
        name, package, folder = home_of(self.path, tree)
        if package is None:
            self.enter(main_module("__main__", self.path))
            self.run(nodes, flags)
            return
        self.run_as_module([node for node in nodes if id(node) not in later], flags, name, package, folder)
        self.run([node for node in nodes if id(node) in later], flags)

    def all_errors(self):
        """What failed, also where a placeholder stands in for it, or where Keras kept it to itself."""
        passed = [{**describe_error(error), "lines": [line]} for error, line in self.absorber.failed]
        known = {error["lines"][0] for error in [*passed, *self.errors] if error["lines"]}
        broken = {line: error for line, error in self.absorber.broken.items() if line not in known}
        passed += [{**describe_error(error), "lines": [line]} for line, error in broken.items()]
        return [*passed, *self.errors][:MAX_ERRORS]

    def enter(self, module):
        """Run in a module's names from now on."""
        prepare(module.__dict__, self.absorber)
        module.__dict__["__kls_come__"] = self.tries
        self.scope = module.__dict__

    def run_as_module(self, nodes, flags, name, package, folder):
        """Import the file as the module that it is in its package, whose other modules may import it before we do."""

        def run(module):
            self.enter(module)
            self.run(nodes, flags)

        self.project.main = self.path, run
        main_module("__main__", self.path)
        # As `python -m` does: the modules of a package are not on the path themselves, or at its end at most.
        beside = os.path.split(self.path)[0]
        sys.path[:] = [*(each for each in sys.path if each != beside or each == folder), beside]
        try:
            import_parents(name, folder)
        except Deadline:
            self.out_of_time()
        except BaseException as error:
            self.failed({**describe_error(error), "lines": []})
        if self.project.main is not None:
            self.project.main = None
            run(main_module(name, self.path, package))

    def out_of_time(self):
        """Run nothing more."""
        self.failed({"type": "Deadline", "message": "", "lines": []})
        self.stopped = True

    def run(self, nodes, flags):
        """Run statements in the program's names."""
        for node in nodes:
            if self.stopped:
                return
            try:
                run_statement(node, self.path, self.scope, flags)
            except Deadline:
                self.out_of_time()
            except BaseException as error:
                self.doubtful = self.doubtful or (in_keras(error) and not self.known(error))
                lines = error_lines(error, self.watched) or ([node.lineno] if self.path == self.watched else [])
                self.failed({**describe_error(error), "lines": lines})
                self.stopped = isinstance(error, KeyboardInterrupt)


def stateless(loaded):
    """The context in which variables are described but not allocated."""
    return legacy_variables.scope() if loaded["legacy"] else loaded["keras"].StatelessScope()


def needs_values(records, errors, legacy, doubtful):
    """Whether a run without variables went in a way that an ordinary run might not.

    A StatelessScope can differ in errors of Keras's that no constructor raised (`doubtful`), and in those that name it;
    Keras 2's deferred variables in what a tf.function says of variables.
    """
    failed = [str(record.error) for record in records if record.error is not None]
    if legacy:
        return any(OF_VARIABLES.search(message) for message in [*failed, *(error["message"] for error in errors)])
    return doubtful or any("stateless" in message for message in failed)


def alarm(seconds):
    """Raise Deadline in this thread after a time. Returns what calls that off."""
    if not hasattr(signal, "setitimer"):  # Windows
        raising, thread = ctypes.pythonapi.PyThreadState_SetAsyncExc, ctypes.c_ulong(threading.get_ident())
        timer = threading.Timer(seconds, lambda: raising(thread, ctypes.py_object(Deadline)))
        timer.daemon = True
        timer.start()
        return timer.cancel

    def out_of_time(signum, frame):
        raise Deadline

    signal.signal(signal.SIGALRM, out_of_time)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    return lambda: signal.setitimer(signal.ITIMER_REAL, 0)


def run(request, loaded, tracer, absorber, write):
    """Execute a request's program and hand the report's bytes to `write`. Does not return: leaving makes variables.

    `request`: text, path, paths (to put on sys.path), mode ("stateless" | "ordinary"), soft_seconds, values (lines of
    the models whose outputs are wanted in numbers), marks (lines of statements that are asked about), watch (the file
    whose lines are told, where it is not the program), texts (what other files hold), deferred (the line from which
    statements wait for the end of an import).
    """
    sys.path[:0] = request["paths"]
    path, text = request["path"], request["text"]
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    sys.argv[:] = [path]
    tracer.path = absorber.path = request.get("watch") or path
    program = Program(request, tracer, absorber)
    program.project.install()

    in_time = alarm(request["soft_seconds"])
    context = stateless(loaded) if request["mode"] == "stateless" else contextlib.nullcontext()
    with context:
        program.execute()
        scope, errors = program.scope, program.all_errors()
        in_time()
        doubtful = absorber.doubtful or program.doubtful
        again = request["mode"] == "stateless" and needs_values(tracer.records, errors, loaded["legacy"], doubtful)
        asked = {**request, "values": []} if again else request
        facts = report(asked, loaded, tracer, absorber, scope, errors)
        told = json.dumps({**facts, "taken": program.tries.taken}).encode()
        write(b'{"again": ' + told + b"}" if again else told)
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
                told.update(values.outputs(loaded, tracer, record))
            models.append(told)
        except Exception as error:
            models.append({"lines": record.lines[:50], "failed": repr(error)[:300]})
    notes = [list(note) for note in absorber.notes]
    return {"models": models, "errors": errors, "assumptions": notes, "reached": sorted(absorber.reached)}
