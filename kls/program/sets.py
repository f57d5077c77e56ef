"""Methods of sets: their items, their algebra, and how they lie in each other."""

from __future__ import annotations

from kls.program.comparisons import is_key
from kls.program.containers import as_set, content_of, elements
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.lists import Handler, clear, copy
from kls.program.operators import combine_sets
from kls.program.values import UNKNOWN, Container, Site, Value


def _add(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    item = arguments.get(0, "elem", UNKNOWN)
    if isinstance(content, tuple):
        known = is_key(item) and not interpreter.widened
        changed = content if known and item in content else (*content, item) if known else UNKNOWN
        interpreter.overlay.set(receiver.address, changed)
    return None


def _discard(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    item = arguments.get(0, "elem", UNKNOWN)
    known = isinstance(content, tuple) and is_key(item)
    interpreter.overlay.set(receiver.address, tuple(i for i in content if i != item) if known else UNKNOWN)  # type: ignore[attr-defined]
    return None


def _remove_from_set(
    interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site
) -> Value:
    item = arguments.get(0, "elem", UNKNOWN)
    if isinstance(content, tuple) and is_key(item) and item not in content:
        raise raising("KeyError")
    if not isinstance(content, tuple) or not is_key(item):
        interpreter.doubt()
    return _discard(interpreter, receiver, content, arguments, site)


def _pop_from_set(
    interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site
) -> Value:
    if content == ():
        raise raising("KeyError")
    one = isinstance(content, tuple) and len(content) == 1
    interpreter.overlay.set(receiver.address, () if one else UNKNOWN)
    return content[0] if one else UNKNOWN  # type: ignore[index]


def _algebra(operator: str, in_place: bool) -> Handler:
    """`a.union(b, ...)` and its like."""

    def combine(
        interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site
    ) -> Value:
        found = content
        for other in arguments.positional:
            items = elements(interpreter, other)
            known = isinstance(found, tuple) and items is not None and all(is_key(i) for i in items)
            found = combine_sets(operator, found, tuple(dict.fromkeys(items or ()))) if known else UNKNOWN  # type: ignore[arg-type]
        if in_place:
            interpreter.overlay.set(receiver.address, UNKNOWN if interpreter.widened else found)
            return None
        return interpreter.overlay.new("set", found)

    return combine


def _relation(name: str) -> Handler:
    """`issubset` and its like."""

    def ask(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
        items = elements(interpreter, arguments.get(0, "other", UNKNOWN))
        other = content_of(interpreter, as_set(interpreter, items)) if items is not None else UNKNOWN
        if not isinstance(content, tuple) or not isinstance(other, tuple):
            return UNKNOWN
        if name == "isdisjoint":
            return not any(item in other for item in content)
        small, large = (content, other) if name == "issubset" else (other, content)
        return all(item in large for item in small)

    return ask


ON_SET: dict[str, Handler] = {
    "add": _add,
    "discard": _discard,
    "remove": _remove_from_set,
    "pop": _pop_from_set,
    "clear": clear,
    "copy": copy,
    **{f"{name}": _relation(name) for name in ("issubset", "issuperset", "isdisjoint")},
    **{
        name: _algebra(operator, in_place)
        for name, operator, in_place in (
            ("union", "or", False),
            ("intersection", "and", False),
            ("difference", "sub", False),
            ("symmetric_difference", "xor", False),
            ("update", "or", True),
            ("intersection_update", "and", True),
            ("difference_update", "sub", True),
            ("symmetric_difference_update", "xor", True),
        )
    },
}
