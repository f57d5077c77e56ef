"""Python's built-in functions, and the few of the standard library that model code leans on, over abstract values."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

from kls.program.attributes import find_in_mro, get_attribute, get_own, set_attribute
from kls.program.containers import content_of
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter, ProgramRaises
from kls.program.library import Arguments
from kls.program.operators import CONSTANTS, SIZE_LIMIT, is_constant
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Class,
    Container,
    Either,
    External,
    Function,
    Instance,
    Opaque,
    Site,
    Super,
    Value,
    Wrapped,
    either,
    has_unknown_base,
    head,
)

FIELDS = "<dataclass fields>"
"""Where a dataclass's field names are kept among its class attributes; no program can write this name."""

Builtin = Callable[[Interpreter, Arguments, Site], Value]
FUNCTIONS: dict[str, Builtin] = {}
TYPES: dict[str, tuple[type, ...]] = {
    "int": (int, bool),
    "float": (float,),
    "str": (str,),
    "bool": (bool,),
    "bytes": (bytes,),
    "tuple": (tuple,),
    "range": (range,),
    "NoneType": (type(None),),
}
CONVERSIONS: dict[int, Callable[[object], str]] = {ord("r"): repr, ord("s"): str, ord("a"): ascii}
NAMES = frozenset(dir(__import__("builtins")))


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
    if function is None:
        return UNKNOWN if name.startswith("builtins.") else UNDEFINED
    if not arguments.exact:
        return UNKNOWN
    return function(interpreter, arguments, site)


def formatted(value: Value, spec: Value, conversion: int) -> str | None:
    """`f"{value!conversion:spec}"`, or None where it is not known."""
    if not is_constant(value) or not isinstance(spec, str):
        return None
    convert = CONVERSIONS.get(conversion)
    shown = value if convert is None else convert(value)
    try:
        return format(shown, spec)
    except (ValueError, TypeError):
        raise ProgramRaises from None


@builtin("builtins.isinstance")
def is_instance(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether a value is of a class, where both are known."""
    if len(arguments.positional) != 2:
        return UNKNOWN
    value, classes = arguments.positional
    if isinstance(value, Either):
        return either(is_instance(interpreter, Arguments((one, classes)), site) for one in value.values)
    answers = {_is_a(interpreter, value, cls) for cls in (classes if type(classes) is tuple else (classes,))}
    if True in answers:
        return True
    return UNKNOWN if None in answers else False


def _is_a(interpreter: Interpreter, value: Value, cls: Value) -> bool | None:
    if value is UNKNOWN or not isinstance(cls, (External, Class)):
        return None
    if isinstance(cls, External) and cls.name.startswith("builtins."):
        name = cls.name.removeprefix("builtins.")
        if type(value) in CONSTANTS or type(value) in (tuple, range):
            return type(value) in TYPES.get(name, ()) if name != "object" else True
        if isinstance(value, Container):
            return value.kind == name or (value.kind == "defaultdict" and name == "dict")
        return None if isinstance(value, Opaque) else name == "object"
    if isinstance(cls, Class):
        if isinstance(value, Instance) and isinstance(value.cls, Class):
            return head(cls) in value.cls.mro or (None if has_unknown_base(value.cls) else False)
        return None if isinstance(value, Opaque) else False
    if type(value) in CONSTANTS or isinstance(value, Container) or type(value) is tuple:
        return None if cls.name.startswith(("typing.", "collections.", "numbers.")) else False
    found = interpreter.library.operator(interpreter, "isinstance", (value, cls), EMPTY_SITE)
    return found if isinstance(found, bool) else None


EMPTY_SITE = Site("", ("", 0), 0, 0, 0, 0)


@builtin("builtins.getattr")
def builtin_getattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`getattr(object, name[, default])`."""
    name = arguments.get(1, "name", UNKNOWN)
    if not isinstance(name, str):
        return UNKNOWN
    has_default = len(arguments.positional) > 2
    interpreter.guarded += has_default
    try:
        return get_attribute(interpreter, arguments.positional[0], name, site)
    except ProgramRaises:
        if has_default:
            return arguments.positional[2]
        raise
    finally:
        interpreter.guarded -= has_default


@builtin("builtins.setattr")
def builtin_setattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`setattr(object, name, value)`."""
    if len(arguments.positional) == 3 and isinstance(arguments.positional[1], str):
        set_attribute(interpreter, arguments.positional[0], arguments.positional[1], arguments.positional[2])
    return None


@builtin("builtins.hasattr")
def builtin_hasattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether an object has an attribute, where that is certain."""
    value, name = arguments.get(0, "obj", UNKNOWN), arguments.get(1, "name", UNKNOWN)
    if isinstance(value, Instance) and isinstance(name, str):
        if get_own(interpreter, value, name) is not UNKNOWN:
            return True
        if isinstance(value.cls, Class) and find_in_mro(interpreter, value.cls.mro, name) is not UNDEFINED:
            return True
    return UNKNOWN


@builtin("builtins.callable")
def builtin_callable(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether an object can be called."""
    value = arguments.get(0, "obj", UNKNOWN)
    if isinstance(value, (Function, Class)):
        return True
    return False if type(value) in CONSTANTS or isinstance(value, (tuple, Container)) else UNKNOWN


@builtin("builtins.type")
def builtin_type(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The class of an object."""
    value = arguments.get(0, "obj", UNKNOWN)
    if isinstance(value, Instance):
        return value.cls
    return External(f"builtins.{type(value).__name__}") if type(value) in CONSTANTS else UNKNOWN


@builtin("builtins.print", "builtins.exit", "builtins.quit")
def ignored(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """No effect on the graph."""
    return None


def _exact(*names: str, function: Callable[..., Any]) -> None:
    """A function of constants only: compute it."""

    def compute(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
        values: list[object] = []
        for value in arguments.positional:
            content = content_of(interpreter, value) if isinstance(value, Container) else value
            if not is_constant(content):
                return UNKNOWN
            values.append(content)
        keywords = dict(arguments.keywords)
        if not all(is_constant(v) for v in keywords.values()):
            return UNKNOWN
        try:
            result: Value = function(*values, **keywords)
        except Exception:
            raise ProgramRaises from None
        return result if is_constant(result) else UNKNOWN

    for name in names:
        FUNCTIONS[name] = compute


PURE: dict[str, Callable[..., Any]] = {
    **{
        f"builtins.{function.__name__}": function
        for function in (int, float, str, bool, abs, round, min, max, sum, pow, divmod, any, all, repr, chr, ord, hex)
    },
    **{
        f"math.{name}": getattr(math, name)
        for name in "sqrt ceil floor log log2 log10 exp pow prod gcd isqrt trunc".split()
    },
    **{f"numpy.{name}": getattr(math, name) for name in ("ceil", "floor", "sqrt", "prod", "log2")},
    **{f"numpy.{name}": int for name in ("int8", "int16", "int32", "int64", "uint8")},
    **{f"numpy.{name}": float for name in ("float32", "float64")},
}
"""Functions of constants only: computed."""

for _name, _pure in PURE.items():
    _exact(_name, function=_pure)


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


@builtin("copy.copy")
def copied(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A list or dict anew, with the same items; of a library's object it is not known."""
    value = arguments.get(0, "x", UNKNOWN)
    if isinstance(value, Container):
        return interpreter.overlay.new(value.kind, content_of(interpreter, value))
    return value if is_constant(value) else UNKNOWN


@builtin("copy.deepcopy")
def deeply_copied(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Lists and dicts anew all the way down; copies of a library's objects are not known."""
    return _deep_copy(interpreter, arguments.get(0, "x", UNKNOWN), {})


def _deep_copy(interpreter: Interpreter, value: Value, copies: dict[Container, Container]) -> Value:
    if isinstance(value, Container):
        if value in copies:
            return copies[value]
        copy = copies[value] = interpreter.overlay.new(value.kind, UNKNOWN)
        content = content_of(interpreter, value)
        if isinstance(content, dict):
            content = {key: _deep_copy(interpreter, item, copies) for key, item in content.items()}
        elif isinstance(content, tuple):
            content = tuple(_deep_copy(interpreter, item, copies) for item in content)
        interpreter.overlay.set(copy.address, content)
        return copy
    if type(value) is tuple:
        return tuple(_deep_copy(interpreter, item, copies) for item in value)
    return value if is_constant(value) or isinstance(value, (Class, External, Function, Opaque)) else UNKNOWN


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
    """`locals()` of a function: its names so far, as `build(**locals())` passes them on."""
    if node.args or frame.locals is None or frame.outer is not None:
        return UNKNOWN
    captured = ((name, interpreter.overlay.get((frame.address, name))) for name in sorted(frame.scope.captured))
    names = {**frame.locals, **dict(captured)}
    return interpreter.overlay.new("dict", {name: value for name, value in names.items() if value is not UNDEFINED})


def globals_call(interpreter: Interpreter, node: ast.Call, frame: Frame) -> Value:
    """`globals()`: not modelled."""
    return UNKNOWN


FRAME_FUNCTIONS: dict[str, Callable[[Interpreter, ast.Call, Frame], Value]] = {
    "super": super_call,
    "locals": locals_call,
    "globals": globals_call,
}
