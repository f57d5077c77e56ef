"""Attribute lookup: instances, classes along the method resolution order, modules, and what the library knows."""

from __future__ import annotations

from kls.program.interpreter import Interpreter, ProgramRaises
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
    Module,
    Opaque,
    Site,
    Super,
    Value,
    Wrapped,
    either,
    has_unknown_base,
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
        return of_external(interpreter, value, name)  # type: ignore[arg-type]
    if isinstance(value, Module):
        return _of_module(interpreter, value, name)
    if isinstance(value, Either):
        return _of_either(interpreter, value, name, site)
    if isinstance(value, Class):
        return _of_class(interpreter, value, name)
    if isinstance(value, Super):
        return _of_super(interpreter, value, name, site)
    if kind is Opaque or value is UNKNOWN:
        return UNKNOWN
    if kind in (Container, str, bytes, tuple, dict, int, float, slice):
        return _of_constant(value, name)
    found = interpreter.library.attribute(interpreter, value, name, site)
    return UNKNOWN if found is UNDEFINED else found


def _of_constant(value: Value, name: str) -> Value:
    if isinstance(value, slice):
        return getattr(value, name, UNKNOWN) if name in ("start", "stop", "step") else UNKNOWN
    return Method(value, name)


def _of_super(interpreter: Interpreter, value: Super, name: str, site: Site) -> Value:
    receiver = value.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    mro = cls.mro if isinstance(cls, Class) else value.after.mro
    after = head(value.after)
    start = mro.index(after) + 1 if after in mro else 1
    return _in_mro(interpreter, mro[start:], receiver, name, site, library=Method(value, name))


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


def of_external(interpreter: Interpreter, value: External, name: str) -> Value:
    """A name inside a library's module or class."""
    qualified = f"{value.name}.{name}"
    found = interpreter.library.resolve(qualified)
    if found is not UNDEFINED:
        return found
    module = interpreter.modules.load(interpreter, qualified)
    return External(qualified) if module is None else module


def _of_module(interpreter: Interpreter, value: Module, name: str) -> Value:
    found = interpreter.overlay.get(("g", value.name, name))
    if found is not UNDEFINED:
        return found
    module = interpreter.modules.load(interpreter, f"{value.name}.{name}")
    return UNKNOWN if module is None else module


def _of_class(interpreter: Interpreter, value: Class, name: str) -> Value:
    for base in value.mro:
        if isinstance(base, Class):
            found = interpreter.overlay.get((base.address, name))
            if found is not UNDEFINED:
                if isinstance(found, Wrapped) and found.kind == "classmethod":
                    return BoundMethod(found.function, value)
                return found.function if isinstance(found, Wrapped) and found.kind == "staticmethod" else found
    if name == "__name__":
        return value.name
    return Method(value, name) if root_external(value) is not None else UNKNOWN


def _of_instance(interpreter: Interpreter, value: Instance, name: str, site: Site) -> Value:
    cls = value.cls
    if type(cls) is not Class:
        found = interpreter.overlay.get((value.address, name))
        if found is not UNDEFINED:
            return found
        found = interpreter.library.attribute(interpreter, value, name, site)
        return UNKNOWN if found is UNDEFINED else found
    raw = find_in_mro(interpreter, cls.mro, name)
    if isinstance(raw, Wrapped) and raw.kind == "property":
        return _call_property(interpreter, raw, value, site)
    found = interpreter.overlay.get((value.address, name))
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
            return found
        if isinstance(base, External):
            if library is not None:
                return library
            found = interpreter.library.attribute(interpreter, receiver, name, site)
            if found is not UNDEFINED:
                return found
        elif base is UNKNOWN or isinstance(base, Either):
            return UNKNOWN
    if name == "__class__" and isinstance(receiver, Instance):
        return receiver.cls
    if isinstance(receiver, Instance) and has_unknown_base(receiver.cls):
        return UNKNOWN
    return UNKNOWN


def _call_property(interpreter: Interpreter, wrapped: Wrapped, receiver: Value, site: Site) -> Value:
    from kls.program.calls import call

    return call(interpreter, wrapped.function, Arguments((receiver,)), site)


def set_attribute(interpreter: Interpreter, receiver: Value, name: str, value: Value) -> None:
    """`receiver.name = value`."""
    if isinstance(receiver, Instance | Class):
        interpreter.overlay.set((receiver.address, name), value)
    elif isinstance(receiver, Module):
        interpreter.overlay.set(("g", receiver.name, name), value)
    elif isinstance(receiver, Either):
        for alternative in receiver.values:
            if isinstance(alternative, Instance):
                old = get_own(interpreter, alternative, name)
                interpreter.overlay.set((alternative.address, name), either((old, value)))


def get_own(interpreter: Interpreter, instance: Instance, name: str) -> Value:
    """The instance's own attribute, UNKNOWN where it has none yet."""
    found = interpreter.overlay.get((instance.address, name))
    return UNKNOWN if found is UNDEFINED else found
