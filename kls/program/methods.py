"""Methods of lists, dicts, sets, tuples and strings."""

from __future__ import annotations

import ast

from kls.program.containers import content_of, delete_item, iterate
from kls.program.interpreter import Interpreter, ProgramRaises
from kls.program.library import Arguments
from kls.program.operators import is_constant, is_key
from kls.program.values import UNKNOWN, Container, Site, Value, either, same

PLAIN = (str, bytes, tuple, int, float, dict, bool)
"""Types whose methods are computed on constants."""

FORGETS = frozenset({"sort", "remove", "intersection_update", "difference_update", "symmetric_difference_update"})
"""Methods that change a container in a way that is not followed."""


CHANGES = frozenset({"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"})
"""Methods that change a list."""


def call_method(interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments, site: Site) -> Value:
    """`receiver.name(...)` of a built-in type."""
    if not isinstance(receiver, Container):
        return _on_constant(interpreter, receiver, name, arguments)
    content = content_of(interpreter, receiver)
    if name in CHANGES and _is_of_attribute(interpreter):
        interpreter.library.changed(interpreter, receiver, name, site)
    if not arguments.exact:
        interpreter.overlay.set(receiver.address, UNKNOWN)
        return UNKNOWN
    if receiver.kind in ("dict", "defaultdict"):
        return _on_dict(interpreter, receiver, content, name, arguments)
    return _on_sequence(interpreter, receiver, content, name, arguments)


def _is_of_attribute(interpreter: Interpreter) -> bool:
    """Whether the receiver of the method called is spelled as an attribute, as in `model.layers.pop()`."""
    function = interpreter.calling[0].func if interpreter.calling is not None else None
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Attribute)


def _on_constant(interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments) -> Value:
    if isinstance(receiver, str) and name == "join" and arguments.positional:
        items = iterate(interpreter, arguments.positional[0])
        return receiver.join(items) if items is not None and all(isinstance(i, str) for i in items) else UNKNOWN  # type: ignore[arg-type]
    values = (*arguments.positional, *arguments.keywords.values())
    if (not is_constant(receiver) and type(receiver) is not tuple) or not all(is_constant(v) for v in values):
        return UNKNOWN
    method = getattr(receiver, name, None)
    if method is None:
        raise ProgramRaises
    try:
        result = method(*arguments.positional, **arguments.keywords)
    except Exception:
        raise ProgramRaises from None
    if isinstance(result, list):
        return interpreter.overlay.new("list", tuple(result))
    return result if is_constant(result) else UNKNOWN


def _on_sequence(
    interpreter: Interpreter, receiver: Container, content: Value, name: str, arguments: Arguments
) -> Value:
    store = interpreter.overlay
    first = arguments.positional[0] if arguments.positional else UNKNOWN
    if name == "copy":
        return store.new(receiver.kind, content)
    if not isinstance(content, tuple):
        return UNKNOWN
    if name in ("append", "add", "appendleft"):
        if interpreter.widened:
            store.set(receiver.address, UNKNOWN)
        elif name == "appendleft":
            store.set(receiver.address, (first, *content))
        elif name == "append" or first not in content:
            store.set(receiver.address, (*content, first))
        return None
    if name in ("extend", "update"):
        items = iterate(interpreter, first)
        known = items is not None and not interpreter.widened
        store.set(receiver.address, (*content, *items) if known else UNKNOWN)  # type: ignore[misc]
        return None
    if name in ("insert", "reverse", "clear", *FORGETS):
        store.set(receiver.address, _rearranged(content, name, arguments))
        return None
    if name in ("pop", "popleft"):
        index = 0 if name == "popleft" else first if arguments.positional else -1
        if not isinstance(index, int) or interpreter.widened:
            store.set(receiver.address, UNKNOWN)
            return UNKNOWN
        if not -len(content) <= index < len(content):
            raise ProgramRaises
        value = content[index]
        delete_item(interpreter, receiver, index)
        return value
    if name == "index":
        found = next((i for i, item in enumerate(content) if same(item, first)), None)
        return UNKNOWN if found is None else found
    if name == "count" and is_key(first) and all(is_key(item) for item in content):
        return content.count(first)
    return UNKNOWN


def _rearranged(content: tuple[Value, ...], name: str, arguments: Arguments) -> Value:
    if name == "clear":
        return ()
    if name == "reverse":
        return content[::-1]
    if name == "insert" and len(arguments.positional) == 2 and isinstance(arguments.positional[0], int):
        items = list(content)
        items.insert(arguments.positional[0], arguments.positional[1])
        return tuple(items)
    if name == "sort" and not arguments.keywords and all(is_constant(item) for item in content):
        try:
            return tuple(sorted(content))  # type: ignore[type-var]
        except TypeError:
            raise ProgramRaises from None
    if name == "remove" and arguments.positional:
        index = next((i for i, item in enumerate(content) if same(item, arguments.positional[0])), None)
        return UNKNOWN if index is None else content[:index] + content[index + 1 :]
    return UNKNOWN


def _on_dict(interpreter: Interpreter, receiver: Container, content: Value, name: str, arguments: Arguments) -> Value:
    store = interpreter.overlay
    if name == "copy":
        return store.new("dict", content)
    if not isinstance(content, dict):
        return UNKNOWN
    if name == "keys":
        return store.new("list", tuple(content))
    if name == "values":
        return store.new("list", tuple(content.values()))
    if name == "items":
        return store.new("list", tuple(content.items()))
    if name == "clear":
        store.set(receiver.address, {})
        return None
    if name == "update":
        source = content_of(interpreter, arguments.positional[0]) if arguments.positional else {}
        known = isinstance(source, dict)
        store.set(receiver.address, {**content, **source, **arguments.keywords} if known else UNKNOWN)  # type: ignore[dict-item]
        return None
    if name in ("get", "pop", "setdefault") and arguments.positional:
        return _look_up(interpreter, receiver, content, name, arguments)
    return UNKNOWN


def _look_up(
    interpreter: Interpreter, receiver: Container, content: dict[object, Value], name: str, arguments: Arguments
) -> Value:
    key = arguments.positional[0]
    default = arguments.get(1, "default", None)
    if not is_key(key):
        if name != "get":
            interpreter.overlay.set(receiver.address, UNKNOWN)
        return either([*content.values(), default]) if name == "get" and len(content) < 4 else UNKNOWN
    if key in content:
        if name == "pop":
            delete_item(interpreter, receiver, key)
        return content[key]
    if name == "pop" and len(arguments.positional) < 2:
        raise ProgramRaises
    if name == "setdefault":
        interpreter.overlay.set(receiver.address, {**content, key: default})
    return default
