"""Setting and deleting attributes: properties, `__setattr__` and frozen classes have a say in it."""

from __future__ import annotations

from kls.program.attributes import DELETED, find_in_mro
from kls.program.interpreter import Interpreter, ProgramRaises, raising
from kls.program.library import Arguments
from kls.program.records import refuses
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    Either,
    External,
    Function,
    Instance,
    Module,
    Site,
    Value,
    Wrapped,
    either,
)


def set_attribute(interpreter: Interpreter, receiver: Value, name: str, value: Value) -> None:
    """`receiver.name = value`.

    Raises:
        ProgramRaises: it surely cannot be set.
    """
    if isinstance(receiver, Instance):
        if isinstance(receiver.cls, Class):
            for base in receiver.cls.mro:
                if (
                    type(base) is Class
                    and base.marks
                    and (name in base.marks or not PLAIN_MARKS.isdisjoint(base.marks))
                ):
                    _set_specially(interpreter, receiver, name, value)
                    return
        interpreter.overlay.set((receiver.address, name), value)
    elif isinstance(receiver, Class):
        interpreter.overlay.set((receiver.address, name), value)
    elif isinstance(receiver, Function):
        interpreter.overlay.set((receiver, name), value)
    elif isinstance(receiver, Module | External):
        interpreter.overlay.set(("g", receiver.name, name), value)
    elif isinstance(receiver, Either):
        for alternative in receiver.values:
            if isinstance(alternative, Instance):
                old = get_own(interpreter, alternative, name)
                interpreter.overlay.set((alternative.address, name), either((old, value)))


PLAIN_MARKS = frozenset({"__setattr__", "@dataclass", "@tuple"})
"""Marks of classes whose objects may refuse to be set, or do so in a way of their own."""


def _set_specially(interpreter: Interpreter, receiver: Instance, name: str, value: Value) -> None:
    """Where a class has a property of the name, a `__setattr__`, or is frozen."""
    from kls.program.calls import call

    assert isinstance(receiver.cls, Class)
    own = find_in_mro(interpreter, receiver.cls.mro, "__setattr__")
    if own is not UNDEFINED:
        call(interpreter, BoundMethod(own, receiver), Arguments((name, value)), NOWHERE)
        return
    raw = find_in_mro(interpreter, receiver.cls.mro, name)
    if isinstance(raw, Wrapped) and raw.kind == "property":
        setter = raw.args[0] if raw.args else UNDEFINED
        if setter is UNDEFINED:
            raise raising("AttributeError")
        call(interpreter, BoundMethod(setter, receiver), Arguments((value,)), NOWHERE)
        return
    if refuses(interpreter, receiver, name):
        raise ProgramRaises(External("dataclasses.FrozenInstanceError"))
    interpreter.overlay.set((receiver.address, name), value)


def delete_attribute(interpreter: Interpreter, receiver: Value, name: str) -> None:
    """`del receiver.name`."""
    if isinstance(receiver, Instance) and isinstance(receiver.cls, Class):
        raw = find_in_mro(interpreter, receiver.cls.mro, name)
        if isinstance(raw, Wrapped) and raw.kind == "property":
            if len(raw.args) > 1 and raw.args[1] is not UNDEFINED:
                from kls.program.calls import call

                call(interpreter, BoundMethod(raw.args[1], receiver), Arguments(), NOWHERE)
            return
        interpreter.overlay.set((receiver.address, name), DELETED if raw is UNDEFINED else UNKNOWN)
    elif isinstance(receiver, Instance | Class):
        interpreter.overlay.set((receiver.address, name), UNKNOWN)


NOWHERE = Site("", ("", 0), 0, 0, 0, 0)


def get_own(interpreter: Interpreter, instance: Instance, name: str) -> Value:
    """The instance's own attribute, UNKNOWN where it has none yet."""
    found = interpreter.overlay.get((instance.address, name))
    return UNKNOWN if found is UNDEFINED else found
