"""Class definitions and decorators."""

from __future__ import annotations

import ast

from kls.program.builtins import FIELDS
from kls.program.calls import call
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter, site_of
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Class, External, Function, Module, Value, Wrapped, head

DESCRIPTORS = {
    "builtins.property": "property",
    "functools.cached_property": "property",
    "builtins.staticmethod": "staticmethod",
    "builtins.classmethod": "classmethod",
}


def make_class(interpreter: Interpreter, node: ast.ClassDef, frame: Frame) -> Class:
    """Run a class body: what it binds becomes the class's attributes."""
    overlay = interpreter.overlay
    bases = tuple(interpreter.evaluate(base, frame) for base in node.bases if not isinstance(base, ast.Starred))
    address = overlay.allocate()
    cls = Class(node.name, address, bases, frame.module, ())
    cls = cls._replace(mro=linearise(cls, bases))
    body = Frame(frame.module, frame.piece, locals={}, closure=frame.captured(), outer=frame)
    body.is_class = True
    body.owner = cls
    interpreter.execute(node.body, body)
    for name, value in (body.locals or {}).items():
        overlay.set((address, name), value)
    overlay.set((address, "<annotations>"), _fields(node))
    return cls


def _fields(node: ast.ClassDef) -> tuple[str, ...]:
    return tuple(
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    )


def linearise(cls: Class, bases: tuple[Value, ...]) -> tuple[Value, ...]:
    """The method resolution order, by C3 (Python reference, `type.mro`); depth-first where C3 fails.

    `cls` stands at its head with an empty `mro` of its own, which keeps the value finite.
    """
    sequences = [list(base.mro) if isinstance(base, Class) else [base] for base in bases] + [list(bases)]
    sequences = [[head(entry) for entry in sequence] for sequence in sequences]
    result: list[Value] = [head(cls)]
    while any(sequences):
        sequences = [sequence for sequence in sequences if sequence]
        for sequence in sequences:
            candidate = sequence[0]
            if not any(candidate in other[1:] for other in sequences):
                break
        else:
            candidate = sequences[0][0]
        result.append(candidate)
        sequences = [[entry for entry in sequence if entry != candidate] for sequence in sequences]
    return tuple(result)


def decorated(interpreter: Interpreter, decorator: ast.expr, value: Value, frame: Frame) -> Value:
    """`@decorator`. A library's decorator is taken to keep the function's meaning (`@tf.function`, `@register...`)."""
    if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "getter", "deleter"):
        return frame.lookup(decorator.value.id, interpreter.overlay) if isinstance(decorator.value, ast.Name) else value
    function = interpreter.evaluate(decorator, frame)
    if isinstance(function, External):
        kind = DESCRIPTORS.get(function.name)
        if kind is not None:
            return Wrapped(kind, value)
    name = _decorator_name(interpreter, decorator, frame)
    if name in ("dataclasses.dataclass", "attr.s", "attrs.define", "attrs.frozen") and isinstance(value, Class):
        _make_dataclass(interpreter, value)
        return value
    if isinstance(function, Function):
        return call(interpreter, function, Arguments((value,)), site_of(decorator, frame))
    return value


def _decorator_name(interpreter: Interpreter, decorator: ast.expr, frame: Frame) -> str | None:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    value = interpreter.evaluate(target, frame) if isinstance(target, ast.Name | ast.Attribute) else UNKNOWN
    return value.name if isinstance(value, External | Module) else None


def _make_dataclass(interpreter: Interpreter, cls: Class) -> None:
    fields: dict[Value, None] = {}
    for base in reversed(cls.mro):
        if isinstance(base, Class):
            annotated = interpreter.overlay.get((base.address, "<annotations>"))
            if isinstance(annotated, tuple):
                fields.update(dict.fromkeys(annotated))
    interpreter.overlay.set((cls.address, FIELDS), tuple(fields))
