"""Calls: of functions, classes, bound methods, partials, and of what the library or the interpreter knows."""

from __future__ import annotations

from kls.program import arrays, builtins, methods
from kls.program.attributes import find_in_mro, is_plain_class
from kls.program.comparisons import is_key
from kls.program.containers import LARGE, content_of
from kls.program.functions import call_function
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.records import ENUMS, RECORD_METHODS, fields_of, member_of_value, record_method, set_fields
from kls.program.values import (
    CONSTANTS,
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

DEEPEST = 12
"""Lists in lists that are handed to a library."""

HARMLESS = frozenset(
    "isinstance issubclass hasattr callable id type bool repr str print super globals locals vars".split()
)
"""Built-ins that are not taken to raise, whatever they are given."""

HARMLESS_METHODS = frozenset("get copy keys values items count setdefault".split())
"""The same for methods of lists, dicts, sets, tuples and strings."""


def call(interpreter: Interpreter, function: Value, arguments: Arguments, site: Site) -> Value:
    """The value of calling `function`; what is handed to code that is not known may have been changed by it.

    Raises:
        ProgramRaises: the call raises on every path.
    """
    kind = type(function)
    if kind is Function:
        return call_function(interpreter, function, arguments, site)  # type: ignore[arg-type]
    arguments = _clear(interpreter, arguments)
    if kind is External:
        return _call_external(interpreter, function, arguments, site)  # type: ignore[arg-type]
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
        return _call_wrapped(interpreter, function, arguments, site)
    if isinstance(function, Either):
        return interpreter.choose(function, lambda one: call(interpreter, one, arguments, site))
    if function is UNKNOWN:
        escape(interpreter, arguments)
        interpreter.doubt()
    elif kind in interpreter.library.tracked:
        interpreter.library.asked(interpreter, function, "call", site)
    elif type(function) in (*CONSTANTS, tuple, Container):
        raise raising("TypeError")
    return UNKNOWN


def _clear(interpreter: Interpreter, arguments: Arguments) -> Arguments:
    """What a library gets: lists that are nested too deeply, or in themselves, are not known."""
    values = (*arguments.positional, *arguments.keywords.values())
    if not any(type(value) is Container or type(value) is tuple for value in values):
        return arguments
    unclear = [value for value in values if not _is_clear(interpreter, value)]
    if not unclear:
        return arguments
    positional = tuple(UNKNOWN if any(value is one for one in unclear) else value for value in arguments.positional)
    keywords = {k: UNKNOWN if any(v is one for one in unclear) else v for k, v in arguments.keywords.items()}
    return Arguments(positional, keywords, arguments.exact)


def _is_clear(interpreter: Interpreter, value: Value) -> bool:
    level: list[Value] = [value]
    for _ in range(DEEPEST):
        inner: list[Value] = []
        for one in level:
            if type(one) is Container or type(one) is tuple:
                content = content_of(interpreter, one)
                if isinstance(content, tuple):
                    inner.extend(content)
                elif isinstance(content, dict):
                    inner.extend(content.values())
        if not inner:
            return True
        if len(inner) > LARGE:
            interpreter.spend(len(inner) >> 6)
        level = inner
    return False


def _call_wrapped(interpreter: Interpreter, function: Wrapped, arguments: Arguments, site: Site) -> Value:
    """A function that the standard library has wrapped."""
    from kls.program import standard

    kind = function.kind
    if kind == "cached":
        return _call_cached(interpreter, function, arguments, site)
    if kind == "wraps":
        return standard.take_over(interpreter, function.function, arguments.get(0, "wrapper", UNKNOWN), site)
    if kind == "caching":
        return Wrapped("cached", arguments.get(0, "user_function", UNKNOWN))
    if kind in ("itemgetter", "attrgetter", "methodcaller"):
        return standard.call_getter(interpreter, function, arguments, site)
    if kind == "compiled" and not interpreter.library.compiled(interpreter, arguments, site):
        return UNKNOWN
    if kind in ("auto", "field", "deleted", "property", "cached_property"):
        return UNKNOWN
    result = call(interpreter, function.function, arguments, site)
    if kind == "contextmanager" and isinstance(result, Container):
        return interpreter.overlay.new("manager", interpreter.overlay.get(result.address))
    return result


def _call_cached(interpreter: Interpreter, function: Wrapped, arguments: Arguments, site: Site) -> Value:
    """Once for each arguments (functools.lru_cache, whose limit is not looked at)."""

    def run() -> Value:
        return call(interpreter, function.function, arguments, site)

    caches = interpreter.overlay.get(("caches", function))
    key = None
    if arguments.exact and all(is_key(v) for v in (*arguments.positional, *arguments.keywords.values())):
        key = ("cached", function, tuple((type(v), v) for v in arguments.positional), tuple(arguments.keywords.items()))
        found = interpreter.overlay.get(key)
        if found is not UNDEFINED:
            return found
    if caches is UNKNOWN or (caches is not UNDEFINED and key is None):
        # it may have been called with the same before: then it does not run, and gives what it gave then
        found = interpreter.choose(Either((True, False)), lambda runs: run() if runs else UNKNOWN)
    else:
        found = run()
    if key is None or interpreter.forked:
        interpreter.overlay.set(("caches", function), UNKNOWN)  # what it was called with is not known later
    else:
        interpreter.overlay.set(key, found)
        if interpreter.overlay.get(("caches", function)) is UNDEFINED:
            interpreter.overlay.set(("caches", function), True)
    return found


def _call_external(interpreter: Interpreter, function: External, arguments: Arguments, site: Site) -> Value:
    if function.name.startswith("builtins.") or function.name in builtins.KNOWN:
        found = builtins.call_builtin(interpreter, function.name, arguments, site)
        if found is UNKNOWN and function.name.removeprefix("builtins.") not in HARMLESS:
            interpreter.doubt()
        if found is not UNDEFINED:
            return found
    found = interpreter.library.call(interpreter, function, arguments, site)
    if found is not UNDEFINED:
        return found
    if function.name.startswith(("numpy.", "math.", "random.")):
        return builtins.call_numeric(interpreter, function.name, arguments)
    _call_back(interpreter, arguments, site)
    interpreter.doubt()
    return UNKNOWN


def _call_back(interpreter: Interpreter, arguments: Arguments, site: Site) -> None:
    """A function handed to a library is taken to be called by it, once, with arguments that are not known."""
    for value in (*arguments.positional, *arguments.keywords.values()):
        if isinstance(value, Function):
            interpreter.overlay.uncall(value.code.node)


def _call_instance(interpreter: Interpreter, instance: Instance, arguments: Arguments, site: Site) -> Value:
    if isinstance(instance.cls, Class):
        own = find_in_mro(interpreter, instance.cls.mro, "__call__")
        if own is not UNDEFINED:
            return call(interpreter, BoundMethod(own, instance), arguments, site)
        if root_external(instance.cls) is None:
            if is_plain_class(instance.cls):
                raise raising("TypeError")
            return UNKNOWN
    found = interpreter.library.call_instance(interpreter, instance, arguments, site)
    return UNKNOWN if found is UNDEFINED else found


def _call_method(interpreter: Interpreter, method: Method, arguments: Arguments, site: Site) -> Value:
    receiver = method.receiver
    if isinstance(receiver, Container) or type(receiver) in methods.PLAIN:
        found = methods.call_method(interpreter, receiver, method.name, arguments, site)
        if found is UNKNOWN and method.name not in HARMLESS_METHODS:
            interpreter.doubt()
        return found
    if isinstance(receiver, Super):
        return _call_super(interpreter, receiver, method.name, arguments, site)
    if isinstance(receiver, Opaque):
        return arrays.call_method(interpreter, receiver, method.name, arguments)
    if isinstance(receiver, Instance) and method.name in RECORD_METHODS:
        made = record_method(interpreter, receiver, method.name, arguments, site)
        if made is not UNDEFINED:
            return made
    found = interpreter.library.call_method(interpreter, receiver, method.name, arguments, site)
    return UNKNOWN if found is UNDEFINED else found


def _call_super(interpreter: Interpreter, value: Super, name: str, arguments: Arguments, site: Site) -> Value:
    """A library's method reached through `super()`."""
    instance = value.receiver
    if name == "__new__" and arguments.positional and isinstance(arguments.positional[0], Class):
        return Instance(interpreter.overlay.allocate(), arguments.positional[0])
    if name == "__init_subclass__":
        return None
    if not isinstance(instance, Instance):
        return UNKNOWN
    if name == "__setattr__" and len(arguments.positional) == 2 and isinstance(arguments.positional[0], str):
        interpreter.overlay.set((instance.address, arguments.positional[0]), arguments.positional[1])
        return None
    if name == "__init__":
        base = root_external(instance.cls)
        if base is not None:
            if base.name.startswith("builtins."):
                interpreter.overlay.set((instance.address, "args"), arguments.positional)
            interpreter.library.initialise(interpreter, instance, base, arguments, site)
        return None
    if name == "__call__":
        found = interpreter.library.call_instance(interpreter, instance, arguments, site)
        return UNKNOWN if found is UNDEFINED else found
    found = interpreter.library.call_method(interpreter, instance, name, arguments, site)
    return UNKNOWN if found is UNDEFINED else found


def instantiate(interpreter: Interpreter, cls: Class, arguments: Arguments, site: Site) -> Value:
    """An instance of a class of the program, with its `__init__` run."""
    if not cls.mro:
        return UNKNOWN
    for base in cls.mro:
        if type(base) is External and base.name in ENUMS:
            return member_of_value(interpreter, cls, arguments.get(0, "value", UNKNOWN))
    made = find_in_mro(interpreter, cls.mro, "__new__")
    if made is not UNDEFINED:
        function = made.function if isinstance(made, Wrapped) else made
        new = call(interpreter, BoundMethod(function, cls), arguments, site)
        init = find_in_mro(interpreter, cls.mro, "__init__")
        if init is not UNDEFINED and isinstance(new, Instance) and new.cls == cls:
            call(interpreter, BoundMethod(init, new), arguments, site)
        return new
    instance = Instance(interpreter.overlay.allocate(), cls)
    init = find_in_mro(interpreter, cls.mro, "__init__")
    if init is not UNDEFINED:
        if root_external(cls) is not None:  # a library may make another one of the same arguments
            interpreter.overlay.set((instance.address, "<arguments>"), arguments)
        call(interpreter, BoundMethod(init, instance), arguments, site)
        return instance
    fields = fields_of(interpreter, cls)
    if fields is not None:
        set_fields(interpreter, instance.address, fields, arguments, site)
        post = find_in_mro(interpreter, cls.mro, "__post_init__")
        if post is not UNDEFINED:
            call(interpreter, BoundMethod(post, instance), Arguments(), site)
        return instance
    base = root_external(cls)
    if base is not None:
        if base.name.startswith("builtins."):
            interpreter.overlay.set((instance.address, "args"), arguments.positional)
        interpreter.library.initialise(interpreter, instance, base, arguments, site)
    elif (arguments.positional or arguments.keywords) and arguments.exact and is_plain_class(cls):
        raise raising("TypeError")
    return instance


def escape(interpreter: Interpreter, arguments: Arguments) -> None:
    """Unknown code gets these values: lists and dicts may be changed by it, and so may the library's objects."""
    for value in (*arguments.positional, *arguments.keywords.values()):
        escape_value(interpreter, value)


def escape_value(interpreter: Interpreter, value: Value) -> None:
    """Unknown code gets `value`."""
    if isinstance(value, Container):
        interpreter.step()
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
