"""Methods of lists, deques and iterators, and those that all containers have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kls.program.comparisons import equal
from kls.program.containers import DICTS, content_of, delete_item, iterate
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.values import SIZE_LIMIT, UNDEFINED, UNKNOWN, Container, Site, Value

Handler = Callable[[Interpreter, Container, Value, Arguments, Site], Value]
"""A method of a container: the interpreter, the container, its content, the arguments and where it is called."""


def find(interpreter: Interpreter, content: tuple[Value, ...], name: str, arguments: Arguments) -> Value:
    """`index` or `count` of the items of a list or tuple; UNKNOWN where it is not known which are equal.

    Raises:
        ProgramRaises: `index`, and none is the one.
    """
    wanted = arguments.get(0, "value", UNKNOWN)
    verdicts = [equal(interpreter, item, wanted) for item in content]
    if name == "count":
        return UNKNOWN if None in verdicts else verdicts.count(True)
    bounds: tuple[Any, ...] = (*arguments.positional[1:3], None, None)[:2]
    if not all(bound is None or type(bound) is int for bound in bounds):
        return UNKNOWN
    for index in range(len(content))[slice(*bounds)]:
        if verdicts[index] is None:
            interpreter.doubt()  # it may not be there
            return UNKNOWN
        if verdicts[index]:
            return index
    raise raising("ValueError")


def copy(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    """A container of the same kind with the same content."""
    made = interpreter.overlay.new(receiver.kind, content)
    for name in ("default_factory", "maxlen"):
        own = interpreter.overlay.get((receiver.address, name))
        if own is not UNDEFINED:
            interpreter.overlay.set((made.address, name), own)
    return made


def _put(interpreter: Interpreter, receiver: Container, items: Value, from_left: bool = False) -> None:
    """Set a list's or deque's items, of which the latter may have a limit."""
    if isinstance(items, tuple) and (interpreter.widened or len(items) > SIZE_LIMIT):
        items = UNKNOWN
    if receiver.kind == "deque" and isinstance(items, tuple):
        limit = interpreter.overlay.get((receiver.address, "maxlen"))
        if isinstance(limit, int):
            items = (items[:limit] if from_left else items[-limit:]) if limit else ()
        elif limit is not UNDEFINED:
            items = UNKNOWN
    interpreter.overlay.set(receiver.address, items)


def _append(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    if isinstance(content, tuple):
        _put(interpreter, receiver, (*content, arguments.get(0, "object", UNKNOWN)))
    return None


def _append_left(
    interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site
) -> Value:
    if isinstance(content, tuple):
        _put(interpreter, receiver, (arguments.get(0, "object", UNKNOWN), *content), from_left=True)
    return None


def _extend(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    items = iterate(interpreter, arguments.get(0, "iterable", UNKNOWN))
    content = content_of(interpreter, receiver)
    _put(interpreter, receiver, (*content, *items) if items is not None and isinstance(content, tuple) else UNKNOWN)
    return None


def _insert(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    index = arguments.get(0, "index", UNKNOWN)
    changed: Value = UNKNOWN
    if isinstance(content, tuple) and isinstance(index, int):
        items = list(content)
        items.insert(index, arguments.get(1, "object", UNKNOWN))
        changed = tuple(items)
    _put(interpreter, receiver, changed)
    return None


def clear(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    """Nothing is in it any more."""
    interpreter.overlay.set(receiver.address, {} if receiver.kind in DICTS else ())
    return None


def _reverse(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    _put(interpreter, receiver, content[::-1] if isinstance(content, tuple) else UNKNOWN)
    return None


def _sort(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    from kls.program.iterables import in_order

    found = None
    if isinstance(content, tuple):
        key, reverse = arguments.keywords.get("key"), arguments.keywords.get("reverse", False)
        found = in_order(interpreter, list(content), key, reverse, site)
    interpreter.overlay.set(receiver.address, UNKNOWN if found is None else found)
    return None


def _remove(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    if not isinstance(content, tuple):
        interpreter.doubt()
        return None
    found = find(interpreter, content, "index", Arguments(arguments.positional[:1]))
    _put(interpreter, receiver, content[:found] + content[found + 1 :] if isinstance(found, int) else UNKNOWN)
    return None


def _pop(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    index = arguments.get(0, "index", -1)
    if not isinstance(content, tuple) or not isinstance(index, int) or interpreter.widened:
        interpreter.overlay.set(receiver.address, UNKNOWN)
        interpreter.doubt()
        return UNKNOWN
    if not -len(content) <= index < len(content):
        raise raising("IndexError")
    value = content[index]
    delete_item(interpreter, receiver, index)
    return value


def _pop_left(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    return _pop(interpreter, receiver, content, Arguments((0,)), site)


def _index(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    return find(interpreter, content, "index", arguments) if isinstance(content, tuple) else UNKNOWN


def _count(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    return find(interpreter, content, "count", arguments) if isinstance(content, tuple) else UNKNOWN


def _rotate(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    steps = arguments.get(0, "n", 1)
    known = isinstance(content, tuple) and isinstance(steps, int)
    turned = (*content[-steps % len(content) :], *content[: -steps % len(content)]) if known and content else content  # type: ignore[index, operator, arg-type]
    _put(interpreter, receiver, turned if known else UNKNOWN)
    return None


def _next(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    from kls.program.iterables import take_next

    return take_next(interpreter, Arguments((receiver,)), site)


def _lose(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    interpreter.overlay.set(receiver.address, UNKNOWN)
    interpreter.doubt()
    return UNKNOWN


ON_LIST: dict[str, Handler] = {
    "append": _append,
    "appendleft": _append_left,
    "extend": _extend,
    "insert": _insert,
    "clear": clear,
    "reverse": _reverse,
    "sort": _sort,
    "remove": _remove,
    "pop": _pop,
    "popleft": _pop_left,
    "index": _index,
    "count": _count,
    "copy": copy,
    "rotate": _rotate,
}
ON_ITERATOR: dict[str, Handler] = {"__next__": _next, "send": _lose}
