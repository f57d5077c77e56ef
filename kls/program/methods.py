"""Methods of lists, dicts, sets, tuples and strings."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from kls.program import arrays
from kls.program.comparisons import equal, is_constant, is_key
from kls.program.constants import computed
from kls.program.containers import DICTS, as_set, content_of, delete_item, elements, iterate
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.operators import combine_sets
from kls.program.values import SIZE_LIMIT, UNDEFINED, UNKNOWN, Container, Either, Namespace, Site, Value, either

PLAIN = (str, bytes, tuple, int, float, dict, bool, range, complex, Namespace)
"""Types whose methods are computed on constants."""

CHANGES = frozenset({"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"})
"""Methods that change a list."""

Handler = Callable[[Interpreter, Container, Value, Arguments, Site], Value]


def call_method(interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments, site: Site) -> Value:
    """`receiver.name(...)` of a built-in type.

    Raises:
        ProgramRaises: it raises.
    """
    if isinstance(receiver, Namespace):
        return _on_namespace(interpreter, receiver, name, arguments)
    if not isinstance(receiver, Container):
        return _on_constant(interpreter, receiver, name, arguments)
    if receiver.kind == "array":
        return arrays.call_method(interpreter, receiver, name, arguments)
    content = content_of(interpreter, receiver)
    if name in CHANGES and _is_of_attribute(interpreter):
        interpreter.library.changed(interpreter, receiver, name, site)
    if receiver.kind in DICTS:
        handler = ON_DICT.get(name)
    elif receiver.kind == "set":
        handler = ON_SET.get(name)
    else:
        handler = ON_LIST.get(name)
    if receiver.kind == "iterator":
        handler = {"__next__": _next, "send": _lose}.get(name, handler)
    if handler is None or not arguments.exact:
        if name not in READS:
            interpreter.overlay.set(receiver.address, UNKNOWN)
        interpreter.doubt()
        return UNKNOWN
    return handler(interpreter, receiver, content, arguments, site)


READS = frozenset({"get", "keys", "values", "items", "copy", "index", "count", "issubset", "issuperset", "isdisjoint"})
"""Methods that change nothing."""


def _is_of_attribute(interpreter: Interpreter) -> bool:
    """Whether the receiver of the method called is spelled as an attribute, as in `model.layers.pop()`."""
    function = interpreter.calling[0].func if interpreter.calling is not None else None
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Attribute)


def _on_constant(interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments) -> Value:
    if not arguments.exact:
        return UNKNOWN
    if isinstance(receiver, str) and name == "join" and arguments.positional:
        items = elements(interpreter, arguments.positional[0])
        if items is not None and any(is_constant(item) and not isinstance(item, str) for item in items):
            raise raising("TypeError")
        source = arguments.positional[0]
        several = items is not None and len(items) > 1 and isinstance(source, Container) and source.kind == "set"
        known = items is not None and not several and all(isinstance(item, str) for item in items)
        if not known or len(receiver) * len(items or ()) + sum(map(len, items or ())) > SIZE_LIMIT:  # type: ignore[arg-type]
            return UNKNOWN
        return receiver.join(items)  # type: ignore[arg-type]
    if type(receiver) is tuple and name in ("index", "count"):
        return _find(interpreter, receiver, name, arguments)
    if isinstance(receiver, str) and name == "format":
        return _formatted(interpreter, receiver, arguments)
    method = getattr(receiver, name, None)
    if method is None:
        raise raising("AttributeError")
    if not is_constant(receiver):
        return UNKNOWN
    return computed(interpreter, method, arguments)


def _formatted(interpreter: Interpreter, receiver: str, arguments: Arguments) -> Value:
    """`"...".format(...)`: objects of the program's are shown as they say."""
    from kls.program.builtins import text_of
    from kls.program.values import Instance

    def plain(value: Value) -> Value:
        return text_of(interpreter, value, ord("s"), "") if isinstance(value, Instance) else value

    positional = tuple(plain(value) for value in arguments.positional)
    keywords = {name: plain(value) for name, value in arguments.keywords.items()}
    return computed(interpreter, receiver.format, Arguments(positional, keywords))


def _find(interpreter: Interpreter, content: tuple[Value, ...], name: str, arguments: Arguments) -> Value:
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


# ---- lists and deques


def _copy(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
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


def _clear(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
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
    found = _find(interpreter, content, "index", Arguments(arguments.positional[:1]))
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
    return _find(interpreter, content, "index", arguments) if isinstance(content, tuple) else UNKNOWN


def _count(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    return _find(interpreter, content, "count", arguments) if isinstance(content, tuple) else UNKNOWN


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


# ---- sets


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


# ---- dicts


def _view(kind: str) -> Handler:
    def show(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
        return Container(kind, receiver.address)

    return show


def _update(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    from kls.program.constructors import pairs_of

    source: Value = {}
    if arguments.positional:
        if receiver.kind == "Counter":
            interpreter.overlay.set(receiver.address, UNKNOWN)
            return None
        source = pairs_of(interpreter, arguments.positional[0])
    known = isinstance(source, dict) and isinstance(content, dict)
    changed: Value = {**content, **source, **arguments.keywords} if known else UNKNOWN  # type: ignore[dict-item]
    interpreter.overlay.set(receiver.address, changed)
    return None


def _look_up(name: str) -> Handler:
    """`get`, `pop` and `setdefault`."""

    def find(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
        key, default = arguments.get(0, "key", UNKNOWN), arguments.get(1, "default", None)
        if isinstance(key, Either):
            key = UNKNOWN
        if not isinstance(content, dict) or not is_key(key) or not all(is_key(one) for one in content):
            return _look_up_unknown(interpreter, receiver, content, name, key, default, arguments)
        if key in content:
            if name == "pop":
                delete_item(interpreter, receiver, key)
            return content[key]
        if name == "pop" and len(arguments.positional) < 2:
            raise raising("KeyError")
        if name == "setdefault":
            interpreter.overlay.set(receiver.address, {**content, key: default})
        return default

    return find


def _look_up_unknown(
    interpreter: Interpreter,
    receiver: Container,
    content: Value,
    name: str,
    key: Value,
    default: Value,
    arguments: Arguments,
) -> Value:
    if name != "get":
        interpreter.overlay.set(receiver.address, UNKNOWN)
    if name == "pop" and len(arguments.positional) < 2:
        interpreter.doubt()
    if isinstance(content, dict) and name == "get" and len(content) < 4:
        return either([*content.values(), default])
    return UNKNOWN


def _pop_item(interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site) -> Value:
    if not isinstance(content, dict):
        interpreter.overlay.set(receiver.address, UNKNOWN)
        interpreter.doubt()
        return UNKNOWN
    if not content:
        raise raising("KeyError")
    last = arguments.get(0, "last", True)
    if not isinstance(last, bool):
        interpreter.overlay.set(receiver.address, UNKNOWN)
        return UNKNOWN
    key = list(content)[-1 if last else 0]
    interpreter.overlay.set(receiver.address, {k: v for k, v in content.items() if k != key})
    return (key, content[key])


def _move_to_end(
    interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site
) -> Value:
    key, last = arguments.get(0, "key", UNKNOWN), arguments.get(1, "last", True)
    if not isinstance(content, dict) or not is_key(key) or not isinstance(last, bool):
        interpreter.overlay.set(receiver.address, UNKNOWN)
        return None
    if key not in content:
        raise raising("KeyError")
    rest = {k: v for k, v in content.items() if k != key}
    changed = {**rest, key: content[key]} if last else {key: content[key], **rest}
    interpreter.overlay.set(receiver.address, changed)
    return None


def _most_common(
    interpreter: Interpreter, receiver: Container, content: Value, arguments: Arguments, site: Site
) -> Value:
    count = arguments.get(0, "n")
    if not isinstance(content, dict) or not all(isinstance(v, int) for v in content.values()):
        return UNKNOWN
    if count is not None and not isinstance(count, int):
        return UNKNOWN
    counts: dict[object, Any] = dict(content)
    ordered = sorted(counts.items(), key=lambda pair: pair[1], reverse=True)
    return interpreter.overlay.new("list", tuple(ordered if count is None else ordered[:count]))


def _on_namespace(interpreter: Interpreter, receiver: Namespace, name: str, arguments: Arguments) -> Value:
    """`globals().get(name)`."""
    key = arguments.get(0, "key", UNKNOWN)
    if name != "get" or not isinstance(key, str):
        return UNKNOWN
    found = interpreter.overlay.get(("g", receiver.module, key))
    return arguments.get(1, "default", None) if found is UNDEFINED else found


ON_LIST: dict[str, Handler] = {
    "append": _append,
    "appendleft": _append_left,
    "extend": _extend,
    "insert": _insert,
    "clear": _clear,
    "reverse": _reverse,
    "sort": _sort,
    "remove": _remove,
    "pop": _pop,
    "popleft": _pop_left,
    "index": _index,
    "count": _count,
    "copy": _copy,
    "rotate": _rotate,
}
ON_SET: dict[str, Handler] = {
    "add": _add,
    "discard": _discard,
    "remove": _remove_from_set,
    "pop": _pop_from_set,
    "clear": _clear,
    "copy": _copy,
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
ON_DICT: dict[str, Handler] = {
    "keys": _view("keys"),
    "values": _view("values"),
    "items": _view("items"),
    "copy": _copy,
    "clear": _clear,
    "update": _update,
    "get": _look_up("get"),
    "pop": _look_up("pop"),
    "setdefault": _look_up("setdefault"),
    "popitem": _pop_item,
    "move_to_end": _move_to_end,
    "most_common": _most_common,
}
