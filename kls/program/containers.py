"""Lists, dicts, sets, tuples and strings as containers: their content, their items, and setting these."""

from __future__ import annotations

from kls.program.interpreter import Interpreter, ProgramRaises
from kls.program.library import Arguments
from kls.program.operators import is_key
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Container,
    Either,
    Instance,
    Site,
    Value,
    either,
)

UNROLL_LIMIT = 2_000
"""A range longer than this is not unrolled."""


def content_of(interpreter: Interpreter, value: Value) -> Value:
    """The tuple (list, set, iterator) or dict behind a container; a tuple or dict itself; else UNKNOWN."""
    if isinstance(value, Container):
        content = interpreter.overlay.get(value.address)
        return UNKNOWN if content is UNDEFINED else content
    return value if type(value) in (tuple, dict) else UNKNOWN


def iterate(interpreter: Interpreter, value: Value, count: int | None = None) -> list[Value] | None:
    """The items that iterating over `value` gives, or None where they are not known.

    `count` is the number of targets that the items are unpacked to, where there is such a number.
    """
    kind = type(value)
    if kind is tuple:
        return list(value)  # type: ignore[call-overload, no-any-return]
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if value.kind == "iterator" and isinstance(content, tuple):
            interpreter.overlay.set(value.address, ())
        return list(content) if isinstance(content, (tuple, dict)) else None
    if kind is str or isinstance(value, frozenset):
        return list(value)  # type: ignore[call-overload, no-any-return]
    if isinstance(value, range):
        return list(value) if len(value) <= UNROLL_LIMIT else None
    if isinstance(value, Either):
        return _iterate_either(interpreter, value, count)
    return interpreter.library.iterate(interpreter, value, count)


def _iterate_either(interpreter: Interpreter, value: Either, count: int | None) -> list[Value] | None:
    options = [
        items for items in (iterate(interpreter, v, count) for v in value.values if v is not None) if items is not None
    ]
    if len(options) != len([v for v in value.values if v is not None]):
        return None
    lengths = {len(items) for items in options}
    if count is not None:
        options = [items for items in options if len(items) == count]
    elif len(lengths) != 1:
        return None
    return [either(column) for column in zip(*options)] if options else None


def subscript(interpreter: Interpreter, value: Value, index: Value, site: Site) -> Value:
    """`value[index]`.

    Raises:
        ProgramRaises: the index or key is surely not there.
    """
    if isinstance(value, Either):
        return interpreter.choose(value, lambda one: subscript(interpreter, one, index, site))
    if isinstance(index, Either):
        return interpreter.choose(index, lambda one: subscript(interpreter, value, one, site))
    content: Value = value
    if isinstance(value, Container):
        content = content_of(interpreter, value)
    if isinstance(content, dict):
        return _item_of_dict(value, content, index)
    if isinstance(content, (tuple, str, range, bytes)) and type(content) in (tuple, str, range, bytes):
        return _item_of_sequence(interpreter, value, content, index)
    if isinstance(value, Instance):
        from kls.program.attributes import find_in_mro
        from kls.program.calls import call
        from kls.program.values import BoundMethod, Class

        if isinstance(value.cls, Class):
            method = find_in_mro(interpreter, value.cls.mro, "__getitem__")
            if method is not UNDEFINED:
                return call(interpreter, BoundMethod(method, value), Arguments((index,)), site)
    found = interpreter.library.operator(interpreter, "getitem", (value, index), site)
    return UNKNOWN if found is UNDEFINED else found


def _item_of_dict(value: Value, content: dict[object, Value], index: Value) -> Value:
    if not is_key(index):
        return UNKNOWN
    if index in content:
        return content[index]
    if isinstance(value, Container) and value.kind == "defaultdict":
        return UNKNOWN
    raise ProgramRaises


def _item_of_sequence(
    interpreter: Interpreter, value: Value, content: tuple[Value, ...] | str | range | bytes, index: Value
) -> Value:
    if isinstance(index, bool | int):
        try:
            return content[index]
        except IndexError:
            raise ProgramRaises from None
    if isinstance(index, slice):
        bounds = (index.start, index.stop, index.step)
        if not all(b is None or isinstance(b, int) for b in bounds) or index.step == 0:
            return interpreter.overlay.new("list", UNKNOWN) if isinstance(value, Container) else UNKNOWN
        part = content[index]
        return interpreter.overlay.new("list", part) if isinstance(value, Container) else part
    return UNKNOWN


def set_item(interpreter: Interpreter, receiver: Value, index: Value, value: Value) -> None:
    """`receiver[index] = value`."""
    if isinstance(receiver, Either):
        for alternative in receiver.values:
            if isinstance(alternative, Container):
                interpreter.overlay.set(alternative.address, UNKNOWN)
        return
    if not isinstance(receiver, Container):
        return
    content = content_of(interpreter, receiver)
    changed: Value = UNKNOWN
    if isinstance(content, dict) and is_key(index):
        changed = {**content, index: value}
    elif isinstance(content, tuple) and isinstance(index, int) and -len(content) <= index < len(content):
        items = list(content)
        items[index] = value
        changed = tuple(items)
    elif isinstance(content, tuple) and isinstance(index, slice):
        new = iterate(interpreter, value)
        if new is not None and all(b is None or isinstance(b, int) for b in (index.start, index.stop, index.step)):
            items = list(content)
            try:
                items[index] = new
                changed = tuple(items)
            except ValueError:
                raise ProgramRaises from None
    interpreter.overlay.set(receiver.address, changed)


def delete_item(interpreter: Interpreter, receiver: Value, index: Value) -> None:
    """`del receiver[index]`."""
    if not isinstance(receiver, Container):
        return
    content = content_of(interpreter, receiver)
    changed: Value = UNKNOWN
    if isinstance(content, dict) and is_key(index):
        changed = {key: item for key, item in content.items() if key != index}
    elif isinstance(content, tuple) and isinstance(index, int | slice):
        items = list(content)
        try:
            del items[index]
            changed = tuple(items)
        except (IndexError, TypeError):
            changed = UNKNOWN
    interpreter.overlay.set(receiver.address, changed)
