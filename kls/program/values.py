"""Abstract values: exact constants, things made by the program, things of libraries, and Unknown, which is never a guess.

Values are immutable. What can change (globals, lists, attributes, a layer's inbound nodes) lives in the Store, and a
value names it by its address. Constants stand for themselves: int, float, str, bytes, bool, None, Ellipsis, tuple,
range, slice and frozenset are the Python objects.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Value: TypeAlias = object
"""Any abstract value. The alias says what an `object` stands for."""

Address: TypeAlias = tuple[object, ...]
"""Where a mutable thing lives in the store: (unit key, n)."""

NUMBERS = (int, float, bool, complex)
CONSTANTS = (*NUMBERS, str, bytes, type(None), type(...))
SIZE_LIMIT = 100_000
"""No constant longer than this is computed."""

EITHER_LIMIT = 4
"""An Either of more values than this is Unknown."""


class _Singleton:
    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


UNKNOWN = _Singleton("Unknown")
"""What the analysis does not know."""

UNDEFINED = _Singleton("Undefined")
"""No value at all: an unbound name, an absent key."""


class Site(NamedTuple):
    """A stretch of source, relative to the piece of text that it stands in, so that edits elsewhere do not move it.

    Lines are 1-based within the piece and columns are UTF-8 bytes, both as `ast` counts them.
    """

    module: str
    piece: tuple[str, int]
    line: int
    column: int
    end_line: int
    end_column: int


class Either(NamedTuple):
    """One of several values; which one depends on a condition that is not known."""

    values: tuple[Value, ...]


class External(NamedTuple):
    """Something of a library that is not interpreted, by its qualified name, such as `numpy.zeros`."""

    name: str


class Opaque(NamedTuple):
    """Data of a known kind and unknown content, such as what `numpy.zeros` returns: surely no object of the program's."""

    kind: str
    shape: Value = None
    """An array's shape, a tuple whose sizes may be UNKNOWN; None where it is not known."""


class Module(NamedTuple):
    """A module whose source is interpreted; its names are globals in the store."""

    name: str


class Container(NamedTuple):
    """A list, dict, set or iterator; its content is in the store: tuple, dict (treated as immutable) or UNKNOWN.

    The content of an iterator may be a Suspended.
    """

    kind: str
    address: Address


class Closure(NamedTuple):
    """The captured variables of one activation of a function, and of those around it."""

    address: Address
    names: frozenset[str]
    parent: Closure | None


@dataclass(frozen=True, eq=False)
class Code:
    """The source of a function: shared by all functions that evaluating it makes. Identity is identity of the text."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: str
    piece: tuple[str, int]
    qualname: str

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Code)
            and self.node is other.node
            and self.piece == other.piece
            and self.module == other.module
        )

    def __hash__(self) -> int:
        return hash((id(self.node), self.module))


class Function(NamedTuple):
    """A function of the program."""

    code: Code
    defaults: tuple[Value, ...]
    keyword_defaults: tuple[Value, ...]
    closure: Closure | None
    owner: Class | None = None
    """The class whose body defines it, which `super()` and `__class__` need."""


@dataclass(frozen=True)
class Suspended:
    """A generator that has not started: its function with the parameters bound."""

    function: Function
    values: tuple[tuple[str, Value], ...]


class Class(NamedTuple):
    """A class of the program; its attributes are in the store at (address, name)."""

    name: str
    address: Address
    bases: tuple[Value, ...]
    module: str
    mro: tuple[Value, ...]
    """Itself, then its ancestors in method resolution order; ends with the External bases."""
    marks: frozenset[str] = frozenset()
    """What its text says that changes how its objects are set and compared: its properties, `__eq__`, "@dataclass"."""


class Instance(NamedTuple):
    """An object; its attributes are in the store at (address, name). `cls` is a Class, or the External it was made by."""

    address: Address
    cls: Value


class BoundMethod(NamedTuple):
    """A function together with its `self` (or class)."""

    function: Value
    receiver: Value


class Method(NamedTuple):
    """A method, by name, of a value that the interpreter or the library knows: `[].append`, `model.get_layer`."""

    receiver: Value
    name: str


class Wrapped(NamedTuple):
    """A function under `property`, `staticmethod`, `classmethod`, `tf.function`, or a `partial` of it."""

    kind: str
    function: Value
    args: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


class Namespace(NamedTuple):
    """`globals()` of a module."""

    module: str


class Super(NamedTuple):
    """`super()`: attribute lookup on `receiver` that starts behind `after` in the method resolution order."""

    after: Class
    receiver: Value


def either(values: Iterable[Value]) -> Value:
    """The join of values: the one value, an Either of up to EITHER_LIMIT different ones, or UNKNOWN."""
    found: list[Value] = []
    for value in values:
        for alternative in value.values if type(value) is Either else (value,):
            if alternative is UNKNOWN:
                return UNKNOWN
            if not any(same(alternative, other) for other in found):
                found.append(alternative)
    if len(found) == 1:
        return found[0]
    return Either(tuple(found)) if 0 < len(found) <= EITHER_LIMIT else UNKNOWN


def same(a: Value, b: Value) -> bool:
    """Whether two values are the same one; unlike `==`, 1 is not True and not 1.0."""
    return a is b or (type(a) is type(b) and a == b)


def indistinguishable(a: Value, b: Value) -> bool:
    """Whether no program can tell two values apart: `same` all the way down, and dicts have their keys in one order."""
    if a is b:
        return True
    kind = type(a)
    if kind is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(indistinguishable, a, b))  # type: ignore[arg-type, call-overload]
    if kind is dict:
        return (
            len(a) == len(b)  # type: ignore[arg-type]
            and all(map(indistinguishable, a, b))  # type: ignore[call-overload]
            and all(map(indistinguishable, a.values(), b.values()))  # type: ignore[attr-defined]
        )
    if kind in (float, complex, range, slice, frozenset):
        return a == b and repr(a) == repr(b)
    fields = getattr(kind, "__dataclass_fields__", None)
    if fields is None or kind is Code:
        return a == b
    return all(indistinguishable(getattr(a, name), getattr(b, name)) for name in fields)


def alternatives(value: Value) -> tuple[Value, ...]:
    """The values that `value` may be."""
    return value.values if type(value) is Either else (value,)


def head(cls: Value) -> Value:
    """A class as it stands in a method resolution order: without bases and order of its own, which keeps values small."""
    return cls._replace(bases=(), mro=()) if type(cls) is Class else cls


def root_external(cls: Value) -> External | None:
    """The first library class that `cls` is or inherits from; None where it has none."""
    if type(cls) is External:
        return cls
    if type(cls) is Class:
        for base in cls.mro:
            if type(base) is External and base.name != "builtins.object":
                return base
    return None


def has_unknown_base(cls: Value) -> bool:
    """Whether a base of `cls` is not known, so that it may have any attribute."""
    return type(cls) is Class and any(base is UNKNOWN or type(base) is Either for base in cls.mro)
