"""Stand-ins for data that cannot be had in the jail.

Statements that fail for want of a file or a network bind a Placeholder.
"""

# ruff: noqa: PTH119 - plain paths, as in the program's code objects

from __future__ import annotations

import ast
import errno
import os
import re
import sys

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
        self.reached = set()
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

    def reach(self, line):
        """A statement that is asked about was come to."""
        self.reached.add(line)

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


class Marks(ast.NodeTransformer):
    """Notes that statements which start on some lines are come to."""

    def __init__(self, lines):
        self.lines = frozenset(lines)

    def generic_visit(self, node):
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody", "handlers"):
            block = getattr(node, field, None)
            if isinstance(block, list) and field != "handlers":
                setattr(node, field, [new for statement in block for new in self.marked(statement)])
        return node

    def marked(self, node):
        if not isinstance(node, ast.stmt) or node.lineno not in self.lines:
            return [node]
        mark = at(ast.Expr(ast.Call(name("__kls_reached__"), [ast.Constant(node.lineno)], [])), node)
        # After a plain statement, so that it has not failed.
        plain = isinstance(
            node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Import, ast.ImportFrom, ast.Assert)
        )
        return [node, mark] if plain else [mark, node]


class Guard(ast.NodeTransformer):
    """Wraps each statement that can fail for want of data in a try whose handler binds placeholders.

    On the same lines.
    """

    def visit_Assign(self, node):
        targets = [name for target in node.targets for name in leaves(target)]
        unpacked = [target for target in node.targets if isinstance(target, (ast.Tuple, ast.List))]
        if unpacked and not isinstance(node.value, (ast.Tuple, ast.List)):
            shape = ast.Constant(layout(unpacked[0]))
            node.value = at(ast.Call(name("__kls_unpack__"), [node.value, shape], []), node.value)
        return self.wrap(node, [assign(target, node) for target in targets])

    def visit_AnnAssign(self, node):
        return self.wrap(node, [assign(node.target, node)]) if node.value is not None else node

    def visit_Expr(self, node):
        return self.wrap(node, [])

    def visit_Return(self, node):
        return self.wrap(node, [at(ast.Return(value=placeholder(node)), node)])

    def visit_AugAssign(self, node):
        return self.wrap(node, [])

    def visit_Assert(self, node):
        return self.wrap(node, [])

    def visit_With(self, node):
        self.generic_visit(node)
        for item in node.items:
            item.context_expr = attempt(item.context_expr)
        return node

    def visit_For(self, node):
        self.generic_visit(node)
        node.iter = attempt(node.iter)
        return node

    def visit_If(self, node):
        self.generic_visit(node)
        node.test = attempt(node.test)
        return node

    visit_While = visit_If

    def visit_Import(self, node):
        rescue = []
        for alias in node.names:
            target = ast.Name(alias.asname or alias.name.split(".")[0], ast.Store())
            rescue.append(assign(target, node, alias.name if alias.asname else target.id))
        return self.wrap(node, rescue, always=True)

    def visit_ImportFrom(self, node):
        if node.module == "__future__" or any(alias.name == "*" for alias in node.names):
            return node
        rescue = []
        for alias in node.names:
            target = ast.Name(alias.asname or alias.name, ast.Store())
            rescue.append(assign(target, node, f"{node.module}.{alias.name}" if node.module else alias.name))
        return self.wrap(node, rescue, always=True)

    def wrap(self, node, rescue, always=False):
        """try: node; except Exception as error: if not absorb(error, line, names): raise; rescue."""
        inside = list(ast.walk(node))
        if not always and not any(isinstance(child, ast.Call) for child in inside):
            return node
        if any(isinstance(child, (ast.Yield, ast.YieldFrom, ast.Await)) for child in inside):
            return node
        arguments = [name("__kls_error__"), ast.Constant(node.lineno), ast.Constant(loaded(inside))]
        absorb = ast.Call(ast.Name("__kls_absorb__", ast.Load()), arguments, [])
        check = ast.If(ast.UnaryOp(ast.Not(), absorb), [ast.Raise(None, None)], [])
        handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), "__kls_error__", [check, *rescue])
        return ast.copy_location(ast.Try([node], [at(handler, node)], [], []), node)


def layout(target):
    """The nesting of an unpacking target: () for a name, a tuple of layouts for a tuple."""
    if isinstance(target, (ast.Tuple, ast.List)) and not any(isinstance(item, ast.Starred) for item in target.elts):
        return tuple(layout(item) for item in target.elts)
    return ()


def unpack(value, shape):
    """A placeholder unpacks into as many placeholders as the program asks for; all else is left alone."""
    if isinstance(value, Placeholder) and shape:
        return tuple(unpack(value, part) for part in shape)
    return value


def name(identifier):
    """A load of a name."""
    return ast.Name(identifier, ast.Load())


def loaded(nodes):
    """The names among the nodes of a statement or expression."""
    names = {child.id for child in nodes if isinstance(child, ast.Name) and child.id[:6] != "__kls_"}
    return tuple(sorted(names))


def attempt(expression):
    """`expression`, of which a placeholder is made when it fails for want of data."""
    inside = list(ast.walk(expression))
    bound = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)
    if not any(isinstance(child, ast.Call) for child in inside) or any(isinstance(child, bound) for child in inside):
        return expression
    if any(isinstance(child, ast.Name) and child.id == "super" for child in inside):
        return expression
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    facts = [ast.Constant(expression.lineno), ast.Constant(loaded(inside))]
    thunk = ast.Lambda(nothing, expression)
    return at(ast.Call(name("__kls_attempt__"), [thunk, *facts], []), expression)


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


def placeholder(node, what=""):
    """The expression that stands for missing data."""
    return at(ast.Call(name("__kls_placeholder__"), [ast.Constant(what)], []), node)


def assign(target, node, what=""):
    """`target = placeholder`, on the lines of `node`."""
    return at(ast.Assign([target], placeholder(node, what), lineno=node.lineno), node)


def leaves(target):
    """The single targets of a possibly nested assignment target."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [leaf for item in target.elts for leaf in leaves(item)]
    return leaves(target.value) if isinstance(target, ast.Starred) else [target]


def at(new, node):
    """Give a new node, and what it holds, the place of `node`."""
    ast.copy_location(new, node)
    for child in ast.walk(new):
        if "lineno" in child._attributes and not hasattr(child, "lineno"):
            ast.copy_location(child, node)
    return new
