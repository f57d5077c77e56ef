"""Python's built-in functions, and the few of the standard library that model code leans on, over abstract values."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Callable

from kls.program import arrays
from kls.program.comparisons import truth
from kls.program.constants import PURE, computed, shown
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.protocols import call_special
from kls.program.values import (
    SIZE_LIMIT,
    UNDEFINED,
    UNKNOWN,
    Class,
    Container,
    Either,
    External,
    Instance,
    Namespace,
    Opaque,
    Site,
    Super,
    Value,
    Wrapped,
)

Builtin = Callable[[Interpreter, Arguments, Site], Value]
FUNCTIONS: dict[str, Builtin] = {}
NAMES = frozenset(name for name in dir(builtins) if not name.startswith("__"))


def named(name: str) -> Value:
    """The value of a built-in name; UNKNOWN for a name that nothing binds."""
    return External(f"builtins.{name}") if name in NAMES else UNKNOWN


def builtin(*names: str) -> Callable[[Builtin], Builtin]:
    """Register a function under its qualified names."""

    def register(function: Builtin) -> Builtin:
        FUNCTIONS.update(dict.fromkeys(names, function))
        return function

    return register


def call_builtin(interpreter: Interpreter, name: str, arguments: Arguments, site: Site) -> Value:
    """Call a built-in; UNDEFINED where it is not modelled."""
    function = FUNCTIONS.get(name)
    if not arguments.exact:
        return UNDEFINED if function is None and name not in PURE else UNKNOWN
    for value in arguments.positional:
        if type(value) in interpreter.library.tracked:
            interpreter.library.asked(interpreter, value, name, site)
    if function is not None:
        try:
            return function(interpreter, arguments, site)
        except (OverflowError, MemoryError):
            return UNKNOWN  # a number that no sequence can be counted by
    if name == "builtins.abs" and len(arguments.positional) == 1:
        found = interpreter.library.operator(interpreter, "abs", arguments.positional, site)
        if found is not UNDEFINED:
            return found
    if name in PURE:
        return computed(interpreter, PURE[name], arguments)
    if name in MUTATORS:
        forget_content(interpreter, arguments)
        return UNKNOWN if name != "random.shuffle" else None
    return call_standard(interpreter, name, arguments) if name.startswith("builtins.") else UNDEFINED


MUTATORS = frozenset(
    {
        "random.shuffle",
        "numpy.random.shuffle",
        "operator.setitem",
        "operator.delitem",
        *(f"heapq.{name}" for name in "heapify heappush heappop heappushpop heapreplace".split()),
        *(f"bisect.{name}" for name in "insort insort_left insort_right".split()),
    }
)
"""Functions of the standard library that change what they are given, in ways that are not followed."""


def forget_content(interpreter: Interpreter, arguments: Arguments) -> None:
    """What the containers hold that are passed is not known any more."""
    for value in arguments.positional:
        if isinstance(value, Container):
            interpreter.overlay.set(value.address, UNKNOWN)


def call_standard(interpreter: Interpreter, name: str, arguments: Arguments) -> Value:
    """A built-in that is not modelled, a method called on its class (`str.upper(x)`), or an exception that is made."""
    own = getattr(builtins, name.removeprefix("builtins."), None)
    if isinstance(own, type) and issubclass(own, BaseException):
        made = Instance(interpreter.overlay.allocate(), External(name))
        interpreter.overlay.set((made.address, "args"), arguments.positional)
        return made
    interpreter.doubt()
    return UNKNOWN


@builtin("builtins.bool")
def builtin_bool(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether an object is true."""
    known = truth(interpreter, arguments.get(0, "object", False))
    return UNKNOWN if known is None else known


def _texts() -> None:
    def make(name: str, conversion: int) -> Builtin:
        def text(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
            value = arguments.get(0, "object", "")
            spec = arguments.get(1, "format_spec", "") if name == "format" else ""
            if len(arguments.positional) > 1 and name != "format":
                return UNKNOWN
            return text_of(interpreter, value, conversion, spec)

        return text

    for name, conversion in (("str", ord("s")), ("repr", ord("r")), ("ascii", ord("a")), ("format", -1)):
        FUNCTIONS[f"builtins.{name}"] = make(name, conversion)


_texts()


def text_of(interpreter: Interpreter, value: Value, conversion: int, spec: Value) -> Value:
    """`f"{value!conversion:spec}"`; UNKNOWN where it is not known."""
    if not isinstance(spec, str):
        return UNKNOWN
    if isinstance(value, Either):
        return interpreter.choose(value, lambda one: text_of(interpreter, one, conversion, spec))
    if isinstance(value, Instance):
        order = ("__repr__",) if conversion == ord("r") else ("__str__", "__repr__")
        for name in order:
            own = call_special(interpreter, value, name)
            if own is not UNDEFINED:
                return format(own, spec) if isinstance(own, str) else UNKNOWN
        return UNKNOWN
    found = shown(interpreter, value, conversion, spec)
    return UNKNOWN if found is None else found


@builtin("builtins.print")
def printed(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Iterators that are spread are used up by then; nothing else changes."""
    return None


@builtin("builtins.exit", "builtins.quit", "sys.exit", "os._exit", "os.abort")
def ended(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The program ends here."""
    raise raising("SystemExit")


@builtin("os.getenv", "os.environ.get")
def environment_variable(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A variable of the environment that has a default: the default, as where nobody has set it."""
    default = arguments.get(1, "default", UNKNOWN)
    return default if isinstance(default, str) else UNKNOWN


@builtin("functools.partial")
def make_partial(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A function with some arguments given."""
    if not arguments.positional:
        return UNKNOWN
    function, *args = arguments.positional
    return Wrapped("partial", function, tuple(args), tuple(arguments.keywords.items()))


@builtin("numpy.linspace")
def linspace(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`numpy.linspace(start, stop, num)`: an array of floats, whose arithmetic is not that of a list."""
    start, stop = arguments.get(0, "start", UNKNOWN), arguments.get(1, "stop", UNKNOWN)
    count = arguments.get(2, "num", 50)
    plain = len(arguments.positional) <= 3 and set(arguments.keywords) <= {"start", "stop", "num"}
    if not isinstance(start, (int, float)) or not isinstance(stop, (int, float)) or not isinstance(count, int):
        return Opaque("array")
    if not plain or not 0 <= count <= SIZE_LIMIT:
        return Opaque("array")
    step = (stop - start) / max(count - 1, 1)
    between = [float(start + index * step) for index in range(count)]
    return interpreter.overlay.new("array", (*between[:-1], float(stop)) if count > 1 else tuple(between))


def call_numeric(interpreter: Interpreter, name: str, arguments: Arguments) -> Value:
    """numpy, math and random give data: never an object of the program's."""
    if name.startswith("numpy."):
        try:
            return arrays.call_numpy(interpreter, name.removeprefix("numpy."), arguments)
        except (OverflowError, MemoryError):
            return Opaque("array")
    if name == "random.choice":
        return UNKNOWN
    return Opaque("number" if name.startswith("math.") else "array")


def super_call(interpreter: Interpreter, node: ast.Call, frame: Frame) -> Value:
    """`super()` or `super(Class, self)`, which need the frame."""
    outer: Frame | None = frame
    while outer is not None and outer.owner is None:
        outer = outer.outer
    if len(node.args) == 2:
        after = interpreter.evaluate(node.args[0], frame)
        receiver = interpreter.evaluate(node.args[1], frame)
        return Super(after, receiver) if isinstance(after, Class) else UNKNOWN
    if outer is None or outer.owner is None or outer.receiver is UNDEFINED:
        return UNKNOWN
    return Super(outer.owner, outer.receiver)


def locals_call(interpreter: Interpreter, node: ast.Call, frame: Frame) -> Value:
    """`locals()` of a function: its names so far, as `build(**locals())` passes them on; of a module `globals()`."""
    if frame.locals is None:
        return globals_call(interpreter, node, frame)
    if frame.is_class or frame.outer is not None:
        return UNKNOWN
    captured = ((name, interpreter.overlay.get((frame.address, name))) for name in sorted(frame.scope.captured))
    names = {**frame.locals, **dict(captured)}
    return interpreter.overlay.new("dict", {name: value for name, value in names.items() if value is not UNDEFINED})


def globals_call(interpreter: Interpreter, node: ast.Call, frame: Frame) -> Value:
    """`globals()`: the names of the module, read and set as attributes of it."""
    return Namespace(frame.module)


def vars_call(interpreter: Interpreter, node: ast.Call, frame: Frame) -> Value:
    """`vars()` is `locals()`; of an object it is not followed."""
    if node.args or node.keywords:
        return UNDEFINED
    return locals_call(interpreter, node, frame)


def exec_call(interpreter: Interpreter, node: ast.Call, frame: Frame) -> Value:
    """`exec(...)` may bind any name of the module: those that it spells, where its text is known."""
    text = interpreter.evaluate(node.args[0], frame) if node.args else UNKNOWN
    if isinstance(text, str):
        for word in set(WORD.findall(text)):
            if frame.lookup(word, interpreter.overlay) is not UNDEFINED:
                frame.bind(word, UNKNOWN, interpreter.overlay)
    interpreter.doubt()
    return UNKNOWN


WORD = re.compile(r"[^\W\d]\w*")


def eval_call(interpreter: Interpreter, node: ast.Call, frame: Frame) -> Value:
    """`eval("ReLU")`: what a name, or names with dots, stands for; any other text may do what `exec` does."""
    text = interpreter.evaluate(node.args[0], frame) if len(node.args) == 1 and not node.keywords else UNKNOWN
    parts = text.split(".") if isinstance(text, str) else [""]
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        return exec_call(interpreter, node, frame)
    expression: ast.expr = ast.copy_location(ast.Name(parts[0], ast.Load()), node)
    for part in parts[1:]:
        expression = ast.copy_location(ast.Attribute(expression, part, ast.Load()), node)
    return interpreter.evaluate(expression, frame)


FRAME_FUNCTIONS: dict[str, Callable[[Interpreter, ast.Call, Frame], Value]] = {
    "super": super_call,
    "locals": locals_call,
    "globals": globals_call,
    "vars": vars_call,
    "exec": exec_call,
    "eval": eval_call,
}


class _Known:
    """The names of all functions of the standard library that are modelled."""

    def __contains__(self, name: str) -> bool:
        return name in FUNCTIONS or name in PURE or name in MUTATORS


KNOWN = _Known()
