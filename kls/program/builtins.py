"""Python's built-in functions, and the few of the standard library that model code leans on, over abstract values."""

from __future__ import annotations

import ast
import builtins
import collections
import collections.abc
import keyword
import numbers
import re
from collections.abc import Callable

from kls.program import arrays
from kls.program.attributes import (
    DELETED,
    KINDS,
    find_in_mro,
    get_attribute,
    is_plain_class,
)
from kls.program.comparisons import truth
from kls.program.constants import PURE, computed, shown
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter, ProgramRaises, raising
from kls.program.library import Arguments
from kls.program.protocols import call_special, is_plain
from kls.program.records import is_named_tuple
from kls.program.setting import delete_attribute, set_attribute
from kls.program.values import (
    CONSTANTS,
    SIZE_LIMIT,
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    Container,
    Either,
    External,
    Function,
    Instance,
    Namespace,
    Opaque,
    Site,
    Super,
    Value,
    Wrapped,
    either,
    has_unknown_base,
    head,
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


@builtin("builtins.isinstance")
def is_instance(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether a value is of a class, where both are known."""
    if len(arguments.positional) != 2:
        return UNKNOWN
    value, classes = arguments.positional
    if isinstance(classes, Container):
        return UNKNOWN
    if isinstance(value, Either):
        return either(is_instance(interpreter, Arguments((one, classes)), site) for one in value.values)
    answers = {_is_a(interpreter, value, cls) for cls in (classes if type(classes) is tuple else (classes,))}
    if True in answers:
        return True
    return UNKNOWN if None in answers else False


def _is_a(interpreter: Interpreter, value: Value, cls: Value) -> bool | None:
    if value is UNKNOWN or not isinstance(cls, (External, Class)):
        return None
    if isinstance(cls, Class):
        if isinstance(value, Instance) and isinstance(value.cls, Class):
            return head(cls) in value.cls.mro or (None if has_unknown_base(value.cls) else False)
        return None if isinstance(value, Opaque) else False
    if cls.name == "builtins.object":
        return True
    if cls.name.startswith("builtins."):
        return _is_a_builtin(value, cls)
    own = abstract_class(cls.name)
    kind = python_type(value)
    if own is not None and kind is not None:
        return issubclass(kind, own)
    if type(value) in CONSTANTS or isinstance(value, Container) or type(value) is tuple:
        return None if cls.name.startswith(("typing.", "collections.", "numbers.", "numpy.")) else False
    found = interpreter.library.operator(interpreter, "isinstance", (value, cls), EMPTY_SITE)
    if isinstance(found, bool):
        return found
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        return True if cls in value.cls.mro else None
    return None


def _is_a_builtin(value: Value, cls: External) -> bool | None:
    own = type(None) if cls.name == "builtins.NoneType" else getattr(builtins, cls.name.removeprefix("builtins."), None)
    if not isinstance(own, type):
        return None
    kind = python_type(value)
    if kind is not None:
        return issubclass(kind, own)
    if isinstance(value, Opaque) or (isinstance(value, External) and own is not str):
        return None
    if isinstance(value, Instance):
        if isinstance(value.cls, Class):
            if has_unknown_base(value.cls):
                return None
            roots = [
                getattr(builtins, b.name.removeprefix("builtins."), None) for b in value.cls.mro if type(b) is External
            ]
            if any(isinstance(root, type) and issubclass(root, own) for root in roots):
                return True
            return own is tuple if is_named_tuple(value.cls) else None if is_mixed(value.cls) else False
        made_by = (
            getattr(builtins, value.cls.name.removeprefix("builtins."), None) if type(value.cls) is External else None
        )
        return issubclass(made_by, own) if isinstance(made_by, type) else None if own is tuple else False
    if isinstance(value, Class):
        return own is type
    return False


def is_mixed(cls: Class) -> bool:
    """Whether a class has a base of the standard library's that may be a number or string."""
    return any(type(base) is External and base.name.startswith(("enum.", "collections.")) for base in cls.mro)


def abstract_class(name: str) -> type | None:
    """One of the abstract classes of `collections.abc` and `numbers`, or a class of `collections`."""
    module, _, last = name.rpartition(".")
    source = {"collections.abc": collections.abc, "numbers": numbers, "collections": collections, "typing": None}.get(
        module
    )
    if module == "typing" and last in ("Sequence", "Mapping", "Iterable", "Callable", "Hashable", "Sized"):
        source = collections.abc
    found = getattr(source, last, None) if source is not None else None
    return found if isinstance(found, type) else None


def python_type(value: Value) -> type | None:
    """Python's own type of a value; None of others."""
    if isinstance(value, Container):
        return KINDS.get(value.kind)
    kind = type(value)
    if kind in CONSTANTS or kind in (tuple, range, slice):
        return kind
    return type(lambda: 0) if kind is Function else None


EMPTY_SITE = Site("", ("", 0), 0, 0, 0, 0)


@builtin("builtins.getattr")
def builtin_getattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`getattr(object, name[, default])`."""
    name = arguments.get(1, "name", UNKNOWN)
    if not isinstance(name, str):
        return UNKNOWN
    has_default = len(arguments.positional) > 2
    outer, interpreter.maybe = interpreter.maybe, []
    interpreter.guarded += has_default
    try:
        found = get_attribute(interpreter, arguments.positional[0], name, site)
    except ProgramRaises as error:
        if has_default and error.raised in (External("builtins.AttributeError"), UNKNOWN):
            return arguments.positional[2]
        raise
    finally:
        interpreter.guarded -= has_default
        interpreter.maybe = outer
    if not has_default:
        interpreter.doubt()
    return found


@builtin("builtins.setattr")
def builtin_setattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`setattr(object, name, value)`."""
    if len(arguments.positional) == 3 and isinstance(arguments.positional[1], str):
        set_attribute(interpreter, arguments.positional[0], arguments.positional[1], arguments.positional[2])
    return None


@builtin("builtins.delattr")
def builtin_delattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`delattr(object, name)`."""
    if len(arguments.positional) == 2 and isinstance(arguments.positional[1], str):
        delete_attribute(interpreter, arguments.positional[0], arguments.positional[1])
    return None


@builtin("builtins.hasattr")
def builtin_hasattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether an object has an attribute, where that is certain."""
    value, name = arguments.get(0, "obj", UNKNOWN), arguments.get(1, "name", UNKNOWN)
    if not isinstance(name, str) or value is UNKNOWN or isinstance(value, Either):
        return UNKNOWN
    if isinstance(value, Instance) and interpreter.overlay.get((value.address, name)) not in (UNDEFINED, DELETED):
        return True
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        if find_in_mro(interpreter, value.cls.mro, name) is not UNDEFINED:
            return True
    elif not isinstance(value, Container | Class | Function) and type(value) not in (*CONSTANTS, tuple):
        return UNKNOWN
    outer, interpreter.maybe = interpreter.maybe, []
    interpreter.guarded += 1
    try:
        found = get_attribute(interpreter, value, name, site)
    except ProgramRaises as error:
        return False if error.raised == External("builtins.AttributeError") else UNKNOWN
    finally:
        interpreter.guarded -= 1
        interpreter.maybe = outer
    return UNKNOWN if found is UNKNOWN else True


@builtin("builtins.bool")
def builtin_bool(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether an object is true."""
    known = truth(interpreter, arguments.get(0, "object", False))
    return UNKNOWN if known is None else known


@builtin("builtins.callable")
def builtin_callable(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether an object can be called."""
    value = arguments.get(0, "obj", UNKNOWN)
    if isinstance(value, (Function, Class, BoundMethod)):
        return True
    if isinstance(value, External) and value.name.startswith("builtins."):
        return callable(getattr(builtins, value.name.removeprefix("builtins."), None))
    if is_plain(value):
        assert isinstance(value, Instance)
        assert isinstance(value.cls, Class)
        return find_in_mro(interpreter, value.cls.mro, "__call__") is not UNDEFINED
    return False if type(value) in CONSTANTS or isinstance(value, (tuple, Container)) else UNKNOWN


@builtin("builtins.type")
def builtin_type(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The class of an object."""
    value = arguments.get(0, "obj", UNKNOWN)
    if len(arguments.positional) != 1:
        return UNKNOWN
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Class):
        return UNKNOWN if is_mixed(value) else External("builtins.type")
    kind = python_type(value)
    return UNKNOWN if kind is None or kind is type(lambda: 0) else External(f"builtins.{kind.__name__}")


@builtin("builtins.issubclass")
def is_subclass(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether a class descends from another, where both are known."""
    if len(arguments.positional) != 2:
        return UNKNOWN
    cls, wanted = arguments.positional
    answers = set()
    for one in wanted if type(wanted) is tuple else (wanted,):
        if isinstance(cls, Class) and isinstance(one, Class | External):
            known = head(one) in cls.mro or one == External("builtins.object")
            answers.add(known or (None if has_unknown_base(cls) or not is_plain_class(cls) else False))
        else:
            answers.add(None)
    return True if True in answers else UNKNOWN if None in answers else False


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
