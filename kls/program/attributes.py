"""Reading attributes: instances, classes along the method resolution order, modules, and what the library knows."""

from __future__ import annotations

import ast
import builtins
import collections
from collections.abc import Iterator

from kls.program import arrays
from kls.program.facts import CONSTANTS_OF_MODULES
from kls.program.interpreter import Interpreter, ProgramRaises, raising
from kls.program.library import Arguments
from kls.program.records import MEMBERS, RECORD_METHODS, fields_of, is_named_tuple, members_of
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
    Module,
    Opaque,
    Site,
    Super,
    Value,
    Wrapped,
    either,
    head,
    root_external,
)


def get_attribute(interpreter: Interpreter, value: Value, name: str, site: Site) -> Value:
    """`value.name`.

    Raises:
        ProgramRaises: the library knows that reading it raises.
    """
    kind = type(value)
    if kind is Instance:
        return _of_instance(interpreter, value, name, site)  # type: ignore[arg-type]
    if kind is External:
        found = interpreter.library.member(interpreter, value, name, site)  # type: ignore[arg-type]
        return of_external(interpreter, value, name) if found is UNDEFINED else found  # type: ignore[arg-type]
    if isinstance(value, Module):
        return _of_module(interpreter, value, name, site)
    if isinstance(value, Either):
        return _of_either(interpreter, value, name, site)
    if isinstance(value, Class):
        return _of_class(interpreter, value, name)
    if isinstance(value, Super):
        return _of_super(interpreter, value, name, site)
    if value is UNKNOWN:
        interpreter.doubt()
        return UNKNOWN
    if kind is Opaque:
        return arrays.attribute(value, name)  # type: ignore[arg-type]
    if kind is Function:
        return _of_function(interpreter, value, name)  # type: ignore[arg-type]
    if kind is tuple:
        found = interpreter.library.attribute(interpreter, value, name, site)
        if found is not UNDEFINED:
            return found
    if kind in PLAIN:
        return _of_constant(interpreter, value, name)
    if isinstance(value, BoundMethod) and name in ("__self__", "__func__", "__name__", "__doc__"):
        if name == "__self__":
            return value.receiver
        return value.function if name == "__func__" else get_attribute(interpreter, value.function, name, site)
    if kind is Wrapped:
        return _of_wrapped(interpreter, value, name, site)  # type: ignore[arg-type]
    found = interpreter.library.attribute(interpreter, value, name, site)
    return UNKNOWN if found is UNDEFINED else found


PLAIN: dict[type, type | None] = {
    **{kind: kind for kind in (str, bytes, tuple, int, float, bool, complex, range, slice, type(None))},
    Container: None,
}
"""Kinds of values whose attributes are those of Python's own types."""

KINDS: dict[str, type] = {
    "list": list,
    "dict": dict,
    "set": set,
    "keys": type({}.keys()),
    "values": type({}.values()),
    "items": type({}.items()),
    "defaultdict": collections.defaultdict,
    "OrderedDict": collections.OrderedDict,
    "Counter": collections.Counter,
    "deque": collections.deque,
}


def _of_constant(interpreter: Interpreter, value: Value, name: str) -> Value:
    own = KINDS.get(value.kind) if isinstance(value, Container) else PLAIN[type(value)]
    if isinstance(value, Container) and value.kind == "array":
        return arrays.attribute_of_list(interpreter, value, name)
    if name == "__class__" and own is not None:
        return External(f"builtins.{own.__name__}")
    if own is not None and not hasattr(own, name):
        if interpreter.guarded:
            raise raising("AttributeError")
        return UNKNOWN
    if isinstance(value, slice | range) and name in ("start", "stop", "step"):
        return getattr(value, name)
    if type(value) in (int, float, bool, complex) and name in ("real", "imag", "numerator", "denominator"):
        return getattr(value, name, UNKNOWN)
    if isinstance(value, Container) and name in ("maxlen", "default_factory"):
        found = interpreter.overlay.get((value.address, name))
        return None if found is UNDEFINED else found
    return Method(value, name)


def _of_function(interpreter: Interpreter, value: Function, name: str) -> Value:
    found = interpreter.overlay.get((value, name))
    if found is not UNDEFINED:
        return found
    node = value.code.node
    if name in ("__name__", "__qualname__"):
        simple = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        return simple if name == "__name__" else UNKNOWN
    if name == "__doc__":
        return None if isinstance(node, ast.Lambda) else ast.get_docstring(node, clean=False)
    if name == "__module__":
        return value.code.module
    if interpreter.guarded and not name.startswith("__"):
        raise raising("AttributeError")
    return UNKNOWN


def _of_wrapped(interpreter: Interpreter, value: Wrapped, name: str, site: Site) -> Value:
    if value.kind == "cached" and name in ("cache_clear", "cache_info"):
        return UNKNOWN
    if value.kind == "partial" and name in ("func", "args"):
        return value.function if name == "func" else value.args
    if value.kind == "compiled" and name == "python_function":
        return value.function
    if value.kind in ("cached", "compiled", "contextmanager", "staticmethod", "classmethod"):
        return get_attribute(interpreter, value.function, name, site)
    return UNKNOWN


OBJECT_METHODS = frozenset({"__init__", "__new__", "__setattr__", "__init_subclass__", "__getattribute__"})
"""Methods of `object` that a class may call by `super()`."""


def _of_super(interpreter: Interpreter, value: Super, name: str, site: Site) -> Value:
    receiver = value.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    mro = cls.mro if isinstance(cls, Class) else value.after.mro
    after = head(value.after)
    start = mro.index(after) + 1 if after in mro else 1
    found = _in_mro(interpreter, mro[start:], receiver, name, site, library=Method(value, name))
    return Method(value, name) if found is UNKNOWN and name in OBJECT_METHODS else found


def _of_either(interpreter: Interpreter, value: Either, name: str, site: Site) -> Value:
    results: list[Value] = []
    for alternative in value.values:
        if alternative is None:
            continue  # reading it would raise, so it is not the one
        try:
            results.append(get_attribute(interpreter, alternative, name, site))
        except ProgramRaises:
            continue
    return either(results) if results else UNKNOWN


def resolved(interpreter: Interpreter, name: str) -> Value:
    """What the library says a qualified name is: the module itself, if it is another spelling of one that is read."""
    found = interpreter.library.resolve(name)
    if type(found) is External and interpreter.library.interprets(found.name):
        return interpreter.modules.load(interpreter, found.name) or found
    return found


def of_external(interpreter: Interpreter, value: External, name: str) -> Value:
    """A name inside a library's module or class."""
    qualified = f"{value.name}.{name}"
    found = resolved(interpreter, qualified)
    if found is not UNDEFINED:
        return found
    if qualified in CONSTANTS_OF_MODULES:
        return CONSTANTS_OF_MODULES[qualified]
    if value.name.startswith("builtins."):
        own = getattr(builtins, value.name.removeprefix("builtins."), None)
        if name in ("__name__", "__qualname__") and isinstance(own, type):
            return own.__name__
        if isinstance(own, type) and not hasattr(own, name) and interpreter.guarded:
            raise raising("AttributeError")
        return External(qualified)
    module = interpreter.modules.load(interpreter, qualified)
    return External(qualified) if module is None else module


def _of_module(interpreter: Interpreter, value: Module, name: str, site: Site) -> Value:
    found = interpreter.overlay.get(("g", value.name, name))
    if found is not UNDEFINED:
        return found
    module = interpreter.modules.load(interpreter, f"{value.name}.{name}")
    if module is not None:
        return module
    fallback = interpreter.overlay.get(("g", value.name, "__getattr__"))  # PEP 562
    if not isinstance(fallback, Function) or name.startswith("__"):
        return UNKNOWN
    from kls.program.calls import call

    return call(interpreter, fallback, Arguments((name,)), site)


def _of_class(interpreter: Interpreter, value: Class, name: str) -> Value:
    for base in value.mro:
        if isinstance(base, Class):
            found = interpreter.overlay.get((base.address, name))
            if found is not UNDEFINED:
                if isinstance(found, Wrapped) and found.kind == "classmethod":
                    return BoundMethod(found.function, value)
                if isinstance(found, Function) and name == "__init_subclass__":
                    return BoundMethod(found, value)
                return found.function if isinstance(found, Wrapped) and found.kind == "staticmethod" else found
    if name in ("__name__", "__qualname__"):
        return value.name if name == "__name__" else UNKNOWN
    if name == "__members__":
        members = members_of(interpreter, value)
        names = find_in_mro(interpreter, value.mro, MEMBERS)
        return UNKNOWN if members is None else interpreter.overlay.new("dict", dict(zip(names, members)))  # type: ignore[call-overload]
    if name in ("__mro__", "__bases__", "__base__", "__module__", "__dict__"):
        return _about_class(value, name)
    if name == "_fields":
        fields = fields_of(interpreter, value)
        return UNKNOWN if fields is None else tuple(f.name for f in fields)
    if root_external(value) is not None:
        return Method(value, name)
    if interpreter.guarded and is_plain_class(value) and not hasattr(type, name):
        raise raising("AttributeError")
    return UNKNOWN


def _about_class(value: Class, name: str) -> Value:
    found = External("builtins.object")
    if name == "__bases__":
        return value.bases or (found,)
    if name == "__mro__":
        whole = {head(cls): cls for cls in _ancestors(value)}
        order = tuple(whole.get(cls, cls) for cls in value.mro)
        return order if found in order else (*order, found)
    if name == "__base__":
        return value.bases[0] if value.bases else found
    return "__main__" if name == "__module__" and value.module == "__main__" else UNKNOWN


def _ancestors(value: Class) -> Iterator[Class]:
    yield value
    for base in value.bases:
        if isinstance(base, Class):
            yield from _ancestors(base)


def is_plain_class(value: Class) -> bool:
    """Whether a class has no ancestors but the program's own and `object`."""
    return all(
        isinstance(base, Class) or (isinstance(base, External) and base.name == "builtins.object") for base in value.mro
    )


def _of_instance(interpreter: Interpreter, value: Instance, name: str, site: Site) -> Value:
    cls = value.cls
    if type(cls) is not Class:
        found = interpreter.overlay.get((value.address, name))
        if found is not UNDEFINED:
            return found
        if name == "__class__":
            return cls
        found = interpreter.library.attribute(interpreter, value, name, site)
        return UNKNOWN if found is UNDEFINED else found
    if name == "__class__":
        return cls
    raw = find_in_mro(interpreter, cls.mro, name)
    if isinstance(raw, Wrapped) and raw.kind == "property":
        return _call_property(interpreter, raw, value, site)
    found = interpreter.overlay.get((value.address, name))
    if found is DELETED:
        raise raising("AttributeError")
    if found is not UNDEFINED:
        return found
    if interpreter.overlay.get((value.address, "*")) is UNKNOWN:
        return UNKNOWN  # it was handed to unknown code, which may have set anything
    return _in_mro(interpreter, cls.mro, value, name, site)


def find_in_mro(interpreter: Interpreter, mro: tuple[Value, ...], name: str) -> Value:
    """The class attribute called `name`, before binding; UNDEFINED where no class of the program has it."""
    for base in mro:
        if isinstance(base, Class):
            found = interpreter.overlay.get((base.address, name))
            if found is not UNDEFINED:
                return found
    return UNDEFINED


def _in_mro(
    interpreter: Interpreter,
    mro: tuple[Value, ...],
    receiver: Value,
    name: str,
    site: Site,
    library: Method | None = None,
) -> Value:
    """Look `name` up along the classes and bind it to `receiver`; `library` stands for a library class's own method."""
    for base in mro:
        if isinstance(base, Class):
            found = interpreter.overlay.get((base.address, name))
            if found is UNDEFINED:
                continue
            if isinstance(found, Function):
                return BoundMethod(found, receiver)
            if isinstance(found, Wrapped):
                if found.kind == "property":
                    return _call_property(interpreter, found, receiver, site)
                if found.kind == "staticmethod":
                    return found.function
                if found.kind == "classmethod":
                    return BoundMethod(found.function, receiver.cls if isinstance(receiver, Instance) else receiver)
                if found.kind == "cached_property" and isinstance(receiver, Instance):
                    value = _call_property(interpreter, found, receiver, site)
                    interpreter.overlay.set((receiver.address, name), value)
                    return value
                if found.kind in ("cached", "contextmanager"):
                    return BoundMethod(found, receiver)
            return found
        if isinstance(base, External):
            if library is not None:
                return library
            found = interpreter.library.attribute(interpreter, receiver, name, site)
            if found is not UNDEFINED:
                return found
        elif base is UNKNOWN or isinstance(base, Either):
            return UNKNOWN
    if not isinstance(receiver, Instance):
        return UNKNOWN if library is None else library
    if library is not None:
        return library
    if name == "__dict__" and isinstance(receiver.cls, Class):
        return UNKNOWN
    if name in RECORD_METHODS and is_named_tuple(receiver.cls):
        return Method(receiver, name)
    fallback = find_in_mro(interpreter, mro, "__getattr__")
    if fallback is not UNDEFINED and not name.startswith("__"):
        from kls.program.calls import call

        return call(interpreter, BoundMethod(fallback, receiver), Arguments((name,)), site)
    known = isinstance(receiver.cls, Class) and (is_plain_class(receiver.cls) or is_named_tuple(receiver.cls))
    if interpreter.guarded and known and not hasattr(object, name):
        raise raising("AttributeError")
    return UNKNOWN


def _call_property(interpreter: Interpreter, wrapped: Wrapped, receiver: Value, site: Site) -> Value:
    from kls.program.calls import call

    return call(interpreter, wrapped.function, Arguments((receiver,)), site)


DELETED = Wrapped("deleted", None)
"""What stands where an attribute was deleted."""
