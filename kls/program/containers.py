"""Lists, dicts, sets, tuples and strings as containers: their content, their items, and setting these."""

from __future__ import annotations

from kls.program import arrays
from kls.program.comparisons import is_key
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.sizes import bounded
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Class,
    Container,
    Either,
    Instance,
    Namespace,
    Opaque,
    Site,
    Suspended,
    Value,
    either,
)

LARGE = 256
"""Working on the content of a container that is longer than this takes time."""

UNROLL_LIMIT = 2_000
"""A range longer than this is not unrolled."""

DICTS = frozenset({"dict", "defaultdict", "OrderedDict", "Counter"})
"""Kinds of containers whose content is a dict."""

VIEWS = frozenset({"keys", "values", "items"})
"""Kinds of containers that show the dict whose address they have."""

ENDLESS = frozenset({"count", "cycle", "repeat"})
"""Kinds of iterators without an end."""

INDEXED = frozenset({"list", "array", "deque"})
"""Kinds of containers that a number is an index of."""


def content_of(interpreter: Interpreter, value: Value) -> Value:
    """The tuple (list, set, iterator) or dict behind a container; a tuple or dict itself; else UNKNOWN."""
    if isinstance(value, Container):
        content = interpreter.overlay.get(value.address)
        if type(content) in (tuple, dict) and len(content) > LARGE:  # type: ignore[arg-type]
            interpreter.spend(len(content) >> 6)  # type: ignore[arg-type]
        if value.kind in VIEWS:
            return view_of(value.kind, content)
        return UNKNOWN if content is UNDEFINED or type(content) is Either else content
    return value if type(value) in (tuple, dict) else UNKNOWN


def view_of(kind: str, content: Value) -> Value:
    """What `keys()`, `values()` or `items()` show of a dict."""
    if not isinstance(content, dict):
        return UNKNOWN
    return tuple(content if kind == "keys" else content.values() if kind == "values" else map(bounded, content.items()))


def iterate(interpreter: Interpreter, value: Value, count: int | None = None) -> list[Value] | None:
    """The items that iterating over `value` gives, or None where they are not known.

    `count` is the number of targets that the items are unpacked to, where there is such a number.
    """
    kind = type(value)
    if kind is tuple:
        return list(value)  # type: ignore[call-overload, no-any-return]
    if isinstance(value, Container):
        return _items_of(interpreter, value)
    if kind is str or kind is bytes:
        return list(value)  # type: ignore[call-overload, no-any-return]
    if isinstance(value, range):
        return list(value) if len(value) <= UNROLL_LIMIT else None
    if isinstance(value, Either):
        return _iterate_either(interpreter, value, count)
    if isinstance(value, Instance | Class):
        from kls.program.protocols import iterate_object

        found = iterate_object(interpreter, value)
        if found is not UNDEFINED:
            return found  # type: ignore[return-value]
    if kind in (int, float, bool, type(None)):
        raise raising("TypeError")
    if kind is Opaque:
        return arrays.rows(value)  # type: ignore[arg-type]
    interpreter.doubt()
    return interpreter.library.iterate(interpreter, value, count)


def _items_of(interpreter: Interpreter, value: Container) -> list[Value] | None:
    content = content_of(interpreter, value)
    if value.kind == "iterator":
        if type(content) is Suspended:
            from kls.program.generators import take_all

            return take_all(interpreter, value)
        if isinstance(content, tuple):
            interpreter.overlay.set(value.address, ())
    elif value.kind == "set" and isinstance(content, tuple):
        return in_set_order(content)
    elif value.kind in ENDLESS:
        return None
    return list(content) if isinstance(content, (tuple, dict)) else None


def in_set_order(content: tuple[Value, ...]) -> list[Value] | None:
    """The items of a set in the order that they come in: that of small whole numbers is known, of others it is not."""
    if len(content) < 2:
        return list(content)
    if all(type(item) is int and 0 <= item < len(content) for item in content):
        return sorted(content)  # type: ignore[type-var]
    return None


def elements(interpreter: Interpreter, value: Value) -> list[Value] | None:
    """The items of `value` where their order is of no matter."""
    if isinstance(value, Container) and value.kind == "set":
        content = content_of(interpreter, value)
        return list(content) if isinstance(content, tuple) else None
    return iterate(interpreter, value)


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
    if isinstance(value, Namespace):
        return _item_of_namespace(interpreter, value, index)
    if isinstance(content, dict):
        return _item_of_dict(interpreter, value, content, index, site)
    if isinstance(content, (tuple, str, range, bytes)) and type(content) in (tuple, str, range, bytes):
        return _item_of_sequence(interpreter, value, content, index)
    if isinstance(value, Instance | Class):
        from kls.program.protocols import item_of_object

        found = item_of_object(interpreter, value, index, site)
        if found is not UNDEFINED:
            return found
    if type(value) in (int, float, bool, type(None)):
        raise raising("TypeError")
    if type(value) is Opaque:
        found = arrays.item(value, index)
        if found is not UNDEFINED:
            return found
    found = interpreter.library.operator(interpreter, "getitem", (value, index), site)
    if found is not UNDEFINED:
        return found
    interpreter.doubt()
    return UNKNOWN


def _item_of_namespace(interpreter: Interpreter, value: Namespace, index: Value) -> Value:
    """`globals()[name]`."""
    found = interpreter.overlay.get(("g", value.module, index)) if isinstance(index, str) else UNKNOWN
    if found is UNDEFINED:
        raise raising("KeyError")
    return found


def _item_of_dict(
    interpreter: Interpreter, value: Value, content: dict[object, Value], index: Value, site: Site
) -> Value:
    if not is_key(index):
        if isinstance(index, Container):
            raise raising("TypeError")  # what can be changed cannot be a key
        interpreter.doubt()
        if isinstance(value, Container) and value.kind == "defaultdict":
            interpreter.overlay.set(value.address, UNKNOWN)
        return UNKNOWN
    if index in content:
        return content[index]
    if isinstance(value, Container) and value.kind == "Counter":
        return 0
    if isinstance(value, Container) and value.kind == "defaultdict":
        from kls.program.calls import call

        factory = interpreter.overlay.get((value.address, "default_factory"))
        if factory is UNDEFINED or factory is UNKNOWN:
            interpreter.overlay.set(value.address, UNKNOWN)
            return UNKNOWN
        if factory is not None:
            made = call(interpreter, factory, Arguments(), site)
            set_item(interpreter, value, index, made)
            return made
    if not all(is_key(key) for key in content):
        return UNKNOWN
    raise raising("KeyError")


def _item_of_sequence(
    interpreter: Interpreter, value: Value, content: tuple[Value, ...] | str | range | bytes, index: Value
) -> Value:
    if isinstance(value, Container) and value.kind not in INDEXED:
        raise raising("TypeError")
    if isinstance(index, bool | int):
        try:
            return content[index]
        except IndexError:
            raise raising("IndexError") from None
    if isinstance(index, slice):
        bounds = (index.start, index.stop, index.step)
        if not all(b is None or isinstance(b, int) for b in bounds) or index.step == 0:
            interpreter.doubt()
            return interpreter.overlay.new("list", UNKNOWN) if isinstance(value, Container) else UNKNOWN
        part = content[index]
        return interpreter.overlay.new(value.kind, part) if isinstance(value, Container) else part
    if type(index) in (str, float, type(None)):
        if isinstance(value, Container) and value.kind == "array":
            return UNKNOWN
        raise raising("TypeError")
    interpreter.doubt()
    return UNKNOWN


def item_of(interpreter: Interpreter, receiver: Container, index: Value) -> Value:
    """What a container has at an index or key; UNKNOWN where it has nothing, or that is not known."""
    content = content_of(interpreter, receiver)
    if isinstance(content, dict) and is_key(index):
        return content.get(index, UNKNOWN)
    if isinstance(content, tuple) and isinstance(index, int) and -len(content) <= index < len(content):
        return content[index]
    return UNKNOWN


def set_item(interpreter: Interpreter, receiver: Value, index: Value, value: Value) -> None:
    """`receiver[index] = value`.

    Raises:
        ProgramRaises: it surely cannot be set.
    """
    if isinstance(receiver, Either):
        for alternative in receiver.values:
            if isinstance(alternative, Container):
                interpreter.overlay.set(alternative.address, UNKNOWN)
        return
    if isinstance(receiver, Namespace):
        if isinstance(index, str):
            interpreter.overlay.set(("g", receiver.module, index), value)
        return
    if isinstance(receiver, Instance):
        from kls.program.protocols import call_special

        call_special(interpreter, receiver, "__setitem__", (index, value))
        return
    if not isinstance(receiver, Container):
        if type(receiver) in (tuple, str, int, float, type(None), range):
            raise raising("TypeError")
        return
    interpreter.overlay.set(receiver.address, _changed(interpreter, receiver, index, value))


def _changed(interpreter: Interpreter, receiver: Container, index: Value, value: Value) -> Value:
    content = content_of(interpreter, receiver)
    if isinstance(content, dict) and is_key(index):
        return {**content, index: value}
    if isinstance(content, tuple) and isinstance(index, int):
        if not -len(content) <= index < len(content):
            raise raising("IndexError")
        items = list(content)
        items[index] = value
        return tuple(items)
    if isinstance(content, tuple) and isinstance(index, slice):
        new = iterate(interpreter, value)
        if new is not None and all(b is None or isinstance(b, int) for b in (index.start, index.stop, index.step)):
            items = list(content)
            try:
                items[index] = new
            except ValueError:
                raise raising("ValueError") from None
            return tuple(items)
    if isinstance(index, Container):
        raise raising("TypeError")
    interpreter.doubt()
    return UNKNOWN


def delete_item(interpreter: Interpreter, receiver: Value, index: Value) -> None:
    """`del receiver[index]`.

    Raises:
        ProgramRaises: it is surely not there.
    """
    if isinstance(receiver, Instance):
        from kls.program.protocols import call_special

        call_special(interpreter, receiver, "__delitem__", (index,))
        return
    if not isinstance(receiver, Container):
        return
    content = content_of(interpreter, receiver)
    changed: Value = UNKNOWN
    if isinstance(content, dict) and is_key(index):
        if index not in content and all(is_key(key) for key in content):
            raise raising("KeyError")
        changed = {key: item for key, item in content.items() if key != index}
    elif isinstance(content, tuple) and isinstance(index, int | slice):
        items = list(content)
        try:
            del items[index]
            changed = tuple(items)
        except IndexError:
            raise raising("IndexError") from None
        except TypeError:
            changed = UNKNOWN
    else:
        interpreter.doubt()
    interpreter.overlay.set(receiver.address, changed)


def as_set(interpreter: Interpreter, items: list[Value]) -> Container:
    """A set of these items: unknown where one of them may be equal to another."""
    return interpreter.overlay.new("set", tuple(dict.fromkeys(items)) if all(is_key(i) for i in items) else UNKNOWN)
