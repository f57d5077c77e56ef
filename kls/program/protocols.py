"""Special methods: what Python's operators, loops and built-in functions ask objects of the program's for."""

from __future__ import annotations

from kls.program.interpreter import Interpreter, ProgramRaises, raising
from kls.program.library import Arguments
from kls.program.records import MEMBERS, as_tuple, comparable, is_named_tuple, member_value, members_of
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    External,
    Instance,
    Site,
    Value,
    has_unknown_base,
    same,
)

NOWHERE = Site("", ("", 0), 0, 0, 0, 0)
NOT_IMPLEMENTED = External("builtins.NotImplemented")
OLD_PROTOCOL_LIMIT = 500
"""Items taken from an object that has `__getitem__` and no `__iter__`."""

REFLECTED = {
    "eq": "__eq__",
    "ne": "__ne__",
    "lt": "__gt__",
    "le": "__ge__",
    "gt": "__lt__",
    "ge": "__le__",
}


def special(interpreter: Interpreter, value: Value, name: str) -> Value:
    """A special method of an object of the program's: found on its class, UNDEFINED where there is none."""
    from kls.program.attributes import find_in_mro

    if not isinstance(value, Instance) or not isinstance(value.cls, Class):
        return UNDEFINED
    return find_in_mro(interpreter, value.cls.mro, name)


def call_special(interpreter: Interpreter, value: Value, name: str, args: tuple[Value, ...] = ()) -> Value:
    """Call a special method; UNDEFINED where the object's class has none of the program's."""
    from kls.program.calls import call

    method = special(interpreter, value, name)
    if method is UNDEFINED:
        return UNDEFINED
    return call(interpreter, BoundMethod(method, value), Arguments(args), NOWHERE)


def is_plain(value: Value) -> bool:
    """Whether an object's classes are all the program's own, but for `object` and what adds no behaviour."""
    if not isinstance(value, Instance) or not isinstance(value.cls, Class) or has_unknown_base(value.cls):
        return False
    if is_named_tuple(value.cls):
        return False
    return all(
        isinstance(base, Class) or (isinstance(base, External) and base.name in PLAIN_BASES) for base in value.cls.mro
    )


PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "enum.Enum"})
"""Library classes that give their subclasses no behaviour that matters here."""


def iterate_object(interpreter: Interpreter, value: Value) -> list[Value] | object | None:
    """The items of an object or enumeration of the program's; None where not known, UNDEFINED where it has no way."""
    from kls.program.calls import call
    from kls.program.containers import iterate

    if isinstance(value, Class):
        found = members_of(interpreter, value)
        return UNDEFINED if found is None else found
    items = as_tuple(interpreter, value)
    if items is not None:
        return list(items)
    method = special(interpreter, value, "__iter__")
    if method is not UNDEFINED:
        iterator = call(interpreter, BoundMethod(method, value), Arguments(), NOWHERE)
        if not isinstance(iterator, Instance):
            return iterate(interpreter, iterator)
        return _exhaust(interpreter, iterator, "__next__", "StopIteration")
    if special(interpreter, value, "__getitem__") is not UNDEFINED:
        return _exhaust(interpreter, value, "__getitem__", "IndexError")
    return UNDEFINED


def _exhaust(interpreter: Interpreter, value: Value, method: str, end: str) -> list[Value] | None:
    items: list[Value] = []
    ended = External(f"builtins.{end}")
    for index in range(OLD_PROTOCOL_LIMIT):
        interpreter.step()
        parted = len(interpreter.parted)
        try:
            item = call_special(interpreter, value, method, (index,) if method == "__getitem__" else ())
        except ProgramRaises as error:
            cls = error.raised.cls if isinstance(error.raised, Instance) else error.raised
            if cls == ended:
                return items
            raise
        if item is UNDEFINED or item is UNKNOWN or len(interpreter.parted) != parted:
            return None
        items.append(item)
    return None


def item_of_object(interpreter: Interpreter, value: Value, index: Value, site: Site) -> Value:
    """`value[index]` of an object or enumeration of the program's; UNDEFINED where it has no way."""
    from kls.program.containers import subscript

    if isinstance(value, Class):
        names = interpreter.overlay.get((value.address, MEMBERS))
        if isinstance(names, tuple) and isinstance(index, str):
            if index not in names:
                raise raising("KeyError")
            return interpreter.overlay.get((value.address, index))
        return value if not isinstance(names, tuple) else UNKNOWN  # `Box[int]`
    items = as_tuple(interpreter, value)
    if items is not None and special(interpreter, value, "__getitem__") is UNDEFINED:
        return subscript(interpreter, items, index, site)
    return call_special(interpreter, value, "__getitem__", (index,))


def length_of(interpreter: Interpreter, value: Value) -> Value:
    """`len` of an object or enumeration; UNDEFINED where it has no way."""
    if isinstance(value, Class):
        found = members_of(interpreter, value)
        return UNDEFINED if found is None else len(found)
    items = as_tuple(interpreter, value)
    return len(items) if items is not None else call_special(interpreter, value, "__len__")


def truth_of(interpreter: Interpreter, value: Instance) -> bool | None:
    """Whether an object is true; None where that is not known."""
    from kls.program.comparisons import truth

    if not isinstance(value.cls, Class):
        return True
    for name in ("__bool__", "__len__"):
        if special(interpreter, value, name) is not UNDEFINED:
            return truth(interpreter, call_special(interpreter, value, name))
    items = as_tuple(interpreter, value)
    if items is not None:
        return bool(items)
    plain = member_value(interpreter, value)
    return True if plain is UNDEFINED else truth(interpreter, plain)


def contains_object(interpreter: Interpreter, container: Value, item: Value) -> bool | None:
    """Whether `item in container`, an object or enumeration."""
    from kls.program.comparisons import contains, truth

    method = special(interpreter, container, "__contains__")
    if method is not UNDEFINED:
        return truth(interpreter, call_special(interpreter, container, "__contains__", (item,)))
    items = iterate_object(interpreter, container)
    return contains(interpreter, tuple(items), item) if isinstance(items, list) else None


def operator_of(interpreter: Interpreter, name: str, left: Value, right: Value) -> Value:
    """`left OP right` by their special methods; UNDEFINED where neither has one, or a value that it stands for."""
    for value, other, method in ((left, right, f"__{name}__"), (right, left, REFLECTED.get(name, f"__r{name}__"))):
        found = call_special(interpreter, value, method, (other,))
        if found is not UNDEFINED and found != NOT_IMPLEMENTED:
            return found
    return UNDEFINED


def compare_objects(interpreter: Interpreter, name: str, left: Value, right: Value) -> Value:
    """`left == right` and its like, of which one is an object of the program's."""
    from kls.program.comparisons import compare_values, truth

    found = operator_of(interpreter, name, left, right)
    if found is not UNDEFINED:
        return found
    if name == "ne":
        equal = operator_of(interpreter, "eq", left, right)
        known = None if equal is UNDEFINED else truth(interpreter, equal)
        if equal is not UNDEFINED:
            return UNKNOWN if known is None else not known
    pair = comparable(interpreter, name, left, right)
    if pair is not None:
        return compare_values(interpreter, name, *pair, NOWHERE)
    sides = (left, right)
    if name in ("eq", "ne") and all(is_plain(v) or (v is not UNKNOWN and not isinstance(v, Instance)) for v in sides):
        return same(left, right) == (name == "eq")
    return UNDEFINED
