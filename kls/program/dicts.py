"""Methods of dicts, and of those of the module `collections`."""

from __future__ import annotations

from typing import Any

from kls.program.comparisons import is_key
from kls.program.containers import delete_item
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.lists import Handler, clear, copy
from kls.program.values import UNKNOWN, Container, Either, Site, Value, either


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


ON_DICT: dict[str, Handler] = {
    "keys": _view("keys"),
    "values": _view("values"),
    "items": _view("items"),
    "copy": copy,
    "clear": clear,
    "update": _update,
    "get": _look_up("get"),
    "pop": _look_up("pop"),
    "setdefault": _look_up("setdefault"),
    "popitem": _pop_item,
    "move_to_end": _move_to_end,
    "most_common": _most_common,
}
