"""What is known of values, alone or side by side: truth, equality, order, identity and membership."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from kls.program.interpreter import Interpreter, raising
from kls.program.values import (
    CONSTANTS,
    NUMBERS,
    SIZE_LIMIT,
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

COMPARE: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("eq", operator.eq),
    ast.NotEq: ("ne", operator.ne),
    ast.Lt: ("lt", operator.lt),
    ast.LtE: ("le", operator.le),
    ast.Gt: ("gt", operator.gt),
    ast.GtE: ("ge", operator.ge),
}
IDENTITIES = (Instance, Container, Function, Class, External, Module)


def is_constant(value: Value) -> bool:
    """Whether the value is exactly known, all the way down."""
    kind = type(value)
    if kind is tuple:
        return all(is_constant(item) for item in value)  # type: ignore[attr-defined]
    return kind in CONSTANTS or kind is range


def is_key(value: Value) -> bool:
    """Whether the value can be looked up in a dict whose keys are known."""
    return is_constant(value) or (type(value) in IDENTITIES and not _is_compared(value))


def _is_compared(value: Value) -> bool:
    """Whether a value is not itself alone, or cannot be a key."""
    if type(value) is Container:
        return True
    cls = value.cls if type(value) is Instance else None
    return type(cls) is Class and any(type(base) is Class and base.marks & COMPARED for base in cls.mro)


COMPARED = frozenset({"__eq__", "__hash__", "@dataclass", "@tuple"})
"""Marks of classes whose objects are compared by what they hold."""


def truth(interpreter: Interpreter, value: Value) -> bool | None:
    """Whether the value is true; None where that is not known."""
    kind = type(value)
    if kind in CONSTANTS or kind in (tuple, range):
        return bool(value)
    if isinstance(value, Container):
        if value.kind in OBJECTS:
            return True
        content = interpreter.overlay.get(value.address)
        if value.kind == "array":
            return None
        return bool(content) if type(content) in (tuple, dict) else None
    if isinstance(value, Instance):
        from kls.program.protocols import truth_of

        return truth_of(interpreter, value)
    if isinstance(value, Either):
        found = {truth(interpreter, alternative) for alternative in value.values}
        return found.pop() if len(found) == 1 else None
    if kind in (Function, Class, Module) or (isinstance(value, External) and _is_object(interpreter, value)):
        return True
    interpreter.doubt()
    return None


def _is_object(interpreter: Interpreter, value: External) -> bool:
    """A module, class or function; what else comes from a library that is not known may be None or False."""
    last = value.name.rpartition(".")[2]
    is_class = last[:1].isupper() and not last.isupper()
    return (
        "." not in value.name or is_class or value.name.startswith("builtins.") or interpreter.library.knows(value.name)
    )


OBJECTS = frozenset({"iterator", "manager", "coroutine", "suppress", "nullcontext", "count", "cycle", "repeat"})
"""Kinds of containers that are true whatever they hold."""


def compare(interpreter: Interpreter, kind: type[ast.cmpop], left: Value, right: Value, site: Site) -> Value:
    """`left OP right`: True, False, UNKNOWN, or what the library makes of it."""
    if kind in (ast.Is, ast.IsNot):
        answer = _identical(interpreter, left, right)
        return UNKNOWN if answer is None else answer == (kind is ast.Is)
    if kind in (ast.In, ast.NotIn):
        answer = contains(interpreter, right, left)
        return UNKNOWN if answer is None else answer == (kind is ast.In)
    return compare_values(interpreter, COMPARE[kind][0], left, right, site)


FUNCTIONS = dict(COMPARE.values())


def compare_values(interpreter: Interpreter, name: str, left: Value, right: Value, site: Site) -> Value:
    """`left OP right` by the name of the operator: eq, ne, lt, le, gt, ge."""
    if isinstance(left, Either) or isinstance(right, Either):
        pairs = [(a, b) for a in alternatives(left) for b in alternatives(right)]
        return either(compare_values(interpreter, name, a, b, site) for a, b in pairs)
    found = interpreter.library.operator(interpreter, name, (left, right), site)
    if found is not UNDEFINED:
        return found
    if type(left) is tuple:
        interpreter.spend(len(left) >> 4)
    if is_constant(left) and is_constant(right):
        try:
            return bool(FUNCTIONS[name](left, right))
        except TypeError:
            raise raising("TypeError") from None
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _compare_objects(interpreter, name, left, right, site)
    if isinstance(left, Container) or isinstance(right, Container):
        return _compare_containers(interpreter, name, left, right)
    if type(left) is tuple and type(right) is tuple and name in ("eq", "ne"):
        known = _all_equal(interpreter, left, right)
        return UNKNOWN if known is None else known == (name == "eq")
    if name in ("eq", "ne") and type(left) in IDENTITIES and type(right) in (*IDENTITIES, *CONSTANTS, tuple):
        return (left == right) == (name == "eq")
    if name in ("eq", "ne") and type(right) in IDENTITIES and type(left) in (*CONSTANTS, tuple):
        return name == "ne"
    interpreter.doubt()
    return UNKNOWN


def _compare_objects(interpreter: Interpreter, name: str, left: Value, right: Value, site: Site) -> Value:
    from kls.program.protocols import compare_objects
    from kls.program.records import as_tuple, member_value

    found = compare_objects(interpreter, name, left, right)
    if found is not UNDEFINED:
        return found
    plain: list[Value] = []
    for value in (left, right):
        items, number = as_tuple(interpreter, value), member_value(interpreter, value)
        plain.append(items if items is not None else number if number is not UNDEFINED else value)
    if plain != [left, right]:
        return compare_values(interpreter, name, plain[0], plain[1], site)
    if name in ("eq", "ne") and left == right:
        return name == "eq"
    interpreter.doubt()
    return UNKNOWN


def _all_equal(interpreter: Interpreter, a: Sequence[Value], b: Sequence[Value]) -> bool | None:
    if len(a) != len(b):
        return False
    verdicts = {equal(interpreter, x, y) for x, y in zip(a, b)}
    return False if False in verdicts else None if None in verdicts else True


def equal(interpreter: Interpreter, a: Value, b: Value) -> bool | None:
    """Whether two values are equal as `in`, `index` and `==` of lists ask; None where it is not known."""
    if a is UNKNOWN or b is UNKNOWN:
        return None
    if same(a, b) and not isinstance(a, Either) and not (isinstance(a, float) and a != a):
        return True if type(a) is not Opaque else None
    answer = compare_values(interpreter, "eq", a, b, NOWHERE)
    return truth(interpreter, answer) if answer is not UNKNOWN else None


NOWHERE = Site("", ("", 0), 0, 0, 0, 0)


def _compare_containers(interpreter: Interpreter, name: str, left: Value, right: Value) -> Value:
    from kls.program.constants import NotKnown, realise
    from kls.program.containers import DICTS, content_of

    interpreter.step()
    if UNKNOWN in (left, right) or any(type(v) is Opaque for v in (left, right)):
        return UNKNOWN
    kinds = [value.kind if isinstance(value, Container) else type(value).__name__ for value in (left, right)]
    if "array" in kinds:
        return Opaque("array")
    if left == right and name in ("eq", "ne"):
        return name == "eq"
    groups = ["dict" if kind in DICTS else "set" if kind == "keys" else kind for kind in kinds]
    if name in ("eq", "ne") and groups[0] != groups[1]:
        return name == "ne"
    if not isinstance(left, Container) or not isinstance(right, Container):
        raise raising("TypeError")
    a, b = content_of(interpreter, left), content_of(interpreter, right)
    if name in ("eq", "ne") and groups[0] in ("list", "dict", "deque"):
        known: bool | None = None
        if isinstance(a, tuple) and isinstance(b, tuple):
            known = _all_equal(interpreter, a, b)
        elif isinstance(a, dict) and isinstance(b, dict) and all(is_key(key) for key in (*a, *b)):
            known = False if a.keys() != b.keys() else _all_equal(interpreter, list(a.values()), [b[k] for k in a])
        return UNKNOWN if known is None else known == (name == "eq")
    if name in ("eq", "ne") and "iterator" in kinds:
        return name == "ne"
    try:
        x, y = (
            set(v) if g == "set" else v
            for v, g in zip((realise(interpreter, left), realise(interpreter, right)), groups)
        )
        return bool(FUNCTIONS[name](x, y))
    except NotKnown:
        return UNKNOWN
    except TypeError:
        raise raising("TypeError") from None


def _identical(interpreter: Interpreter, left: Value, right: Value) -> bool | None:
    if isinstance(left, Either):
        found = {_identical(interpreter, one, right) for one in left.values}
        return found.pop() if len(found) == 1 else None
    if isinstance(right, Either):
        return _identical(interpreter, right, left)
    if left is UNKNOWN or right is UNKNOWN:
        return None
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        if any(isinstance(one, External) and not _is_object(interpreter, one) for one in (left, right)):
            return None
        if isinstance(left, Opaque) or isinstance(right, Opaque):
            return None if left is not None and right is not None else False
    return same(left, right)


def contains(interpreter: Interpreter, container: Value, item: Value) -> bool | None:
    """Whether `item in container`; None where that is not known."""
    if isinstance(item, Either):
        found = {contains(interpreter, container, one) for one in item.values}
        return found.pop() if len(found) == 1 else None
    if isinstance(container, Container):
        return _in_container(interpreter, container, item)
    if isinstance(container, Instance | Class):
        from kls.program.protocols import contains_object

        return contains_object(interpreter, container, item)
    if isinstance(container, str):
        if not isinstance(item, str):
            if is_constant(item):
                raise raising("TypeError")
            return None
        return item in container
    if type(container) is tuple:
        return _among(interpreter, container, item)
    if isinstance(container, (range, bytes)) and type(item) in NUMBERS:
        if len(container) > SIZE_LIMIT and type(item) is not int:
            return None  # Python would go through all of it
        return item in container
    if type(container) in (int, float, bool, type(None)):
        raise raising("TypeError")
    interpreter.doubt()
    return None


def _in_container(interpreter: Interpreter, container: Container, item: Value) -> bool | None:
    from kls.program.containers import DICTS, content_of, iterate

    if container.kind == "iterator":
        items = iterate(interpreter, container)
        return None if items is None else _among(interpreter, tuple(items), item)
    content = content_of(interpreter, container)
    if container.kind in DICTS or container.kind in ("set", "keys"):
        if isinstance(item, Container):
            raise raising("TypeError")
        if not isinstance(content, (tuple, dict)) or not is_key(item):
            return None
        if item in content:
            return True
        return False if all(is_key(one) for one in content) else None
    return _among(interpreter, content, item) if isinstance(content, tuple) else None


def _among(interpreter: Interpreter, items: tuple[Value, ...], item: Value) -> bool | None:
    """Whether an item is among others, by `==`."""
    verdict: bool | None = False
    for one in items:
        known = equal(interpreter, one, item)
        if known:
            return True
        if known is None:
            verdict = None
    return verdict
