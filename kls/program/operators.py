"""Operators on values: arithmetic and its like, in place too; what the library overloads goes to it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from kls.program.comparisons import is_constant, is_key, truth
from kls.program.interpreter import Interpreter, raising
from kls.program.sizes import bounded, fillable
from kls.program.values import (
    CONSTANTS,
    NUMBERS,
    SIZE_LIMIT,
    UNDEFINED,
    UNKNOWN,
    Container,
    Either,
    Instance,
    Opaque,
    Site,
    Value,
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
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _combine_objects(interpreter, name, function, left, right, site)
    if type(left) is str and name == "mod":
        return _old_format(interpreter, left, right)
    if isinstance(left, Container) or isinstance(right, Container):
        return _combine_containers(interpreter, name, left, right)
    if type(left) is tuple and type(right) is tuple and name == "add":
        return bounded(left + right)
    if name == "mul":
        for items, times in ((left, right), (right, left)):
            if type(items) is tuple and isinstance(times, int):
                return bounded(items * times) if len(items) * times <= SIZE_LIMIT else UNKNOWN
    if is_constant(left) and is_constant(right):
        return _compute(name, function, left, right)
    interpreter.doubt()
    if Opaque in (type(left), type(right)):
        return _combine_data(left, right)
    return UNKNOWN


def _combine_data(left: Value, right: Value) -> Value:
    """Arithmetic of data with data, or with numbers; that of two arrays may be of another shape."""
    for one, other in ((left, right), (right, left)):
        if type(one) is Opaque and one.kind == "array" and (type(other) in NUMBERS or other == one):
            return one
    return Opaque("array" if any(type(v) is Opaque and v.kind == "array" for v in (left, right)) else "number")


def _combine_objects(
    interpreter: Interpreter, name: str, function: Callable[[Any, Any], Any], left: Value, right: Value, site: Site
) -> Value:
    """Of objects: by their special methods, or as the tuple or number that they are."""
    from kls.program.protocols import operator_of
    from kls.program.records import as_tuple, member_value

    found = operator_of(interpreter, name, left, right)
    if found is not UNDEFINED:
        return found
    plain: list[Value] = []
    for value in (left, right):
        items, number = as_tuple(interpreter, value), member_value(interpreter, value)
        plain.append(items if items is not None else number if number is not UNDEFINED else value)
    if plain != [left, right]:
        return _combine(interpreter, name, function, plain[0], plain[1], site)
    interpreter.doubt()
    return UNKNOWN


def _old_format(interpreter: Interpreter, left: str, right: Value) -> Value:
    """`"%s" % value`."""
    from kls.program.constants import NotKnown, realise

    try:
        values = realise(interpreter, right)
    except NotKnown:
        return UNKNOWN
    if not fillable(left, "%", values):
        return UNKNOWN
    try:
        return bounded(left % values)
    except (TypeError, ValueError, KeyError) as error:
        raise raising(error) from None


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
    except Exception as error:
        raise raising(error) from None
    return bounded(result)


def _combine_containers(interpreter: Interpreter, name: str, left: Value, right: Value) -> Value:
    from kls.program.containers import content_of

    if any(isinstance(value, Container) and value.kind == "array" for value in (left, right)):
        return Opaque("array")
    a, b = content_of(interpreter, left), content_of(interpreter, right)
    kinds = {value.kind for value in (left, right) if isinstance(value, Container)}
    if isinstance(left, Container) and isinstance(right, Container) and kinds <= {"set", "keys"} and name in SETS:
        known = isinstance(a, tuple) and isinstance(b, tuple)
        return interpreter.overlay.new("set", combine_sets(name, a, b) if known else UNKNOWN)  # type: ignore[arg-type]
    if name == "or" and isinstance(left, Container) and isinstance(right, Container) and isinstance(b, dict):
        return interpreter.overlay.new(left.kind, {**a, **b} if isinstance(a, dict) else UNKNOWN)
    if name == "add" and kinds in ({"list"}, {"deque"}):
        if isinstance(left, Container) and isinstance(right, Container):
            known = isinstance(a, tuple) and isinstance(b, tuple) and len(a) + len(b) <= SIZE_LIMIT
            return interpreter.overlay.new(left.kind, a + b if known else UNKNOWN)  # type: ignore[operator]
    elif name == "mul" and kinds == {"list"}:
        items, times = (a, right) if isinstance(left, Container) else (b, left)
        if type(times) in (int, bool):
            known = isinstance(items, tuple) and len(items) * max(times, 0) <= SIZE_LIMIT  # type: ignore[call-overload]
            return interpreter.overlay.new("list", items * times if known else UNKNOWN)  # type: ignore[operator]
        if times is UNKNOWN:
            return interpreter.overlay.new("list", UNKNOWN)
    exact = all(type(value) in (*CONSTANTS, tuple, Container) for value in (left, right))
    if exact and kinds <= COMMON and not (kinds <= {"set", "keys", "items"} and name in SETS):
        raise raising("TypeError")
    interpreter.doubt()
    return UNKNOWN


COMMON = frozenset({"list", "dict", "set", "iterator", "keys", "values", "items"})
"""Kinds of containers whose operators are all known here."""

SETS = frozenset({"and", "or", "sub", "xor"})
"""Operators of sets."""


def combine_sets(name: str, a: tuple[Value, ...], b: tuple[Value, ...]) -> Value:
    """The items of `a OP b`; UNKNOWN where it is not known which of them are equal."""
    if not all(is_key(item) for item in (*a, *b)):
        return UNKNOWN
    if name == "and":
        return tuple(item for item in a if item in b)
    if name == "or":
        return tuple(dict.fromkeys((*a, *b)))
    left = tuple(item for item in a if item not in b)
    return left if name == "sub" else (*left, *(item for item in b if item not in a))


def augmented(interpreter: Interpreter, kind: type[ast.operator], left: Value, right: Value, site: Site) -> Value:
    """`left OP= right`; a list is extended in place."""
    from kls.program.containers import content_of, iterate

    if type(left) is Either and any(type(one) in (Container, Instance) for one in left.values):
        return interpreter.choose(left, lambda one: augmented(interpreter, kind, one, right, site))
    if isinstance(left, Instance):
        from kls.program.protocols import call_special

        found = call_special(interpreter, left, f"__i{BINARY[kind][0]}__", (right,))
        if found is not UNDEFINED:
            return found
    if isinstance(left, Container) and left.kind in ("list", "deque") and kind is ast.Add:
        items = iterate(interpreter, right)
        content = content_of(interpreter, left)
        known = isinstance(content, tuple) and items is not None and not interpreter.widened
        known = known and len(content) + len(items) <= SIZE_LIMIT  # type: ignore[arg-type]
        interpreter.overlay.set(left.address, (*content, *items) if known else UNKNOWN)  # type: ignore[misc]
        return left
    if isinstance(left, Container) and left.kind in ("set", "dict", "list", "defaultdict", "OrderedDict"):
        made = binary(interpreter, kind, left, right, site)
        if isinstance(made, Container):
            interpreter.overlay.set(left.address, content_of(interpreter, made))
            return left
        interpreter.overlay.set(left.address, UNKNOWN)
        return left if made is UNKNOWN else made
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
            raise raising("TypeError") from None
        return result
    if isinstance(operand, Instance):
        from kls.program.protocols import call_special

        own = call_special(interpreter, operand, f"__{name}__")
        if own is not UNDEFINED:
            return own
    if type(operand) in (str, bytes, tuple, type(None)):
        raise raising("TypeError")
    interpreter.doubt()
    return operand if type(operand) is Opaque else UNKNOWN
