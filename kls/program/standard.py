"""Functions of the standard library that model code leans on: copy, functools, contextlib, dataclasses, enum, operator."""

from __future__ import annotations

from functools import partial

from kls.program.attributes import get_attribute
from kls.program.builtins import FUNCTIONS, builtin
from kls.program.calls import call
from kls.program.comparisons import is_constant
from kls.program.containers import content_of, subscript
from kls.program.interpreter import Interpreter
from kls.program.library import Arguments
from kls.program.protocols import special
from kls.program.records import ASSIGNED, as_dict, fields_of, named_tuple_class, replaced
from kls.program.setting import set_attribute
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Class,
    Container,
    External,
    Function,
    Instance,
    Opaque,
    Site,
    Value,
    Wrapped,
)


@builtin("copy.copy")
def copied(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A list, dict or object anew, with the same items; of a library's object it is not known."""
    value = arguments.get(0, "x", UNKNOWN)
    if isinstance(value, Container):
        return _anew(interpreter, value, content_of(interpreter, value))
    if isinstance(value, Instance):
        return _copy_object(interpreter, value, None)
    return value if is_constant(value) or isinstance(value, Class | External | Function | Opaque) else UNKNOWN


def _anew(interpreter: Interpreter, value: Container, content: Value) -> Container:
    made = interpreter.overlay.new(value.kind, content)
    for name in ("default_factory", "maxlen"):
        own = interpreter.overlay.get((value.address, name))
        if own is not UNDEFINED:
            interpreter.overlay.set((made.address, name), own)
    return made


@builtin("copy.deepcopy")
def deeply_copied(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Lists, dicts and objects anew all the way down; copies of a library's objects are not known."""
    return _deep_copy(interpreter, arguments.get(0, "x", UNKNOWN), {})


def _deep_copy(interpreter: Interpreter, value: Value, copies: dict[Value, Value]) -> Value:
    if isinstance(value, Container):
        interpreter.step()
        if value in copies:
            return copies[value]
        copy = copies[value] = _anew(interpreter, value, UNKNOWN)
        content = content_of(interpreter, value)
        if isinstance(content, dict):
            content = {key: _deep_copy(interpreter, item, copies) for key, item in content.items()}
        elif isinstance(content, tuple):
            content = tuple(_deep_copy(interpreter, item, copies) for item in content)
        interpreter.overlay.set(copy.address, content)
        return copy
    if type(value) is tuple:
        return tuple(_deep_copy(interpreter, item, copies) for item in value)
    if isinstance(value, Instance):
        return _copy_object(interpreter, value, copies)
    return value if is_constant(value) or isinstance(value, (Class, External, Function, Opaque)) else UNKNOWN


def _copy_object(interpreter: Interpreter, value: Instance, copies: dict[Value, Value] | None) -> Value:
    """An object of the program's, with its attributes; those of a class with a library's base are not known."""
    if copies is not None and value in copies:
        return copies[value]
    if not isinstance(value.cls, Class) or not all(isinstance(base, Class) for base in value.cls.mro):
        return UNKNOWN
    for name in ("__copy__" if copies is None else "__deepcopy__", "__getstate__", "__reduce__"):
        if special(interpreter, value, name) is not UNDEFINED:
            return UNKNOWN
    made = Instance(interpreter.overlay.allocate(), value.cls)
    if copies is not None:
        copies[value] = made
    for name in sorted(_assigned(interpreter, value)):
        attribute = interpreter.overlay.get((value.address, name))
        if attribute is not UNDEFINED:
            item = attribute if copies is None else _deep_copy(interpreter, attribute, copies)
            interpreter.overlay.set((made.address, name), item)
    if interpreter.overlay.outside(value.address):
        interpreter.overlay.set((made.address, "*"), UNKNOWN)  # other attributes may have been set on it elsewhere
    return made


def _assigned(interpreter: Interpreter, value: Instance) -> set[str]:
    """The names of the attributes that an object may have: what its class's text sets, its fields, what was set here."""
    names = set(interpreter.overlay.attributes(value.address))
    for base in value.cls.mro if isinstance(value.cls, Class) else ():
        found = interpreter.overlay.get((base.address, ASSIGNED)) if isinstance(base, Class) else UNDEFINED
        names.update(found if isinstance(found, frozenset) else ())
    names.update(one.name for one in fields_of(interpreter, value.cls) or ())
    return names


@builtin("functools.wraps")
def wraps(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A decorator that gives a function another's name and documentation."""
    return Wrapped("wraps", arguments.get(0, "wrapped", UNKNOWN))


@builtin("functools.update_wrapper")
def update_wrapper(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The same as a function."""
    wrapper = arguments.get(0, "wrapper", UNKNOWN)
    return take_over(interpreter, arguments.get(1, "wrapped", UNKNOWN), wrapper, site)


def take_over(interpreter: Interpreter, wrapped: Value, wrapper: Value, site: Site) -> Value:
    """Give `wrapper` the name and documentation of `wrapped` (functools.WRAPPER_ASSIGNMENTS)."""
    if isinstance(wrapper, Function):
        for name in ("__name__", "__doc__", "__qualname__", "__module__"):
            own = interpreter.aside(partial(get_attribute, interpreter, wrapped, name, site))
            set_attribute(interpreter, wrapper, name, own)
        set_attribute(interpreter, wrapper, "__wrapped__", wrapped)
    return wrapper


@builtin("functools.lru_cache", "functools.cache")
def cached(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`cache(function)`; `lru_cache(maxsize)` gives a decorator."""
    value = arguments.get(0, "user_function", UNKNOWN)
    return Wrapped("cached", value) if isinstance(value, Function) else Wrapped("caching", None)


@builtin("contextlib.suppress")
def suppress(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A context manager that catches exceptions."""
    return interpreter.overlay.new("suppress", arguments.positional)


@builtin("contextlib.nullcontext")
def nullcontext(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A context manager that does nothing."""
    return interpreter.overlay.new("nullcontext", (arguments.get(0, "enter_result"),))


@builtin("contextlib.contextmanager")
def contextmanager(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A generator function as a context manager."""
    return Wrapped("contextmanager", arguments.get(0, "func", UNKNOWN))


@builtin("typing.cast")
def cast(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Says something to type checkers alone."""
    return arguments.get(1, "val", UNKNOWN)


@builtin("enum.auto")
def auto(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A member's value, one more than the last."""
    return Wrapped("auto", None)


@builtin("collections.namedtuple", "typing.NamedTuple")
def namedtuple(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A class of named tuples."""
    return named_tuple_class(interpreter, arguments)


@builtin("dataclasses.field", "attr.ib", "attrs.field", "attr.field")
def field(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A field's settings."""
    return Wrapped("field", None, (), tuple(arguments.keywords.items()))


@builtin("dataclasses.replace", "attr.evolve", "attrs.evolve")
def replace(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """An object anew, with some fields changed."""
    value = arguments.get(0, "obj", UNKNOWN)
    if not isinstance(value, Instance) or fields_of(interpreter, value.cls) is None:
        return UNKNOWN
    return replaced(interpreter, value, arguments.keywords, site)


@builtin("dataclasses.asdict")
def asdict(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A dataclass's object as a dict, all the way down."""
    return as_dict(interpreter, arguments.get(0, "obj", UNKNOWN))


@builtin("dataclasses.astuple")
def astuple(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Not followed."""
    return UNKNOWN


@builtin("dataclasses.fields")
def fields(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The fields of a dataclass, of which the names are known."""
    value = arguments.get(0, "class_or_instance", UNKNOWN)
    found = fields_of(interpreter, value.cls if isinstance(value, Instance) else value)
    if found is None:
        return UNKNOWN
    made = []
    for one in found:
        field_object = Instance(interpreter.overlay.allocate(), External("dataclasses.Field"))
        interpreter.overlay.set((field_object.address, "name"), one.name)
        made.append(field_object)
    return tuple(made)


@builtin("dataclasses.is_dataclass")
def is_dataclass(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether a class or object is a dataclass's."""
    value = arguments.get(0, "obj", UNKNOWN)
    cls = value.cls if isinstance(value, Instance) else value
    return fields_of(interpreter, cls) is not None if isinstance(cls, Class) else UNKNOWN


@builtin("asyncio.run")
def run(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Run a coroutine to its end."""
    from kls.program.functions import run_coroutine

    return run_coroutine(interpreter, arguments.get(0, "main", UNKNOWN))


@builtin("builtins.object.__new__")
def new_object(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """An object without its `__init__` run."""
    cls = arguments.get(0, "cls", UNKNOWN)
    return Instance(interpreter.overlay.allocate(), cls) if isinstance(cls, Class) else UNKNOWN


@builtin("builtins.object")
def bare_object(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """An object that is only itself."""
    return Instance(interpreter.overlay.allocate(), External("builtins.object"))


@builtin("builtins.property")
def make_property(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`property(getter, setter, deleter)`."""
    getter = arguments.get(0, "fget")
    setter, deleter = arguments.get(1, "fset", UNDEFINED), arguments.get(2, "fdel", UNDEFINED)
    return Wrapped("property", getter, tuple(UNDEFINED if f is None else f for f in (setter, deleter)))


@builtin("builtins.staticmethod")
def make_static(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`staticmethod(function)`."""
    return Wrapped("staticmethod", arguments.get(0, "function", UNKNOWN))


@builtin("builtins.classmethod")
def make_class_method(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`classmethod(function)`."""
    return Wrapped("classmethod", arguments.get(0, "function", UNKNOWN))


@builtin("builtins.slice")
def make_slice(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`slice(...)` of bounds that need not be known."""
    return slice(*arguments.positional) if 1 <= len(arguments.positional) <= 3 else UNKNOWN


@builtin("builtins.id", "builtins.hash", "builtins.input", "builtins.open")
def not_known(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """What is different in every run."""
    interpreter.doubt()
    return UNKNOWN


for _name in ("itemgetter", "attrgetter", "methodcaller"):

    def _getter(interpreter: Interpreter, arguments: Arguments, site: Site, kind: str = _name) -> Value:
        return Wrapped(kind, None, arguments.positional, tuple(arguments.keywords.items()))

    FUNCTIONS[f"operator.{_name}"] = _getter


def call_getter(interpreter: Interpreter, getter: Wrapped, arguments: Arguments, site: Site) -> Value:
    """What `operator.itemgetter(...)` and its like do when they are called."""
    value = arguments.get(0, "obj", UNKNOWN)
    if getter.kind == "methodcaller":
        name, *rest = getter.args
        if not isinstance(name, str):
            return UNKNOWN
        method = get_attribute(interpreter, value, name, site)
        return call(interpreter, method, Arguments(tuple(rest), dict(getter.keywords)), site)
    found: list[Value] = []
    for one in getter.args:
        if getter.kind == "itemgetter":
            found.append(subscript(interpreter, value, one, site))
        elif isinstance(one, str):
            item = value
            for part in one.split("."):
                item = get_attribute(interpreter, item, part, site)
            found.append(item)
        else:
            return UNKNOWN
    return found[0] if len(found) == 1 else tuple(found)
