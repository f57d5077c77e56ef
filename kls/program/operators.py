"""Operators on known constants, and the truth of values; what the library overloads goes to it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from kls.program.interpreter import Interpreter, ProgramRaises
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Class,
    Container,
    Either,
    External,
    Function,
    Instance,
    Module,
    Opaque,
    Site,
    Value,
    alternatives,
    either,
    same,
)

BINARY: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("sub", operator.sub),
    ast.Mult: ("mul", operator.mul),
    ast.Div: ("truediv", operator.truediv),
    ast.FloorDiv: ("floordiv", operator.floordiv),
    ast.Mod: ("mod", operator.mod),
    ast.Pow: ("pow", operator.pow),
    ast.MatMult: ("matmul", operator.matmul),
    ast.BitAnd: ("and", operator.and_),
    ast.BitOr: ("or", operator.or_),
    ast.BitXor: ("xor", operator.xor),
    ast.LShift: ("lshift", operator.lshift),
    ast.RShift: ("rshift", operator.rshift),
}
UNARY: dict[type[ast.unaryop], tuple[str, Callable[[Any], Any]]] = {
    ast.USub: ("neg", operator.neg),
    ast.UAdd: ("pos", operator.pos),
    ast.Invert: ("invert", operator.invert),
}
COMPARE: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("eq", operator.eq),
    ast.NotEq: ("ne", operator.ne),
    ast.Lt: ("lt", operator.lt),
    ast.LtE: ("le", operator.le),
    ast.Gt: ("gt", operator.gt),
    ast.GtE: ("ge", operator.ge),
}
NUMBERS = (int, float, bool, complex)
CONSTANTS = (*NUMBERS, str, bytes, type(None), type(...))
IDENTITIES = (Instance, Container, Function, Class, External, Module)
SIZE_LIMIT = 100_000
"""No constant longer than this is computed."""


def is_constant(value: Value) -> bool:
    """Whether the value is exactly known, all the way down."""
    kind = type(value)
    if kind is tuple:
        return all(is_constant(item) for item in value)  # type: ignore[attr-defined]
    return kind in CONSTANTS or kind in (range, frozenset)


def is_key(value: Value) -> bool:
    """Whether the value can be looked up in a dict whose keys are known."""
    return is_constant(value) or type(value) in IDENTITIES


def truth(interpreter: Interpreter, value: Value) -> bool | None:
    """Whether the value is true; None where that is not known."""
    kind = type(value)
    if kind in CONSTANTS or kind in (tuple, range, frozenset):
        return bool(value)
    if isinstance(value, Container):
        content = interpreter.overlay.get(value.address)
        return bool(content) if isinstance(content, (tuple, dict)) else None
    if isinstance(value, Either):
        found = {truth(interpreter, alternative) for alternative in value.values}
        return found.pop() if len(found) == 1 else None
    if kind in (Function, Class, External, Module, Instance):
        return True
    return None


def binary(interpreter: Interpreter, kind: type[ast.operator], left: Value, right: Value, site: Site) -> Value:
    """`left OP right`."""
    name, function = BINARY[kind]
    return _combine(interpreter, name, function, left, right, site)


def _combine(
    interpreter: Interpreter, name: str, function: Callable[[Any, Any], Any], left: Value, right: Value, site: Site
) -> Value:
    found = interpreter.library.operator(interpreter, name, (left, right), site)
    if found is not UNDEFINED:
        return found
    if isinstance(left, Either):
        return interpreter.choose(left, lambda one: _combine(interpreter, name, function, one, right, site))
    if isinstance(right, Either):
        return interpreter.choose(right, lambda one: _combine(interpreter, name, function, left, one, site))
    if isinstance(left, Container) or isinstance(right, Container):
        return _combine_containers(interpreter, name, left, right)
    if type(left) is tuple and type(right) is tuple and name == "add":
        return left + right
    if type(left) is tuple and type(right) is int and name == "mul":
        return left * right if len(left) * max(right, 0) <= SIZE_LIMIT else UNKNOWN
    if is_constant(left) and is_constant(right):
        return _compute(name, function, left, right)
    if type(left) is str and name == "mod":
        return UNKNOWN
    return Opaque("number") if Opaque in (type(left), type(right)) else UNKNOWN


def _compute(name: str, function: Callable[[Any, Any], Any], left: Any, right: Any) -> Value:
    if name in ("pow", "lshift") and isinstance(right, int) and abs(right) > 512:
        return UNKNOWN
    if name == "mul" and (
        (isinstance(left, (str, bytes)) and isinstance(right, int) and len(left) * right > SIZE_LIMIT)
        or (isinstance(right, (str, bytes)) and isinstance(left, int) and len(right) * left > SIZE_LIMIT)
    ):
        return UNKNOWN
    if isinstance(left, int) and isinstance(right, int) and max(abs(left), abs(right)) > 10**100:
        return UNKNOWN
    try:
        result: Value = function(left, right)
    except Exception:
        raise ProgramRaises from None
    return result


def _combine_containers(interpreter: Interpreter, name: str, left: Value, right: Value) -> Value:
    from kls.program.containers import content_of

    if any(isinstance(value, Container) and value.kind == "array" for value in (left, right)):
        return Opaque("array")
    a, b = content_of(interpreter, left), content_of(interpreter, right)
    if name == "add" and isinstance(left, Container) and left.kind == "list":
        known = isinstance(a, tuple) and isinstance(b, tuple)
        return interpreter.overlay.new("list", a + b if known else UNKNOWN)  # type: ignore[operator]
    if name == "mul":
        items, times = (a, right) if isinstance(left, Container) else (b, left)
        known = isinstance(items, tuple) and type(times) is int and len(items) * times <= SIZE_LIMIT
        return interpreter.overlay.new("list", items * times if known else UNKNOWN)  # type: ignore[operator]
    if name == "or" and isinstance(a, dict) and isinstance(b, dict):
        return interpreter.overlay.new("dict", {**a, **b})
    return UNKNOWN


def augmented(interpreter: Interpreter, kind: type[ast.operator], left: Value, right: Value, site: Site) -> Value:
    """`left OP= right`; a list is extended in place."""
    from kls.program.containers import content_of, iterate

    if isinstance(left, Container) and left.kind == "list" and kind is ast.Add:
        content, items = content_of(interpreter, left), iterate(interpreter, right)
        known = isinstance(content, tuple) and items is not None
        interpreter.overlay.set(left.address, (*content, *items) if known else UNKNOWN)  # type: ignore[misc]
        return left
    return binary(interpreter, kind, left, right, site)


def unary(interpreter: Interpreter, kind: type[ast.unaryop], operand: Value, site: Site) -> Value:
    """`OP operand`."""
    if kind is ast.Not:
        known = truth(interpreter, operand)
        return UNKNOWN if known is None else not known
    name, function = UNARY[kind]
    found = interpreter.library.operator(interpreter, name, (operand,), site)
    if found is not UNDEFINED:
        return found
    if type(operand) in NUMBERS:
        try:
            result: Value = function(operand)
        except TypeError:
            raise ProgramRaises from None
        return result
    return UNKNOWN


def compare(interpreter: Interpreter, kind: type[ast.cmpop], left: Value, right: Value, site: Site) -> Value:
    """`left OP right`: True, False, UNKNOWN, or what the library makes of it."""
    if kind in (ast.Is, ast.IsNot):
        answer = _identical(left, right)
        return UNKNOWN if answer is None else answer == (kind is ast.Is)
    if kind in (ast.In, ast.NotIn):
        answer = contains(interpreter, right, left)
        return UNKNOWN if answer is None else answer == (kind is ast.In)
    name, function = COMPARE[kind]
    if isinstance(left, Either) or isinstance(right, Either):
        pairs = [(a, b) for a in alternatives(left) for b in alternatives(right)]
        return either(compare(interpreter, kind, a, b, site) for a, b in pairs)
    found = interpreter.library.operator(interpreter, name, (left, right), site)
    if found is not UNDEFINED:
        return found
    if is_constant(left) and is_constant(right):
        try:
            return bool(function(left, right))
        except TypeError:
            raise ProgramRaises from None
    if name in ("eq", "ne") and isinstance(left, Container) and isinstance(right, Container):
        a, b = interpreter.overlay.get(left.address), interpreter.overlay.get(right.address)
        if is_constant(a) and is_constant(b):
            return (a == b) == (name == "eq")
    if name in ("eq", "ne") and type(left) in IDENTITIES and type(right) in (*IDENTITIES, *CONSTANTS):
        return (left == right) == (name == "eq") if left == right or type(left) is not Instance else UNKNOWN
    return UNKNOWN


def _identical(left: Value, right: Value) -> bool | None:
    if isinstance(left, Either):
        found = {_identical(one, right) for one in left.values}
        return found.pop() if len(found) == 1 else None
    if isinstance(right, Either):
        return _identical(right, left)
    if left is UNKNOWN or right is UNKNOWN:
        return None
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        return (
            same(left, right)
            if not isinstance(left, Opaque) and not isinstance(right, Opaque)
            else None
            if (left is not None and right is not None)
            else False
        )
    return same(left, right)


def contains(interpreter: Interpreter, container: Value, item: Value) -> bool | None:
    """Whether `item in container`; None where that is not known."""
    if isinstance(item, Either):
        found = {contains(interpreter, container, one) for one in item.values}
        return found.pop() if len(found) == 1 else None
    if isinstance(container, Container):
        container = interpreter.overlay.get(container.address)
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, (tuple, dict, range, frozenset)):
        if is_key(item) and any(same(item, one) or (is_constant(one) and one == item) for one in container):
            return True
        return False if is_key(item) and all(is_key(one) for one in container) else None
    return None
