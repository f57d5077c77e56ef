"""Binding: to names, attributes, items and patterns of names."""

from __future__ import annotations

import ast

from kls.program.containers import item_of, iterate, set_item
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter, raising, site_of
from kls.program.setting import get_own, set_attribute
from kls.program.values import UNKNOWN, Container, Instance, Value


def assign(interpreter: Interpreter, target: ast.expr, value: Value, frame: Frame) -> None:
    """Bind `value` to an assignment target."""
    kind = type(target)
    if kind is ast.Name:
        frame.bind(target.id, value, interpreter.overlay)  # type: ignore[attr-defined]
        if type(value) in interpreter.library.tracked:
            is_global = frame.locals is None
            interpreter.library.named(interpreter, target.id, value, is_global, site_of(target, frame))  # type: ignore[attr-defined]
    elif kind is ast.Tuple or kind is ast.List:
        unpack(interpreter, target.elts, value, frame)  # type: ignore[attr-defined]
    elif isinstance(target, ast.Starred):
        assign(interpreter, target.value, value, frame)
    elif isinstance(target, ast.Attribute):
        receiver = interpreter.evaluate(target.value, frame)
        if type(value) in interpreter.library.tracked and isinstance(receiver, Instance):
            _replace(interpreter, target, get_own(interpreter, receiver, target.attr), value)
            interpreter.library.held(interpreter, receiver, target.attr, value)
        if type(receiver) in interpreter.library.tracked:
            interpreter.frame = frame
            interpreter.library.assigned(interpreter, receiver, target.attr, value, site_of(target, frame))
        set_attribute(interpreter, receiver, target.attr, value)
    elif isinstance(target, ast.Subscript):
        receiver = interpreter.evaluate(target.value, frame)
        index = interpreter.evaluate(target.slice, frame)
        if isinstance(target.value, ast.Attribute):
            interpreter.library.changed(interpreter, receiver, "=", site_of(target, frame), index)
        if type(value) in interpreter.library.tracked and isinstance(receiver, Container):
            _replace(interpreter, target, item_of(interpreter, receiver, index), value)
            interpreter.library.held(interpreter, receiver, index, value)
        set_item(interpreter, receiver, index, value)


def _replace(interpreter: Interpreter, target: ast.expr, old: Value, value: Value) -> None:
    """Tell the library that one of its values takes the place of another."""
    if type(old) in interpreter.library.tracked and old != value:
        interpreter.library.replaced(interpreter, old, value, ast.unparse(target))


def unpack(interpreter: Interpreter, targets: list[ast.expr], value: Value, frame: Frame) -> None:
    """Bind the items of `value` to several targets, one of which may be starred."""
    if type(value) in interpreter.library.tracked:
        interpreter.library.asked(interpreter, value, "items", site_of(targets[0], frame))
    star = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    items = iterate(interpreter, value, len(targets) if star is None else None)
    if items is None:
        interpreter.doubt()
    elif type(value) in (tuple, str, Container) and (
        len(items) != len(targets) if star is None else len(items) < len(targets) - 1
    ):
        raise raising("ValueError")
    if items is None or (len(items) != len(targets) if star is None else len(items) < len(targets) - 1):
        for target in targets:
            assign(interpreter, target, UNKNOWN, frame)
        return
    if star is not None:
        after = len(targets) - star - 1
        middle = tuple(items[star : len(items) - after])
        rest = items[len(items) - after :] if after else []
        items = [*items[:star], interpreter.overlay.new("list", middle), *rest]
    for target, item in zip(targets, items):
        assign(interpreter, target, item, frame)
