"""Calls: of functions, classes, bound methods, partials, and of what the library or the interpreter knows."""

from __future__ import annotations

from kls.program import builtins, methods
from kls.program.attributes import find_in_mro
from kls.program.functions import call_function
from kls.program.interpreter import Interpreter
from kls.program.library import Arguments
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    Container,
    Either,
    External,
    Function,
    Instance,
    Method,
    Opaque,
    Site,
    Super,
    Value,
    Wrapped,
    root_external,
)


def call(interpreter: Interpreter, function: Value, arguments: Arguments, site: Site) -> Value:
    """The value of calling `function`; what is handed to code that is not known may have been changed by it.

    Raises:
        ProgramRaises: the call raises on every path.
    """
    kind = type(function)
    if kind is External:
        return _call_external(interpreter, function, arguments, site)  # type: ignore[arg-type]
    if kind is Function:
        return call_function(interpreter, function, arguments, site)  # type: ignore[arg-type]
    if isinstance(function, Instance):
        return _call_instance(interpreter, function, arguments, site)
    if isinstance(function, Method):
        return _call_method(interpreter, function, arguments, site)
    if isinstance(function, BoundMethod):
        bound = Arguments((function.receiver, *arguments.positional), arguments.keywords, arguments.exact)
        return call(interpreter, function.function, bound, site)
    if isinstance(function, Class):
        return instantiate(interpreter, function, arguments, site)
    if isinstance(function, Wrapped):
        if function.kind == "partial":
            merged = Arguments(
                (*function.args, *arguments.positional),
                {**dict(function.keywords), **arguments.keywords},
                arguments.exact,
            )
            return call(interpreter, function.function, merged, site)
        return call(interpreter, function.function, arguments, site)
    if isinstance(function, Either):
        return interpreter.choose(function, lambda one: call(interpreter, one, arguments, site))
    if function is UNKNOWN:
        escape(interpreter, arguments)
    return UNKNOWN


def _call_external(interpreter: Interpreter, function: External, arguments: Arguments, site: Site) -> Value:
    if function.name.startswith("builtins.") or function.name in builtins.FUNCTIONS:
        found = builtins.call_builtin(interpreter, function.name, arguments, site)
        if found is not UNDEFINED:
            return found
    found = interpreter.library.call(interpreter, function, arguments, site)
    if found is not UNDEFINED:
        return found
    if function.name.startswith(("numpy.", "math.", "random.")):
        return builtins.call_numeric(interpreter, function.name, arguments)
    _call_back(interpreter, arguments, site)
    return UNKNOWN


def _call_back(interpreter: Interpreter, arguments: Arguments, site: Site) -> None:
    """A function handed to a library is taken to be called by it, once, with arguments that are not known."""
    for value in (*arguments.positional, *arguments.keywords.values()):
        if isinstance(value, Function):
            interpreter.overlay.called.discard(value.code.node)


def _call_instance(interpreter: Interpreter, instance: Instance, arguments: Arguments, site: Site) -> Value:
    if isinstance(instance.cls, Class):
        own = find_in_mro(interpreter, instance.cls.mro, "__call__")
        if own is not UNDEFINED:
            return call(interpreter, BoundMethod(own, instance), arguments, site)
        if root_external(instance.cls) is None:
            return UNKNOWN
    found = interpreter.library.call_instance(interpreter, instance, arguments, site)
    return UNKNOWN if found is UNDEFINED else found


def _call_method(interpreter: Interpreter, method: Method, arguments: Arguments, site: Site) -> Value:
    receiver = method.receiver
    if isinstance(receiver, Container) or type(receiver) in methods.PLAIN:
        return methods.call_method(interpreter, receiver, method.name, arguments, site)
    if isinstance(receiver, Super):
        return _call_super(interpreter, receiver, method.name, arguments, site)
    found = interpreter.library.call_method(interpreter, receiver, method.name, arguments, site)
    return UNKNOWN if found is UNDEFINED else found


def _call_super(interpreter: Interpreter, value: Super, name: str, arguments: Arguments, site: Site) -> Value:
    """A library's method reached through `super()`."""
    instance = value.receiver
    if not isinstance(instance, Instance):
        return UNKNOWN
    if name == "__init__":
        base = root_external(instance.cls)
        if base is not None:
            interpreter.library.initialise(interpreter, instance, base, arguments, site)
        return None
    if name == "__call__":
        found = interpreter.library.call_instance(interpreter, instance, arguments, site)
        return UNKNOWN if found is UNDEFINED else found
    found = interpreter.library.call_method(interpreter, instance, name, arguments, site)
    return UNKNOWN if found is UNDEFINED else found


def instantiate(interpreter: Interpreter, cls: Class, arguments: Arguments, site: Site) -> Value:
    """An instance of a class of the program, with its `__init__` run."""
    instance = Instance(interpreter.overlay.allocate(), cls)
    init = find_in_mro(interpreter, cls.mro, "__init__")
    if init is not UNDEFINED:
        call(interpreter, BoundMethod(init, instance), arguments, site)
        return instance
    fields = find_in_mro(interpreter, cls.mro, builtins.FIELDS)
    if isinstance(fields, tuple):
        _set_fields(interpreter, instance, fields, arguments)
        post = find_in_mro(interpreter, cls.mro, "__post_init__")
        if post is not UNDEFINED:
            call(interpreter, BoundMethod(post, instance), Arguments(), site)
        return instance
    base = root_external(cls)
    if base is not None:
        interpreter.library.initialise(interpreter, instance, base, arguments, site)
    return instance


def _set_fields(interpreter: Interpreter, instance: Instance, fields: tuple[Value, ...], arguments: Arguments) -> None:
    """What a dataclass's generated `__init__` does."""
    for index, name in enumerate(fields):
        assert isinstance(name, str)
        assert isinstance(instance.cls, Class)
        default = find_in_mro(interpreter, instance.cls.mro, name)
        value = arguments.get(index, name, UNKNOWN if default is UNDEFINED else default)
        interpreter.overlay.set((instance.address, name), value)


def escape(interpreter: Interpreter, arguments: Arguments) -> None:
    """Unknown code gets these values: lists and dicts may be changed by it, and so may the library's objects."""
    for value in (*arguments.positional, *arguments.keywords.values()):
        escape_value(interpreter, value)


def escape_value(interpreter: Interpreter, value: Value) -> None:
    """Unknown code gets `value`."""
    if isinstance(value, Container):
        content = interpreter.overlay.get(value.address)
        interpreter.overlay.set(value.address, UNKNOWN)
        for item in content.values() if isinstance(content, dict) else content if type(content) is tuple else ():
            escape_value(interpreter, item)
    elif type(value) is tuple:
        for item in value:
            escape_value(interpreter, item)
    elif isinstance(value, Instance):
        interpreter.library.escaped(interpreter, value)
        if isinstance(value.cls, Class):
            interpreter.overlay.set((value.address, "*"), UNKNOWN)
    elif isinstance(value, Either):
        for alternative in value.values:
            escape_value(interpreter, alternative)
    elif type(value) not in (str, int, float, bool, tuple, Opaque):
        interpreter.library.escaped(interpreter, value)
