"""Stand-ins for data that cannot be had in the jail.

Statements that fail for want of a file or a network bind a Placeholder.
"""

# ruff: noqa: PTH119 - plain paths, as in the program's code objects

from __future__ import annotations

import ast
import contextlib
import errno
import os
import re
import sys
from collections import Counter

NO_DATA = re.compile(
    r"no such file|file not found|does not exist|url fetch failure|unable to (open|synchronously open)"
    r"|could not (connect|resolve)|failed to (establish|resolve|open)|network is unreachable|name resolution|offline"
    r"|connection (error|refused)|not downloaded|max retries exceeded|can't load|couldn't (reach|find)",
    re.IGNORECASE,
)


# What a function that reads data, or lacks a package, has in its text.
DATA = re.compile(
    r"\b(open|load\w*|read\w*|download\w*|get_file|from_pretrained|listdir|i?glob|imread|pickle|json|h5py|import|urlopen|requests"
    r"|Image|walk|stat|exists|isfile|isdir|environ|tfds|datasets|from_\w+)\b"
)

# Errors of the program's own making, not of missing data.
LIMITS = (errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.EFBIG, errno.EDQUOT, errno.EAGAIN)


INSTALLED = ("keras", "tensorflow", "tf_keras")
DEEPEST = 6


class Placeholder(int):
    """Answers everything with itself, so that the statements around missing data go on to build the graph.

    As a number it is one, so that it can be the size of something. `what` it stands for is a dotted name, or "".
    """

    shape = (1, 1)
    ndim = 2
    dtype = "float32"
    layer = None  # set to what makes a layer of a name, when Keras is there

    def __new__(cls, what="", depth=0, *args, **kwargs):
        made = int.__new__(cls, 1)
        made.__dict__["what"] = what if isinstance(what, str) else ""
        made.__dict__["depth"] = depth if isinstance(depth, int) else 0
        return made

    def __call__(self, *args, **kwargs):
        given = leaves_of([args, list(kwargs.values())])
        tensors = [value for value in given if getattr(value, "_keras_history", None) is not None]
        if tensors and Placeholder.layer is not None:
            return Placeholder.layer(self.what, tensors)
        # As a decorator, or a wrapper of a layer, it leaves alone what it is given.
        return args[0] if len(args) == 1 and not kwargs and callable(args[0]) else self

    def __getattr__(self, name):
        if name.startswith(("__", "_keras", "_tf")):
            raise AttributeError(name)  # what Python and Keras ask everything for
        return Placeholder(f"{self.what}.{name}" if self.what else name)

    def __mro_entries__(self, bases):
        others = [base for base in bases if isinstance(base, type)]
        return () if others or bases[0] is not self else (MissingBase,)

    def __instancecheck__(self, other):
        return isinstance(other, (Placeholder, MissingBase))

    def __getitem__(self, key):
        # TensorFlow takes what can be indexed for a list, and would look into it for ever.
        if self.depth >= DEEPEST:
            raise IndexError(key)
        return Placeholder(self.what, self.depth + 1)

    def __setitem__(self, key, value):
        pass

    def __delitem__(self, key):
        pass

    def __contains__(self, key):
        return False

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False

    def __len__(self):
        return 1

    def __array__(self, *args, **kwargs):
        import numpy

        return numpy.ones(self.shape)

    def __fspath__(self):
        return "/nonexistent/placeholder"

    def __repr__(self):
        return "<placeholder>"

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return other is self or other == 1

    def __gt__(self, other):
        return other < 1 if isinstance(other, (int, float)) else True

    def __lt__(self, other):
        return other > 1 if isinstance(other, (int, float)) else False

    __ge__, __le__ = __gt__, __lt__

    def __mod__(self, other):
        return 0  # it can be divided into whatever the program divides it into

    def _self(self, *args):
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _self
    __floordiv__ = __rfloordiv__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __matmul__ = __and__ = __or__ = _self
    __invert__ = __abs__ = __round__ = _self


class HyperParameters:
    """Stands in for Keras Tuner's (keras_tuner/src/engine/hyperparameters): the default of each choice, else the first value."""

    def Int(self, name, min_value=1, max_value=None, step=None, sampling=None, default=None, **kwargs):
        return min_value if default is None else default

    Float = Int

    def Choice(self, name, values, ordered=None, default=None, **kwargs):
        return next(iter(values)) if default is None else default

    def Boolean(self, name, default=False, **kwargs):
        return default

    def Fixed(self, name, value, **kwargs):
        return value

    def conditional_scope(self, parent_name, parent_values):
        return contextlib.nullcontext()

    name_scope = parent_scope = lambda self, *args: contextlib.nullcontext()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder(f"hp.{name}")


class MissingBase:
    """The base of the program's classes whose own base is not there."""

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return Placeholder(type(self).__name__)(*args, **kwargs)

    def __getattr__(self, name):
        if name.startswith(("__", "_keras", "_tf")):
            raise AttributeError(name)  # what Python and Keras ask everything for
        return Placeholder(f"{type(self).__name__}.{name}")


def leaves_of(structure):
    """The leaves of nested lists, tuples and dicts."""
    if isinstance(structure, dict):
        structure = list(structure.values())
    if isinstance(structure, (list, tuple)):
        return [leaf for item in structure for leaf in leaves_of(item)]
    return [structure]


def describe_error(error):
    """An exception as data, without its traceback."""
    if error is None:
        return None
    return {"type": type(error).__name__, "message": str(error)[:2000]}


def is_missing_data(error):
    """Whether an exception says that a file, a package or the network is not there.

    Rather than that the code is wrong.
    """
    if isinstance(error, (OSError, ImportError)):
        return getattr(error, "errno", None) not in LIMITS
    if type(error).__name__ in ("NotFoundError", "UnavailableError", "DownloadError", "DatasetNotFoundError"):
        return True
    return bool(NO_DATA.search(str(error)[:2000]))


def in_keras(error):
    """Whether an exception was raised within Keras, or what it works with."""
    trace, path = error.__traceback__, ""
    while trace is not None:
        path, trace = trace.tb_frame.f_code.co_filename, trace.tb_next
    return any(
        f"{os.sep}{package}{os.sep}" in path for package in ("keras", "tf_keras", "tensorflow", "numpy", "jax", "torch")
    )


def is_made_up(error, frame, names):
    """Whether a statement failed that works on a placeholder: one of the names that it loads is bound to one."""
    return any(isinstance(frame.f_locals.get(each, frame.f_globals.get(each)), Placeholder) for each in names)


class Absorber:
    """Called by the rewritten program when a statement fails: notes the assumption and says whether to go on.

    `path`: the user's file, whose lines are told; a child sets it. `doubtful`: whether Keras raised what was passed over.
    """

    def __init__(self):
        self.notes = []
        self.path, self.tries = None, {}
        self.doubtful = False
        self.reached, self.entered, self.passed = set(), Counter(), Counter()
        self.broken = {}  # what statements that are asked about raised, by their lines
        self.failed = []  # (an exception that is no one's but the program's, its line): Keras is there, and lacks the name

    def watch(self, path, tree):
        """Learn which lines of a file lie in its own try statements."""
        blocks = [node for node in ast.walk(tree) if isinstance(node, ast.Try) and node.handlers]
        spans = [range(block.lineno, block.body[-1].end_lineno + 1) for block in blocks]
        self.tries[path] = frozenset(line for span in spans for line in span)

    def handled(self):
        """Whether the program itself would catch what is raised now, in any of its functions that are running."""
        frame = sys._getframe(2)
        while frame is not None:
            if frame.f_lineno in self.tries.get(frame.f_code.co_filename, ()):
                return True
            frame = frame.f_back
        return False

    def __call__(self, error, line, names=(), depth=1):
        made_up = is_made_up(error, sys._getframe(depth), names)
        if not (made_up or is_missing_data(error)) or self.handled():
            return False
        self.doubtful = self.doubtful or in_keras(error)
        if isinstance(error, ImportError) and (error.name or "").split(".")[0] in INSTALLED:
            self.failed.append((error, line))
        self.tell(line, "{}: {}".format(type(error).__name__, str(error).strip().split("\n")[0][:200]))
        return True

    def enter(self, line):
        """A statement that is asked about is come to."""
        self.entered[line] += 1

    def broke(self, line, error):
        """It raised, and the program does not expect that."""
        if not self.handled():
            self.broken[line] = error

    def reach(self, line, plain):
        """It ran without an exception of its own; of one that is not `plain`, its head did."""
        self.reached.add(line)
        self.passed[line] += plain

    def tell(self, line, text):
        """Note an assumption of the statement that is running; one of another file at the user's line that led there."""
        frame = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename not in self.tries:
            frame = frame.f_back
        where = frame.f_code.co_filename if frame is not None else self.path
        if where != self.path:
            text = f"{os.path.basename(where)}, line {line}: {text}"
            while frame is not None and frame.f_code.co_filename != self.path:
                frame = frame.f_back
            line = frame.f_lineno if frame is not None else 0
        self.note(line, text)

    def note(self, line, text):
        """Remember one assumption, once."""
        if (line, text) not in self.notes and len(self.notes) < 200:
            self.notes.append((line, text))


def unpack(value, shape):
    """A placeholder unpacks into as many placeholders as the program asks for; all else is left alone."""
    if isinstance(value, Placeholder) and shape:
        return tuple(unpack(value, part) for part in shape)
    return value


def attempting(absorber):
    """What the rewritten program calls for an expression that may fail."""

    def attempted(thunk, line, names):
        try:
            return thunk()
        except Exception as error:
            if not absorber(error, line, names, 2):
                raise
            return Placeholder()

    return attempted
