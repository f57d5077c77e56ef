"""numpy, as far as shapes and numbers are constants: what an array holds is not followed, its shape is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kls.program.values import UNDEFINED, UNKNOWN, Container, Method, Opaque, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter
    from kls.program.library import Arguments

Shape = tuple[Value, ...]

FILLED = frozenset({"zeros", "ones", "empty", "full", "random.random", "random.random_sample", "random.sample"})
"""Functions whose first argument is the shape."""

SIZED = {"random.normal": 2, "random.uniform": 2, "random.randint": 2, "random.choice": 1}
"""Functions that take the shape as `size`, and its position."""

LIKE = frozenset({"zeros_like", "ones_like", "empty_like", "full_like"})
SAME = frozenset(
    "exp log sqrt abs absolute sign square tanh sin cos clip round ascontiguousarray float32 nan_to_num copy".split()
)
"""Functions whose result has the shape of their first argument."""

KEEPS = frozenset({"astype", "copy", "clip", "round", "cumsum"})
"""Methods whose result has the shape of the array."""


def array(shape: Value = None) -> Opaque:
    """An array of this shape, None where it is not known."""
    return Opaque("array", shape if type(shape) is tuple else None)


def as_shape(interpreter: Interpreter, value: Value) -> Value:
    """A shape as the program passes it: a number or a sequence of numbers; None where it is not known."""
    from kls.program.containers import content_of

    if type(value) is int:
        return (value,)
    content = content_of(interpreter, value)
    if not isinstance(content, tuple):
        return None
    return tuple(size if type(size) is int else UNKNOWN for size in content)


def shape_of(interpreter: Interpreter, value: Value) -> Value:
    """The shape of an array or of nested lists; None where it is not known."""
    from kls.program.containers import content_of

    if type(value) is Opaque:
        return value.shape
    if type(value) in (int, float, bool):
        return ()
    content = content_of(interpreter, value)
    if not isinstance(content, tuple):
        return None
    inner = [shape_of(interpreter, item) for item in content]
    if not inner:
        return (0,)
    if any(one != inner[0] for one in inner) or type(inner[0]) is not tuple:
        return None
    return (len(content), *inner[0])


def attribute(value: Opaque, name: str) -> Value:
    """An attribute of data."""
    if value.kind != "array":
        return UNKNOWN
    shape: Any = value.shape
    known = type(shape) is tuple
    if name == "shape":
        return shape if known else UNKNOWN
    if name == "ndim":
        return len(shape) if known else UNKNOWN
    if name == "size":
        return math.prod(shape) if known and all(type(s) is int for s in shape) else UNKNOWN
    if name == "T":
        return array(shape[::-1] if known else None)
    return Method(value, name) if known and name in METHODS else UNKNOWN


def attribute_of_list(interpreter: Interpreter, value: Container, name: str) -> Value:
    """An attribute of an array of one dimension whose items are known."""
    content = interpreter.overlay.get(value.address)
    count = len(content) if isinstance(content, tuple) else UNKNOWN
    known = {"shape": (count,), "ndim": 1, "size": count}
    if name in known:
        return known[name]
    return Method(value, name) if name in METHODS else UNKNOWN


def call_method(interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments) -> Value:
    """A method of an array."""
    shape = shape_of(interpreter, receiver)
    if name == "tolist" and isinstance(receiver, Container):
        return interpreter.overlay.new("list", interpreter.overlay.get(receiver.address))
    if name == "reshape":
        wanted = arguments.positional if len(arguments.positional) != 1 else arguments.positional[0]
        return array(reshaped(shape, as_shape(interpreter, wanted)))
    if name in ("flatten", "ravel"):
        return array(reshaped(shape, (-1,)))
    if name in KEEPS:
        return array(shape)
    if name == "transpose" and not arguments.positional and type(shape) is tuple:
        return array(shape[::-1])
    if name == "squeeze":
        return array(squeezed(shape))
    return UNKNOWN


METHODS = frozenset({"tolist", "reshape", "flatten", "ravel", "transpose", "squeeze", *KEEPS})


def reshaped(shape: Any, wanted: Any) -> Value:
    """The shape after `reshape(wanted)`, in which one size may be -1."""
    if type(wanted) is not tuple or not all(type(size) is int for size in wanted):
        return wanted if type(wanted) is tuple and -1 not in wanted else None
    if -1 not in wanted:
        return wanted
    known = type(shape) is tuple and all(type(size) is int for size in shape)
    rest = math.prod(size for size in wanted if size != -1)
    missing = math.prod(shape) // rest if known and rest else UNKNOWN
    return tuple(missing if size == -1 else size for size in wanted)


def squeezed(shape: Value) -> Value:
    """The shape without its sizes of one."""
    if type(shape) is not tuple or not all(type(size) is int for size in shape):
        return None
    return tuple(size for size in shape if size != 1)


def item(value: Opaque, index: Value) -> Value:
    """`array[index]`."""
    shape = value.shape
    if value.kind != "array" or type(shape) is not tuple or not shape:
        return UNDEFINED
    if type(index) is int:
        return array(shape[1:]) if len(shape) > 1 else Opaque("number")
    return Opaque("array")


def rows(value: Opaque) -> list[Value] | None:
    """What iterating over an array gives."""
    shape = value.shape
    if value.kind != "array" or type(shape) is not tuple or not shape or type(shape[0]) is not int or shape[0] > 2_000:
        return None
    return [array(shape[1:]) if len(shape) > 1 else Opaque("number")] * shape[0]


def call_numpy(interpreter: Interpreter, name: str, arguments: Arguments) -> Value:
    """`numpy.<name>(...)`: a number where all is constant, else data; UNDEFINED where it may be anything."""
    first = arguments.get(0, "a", UNKNOWN)
    if name in NUMBERS:
        found = _number(interpreter, NUMBERS[name], arguments)
        if found is not UNDEFINED:
            return found
    if name in FILLED:
        return array(as_shape(interpreter, arguments.get(0, "shape", arguments.get(None, "size", UNKNOWN))))
    if name in ("random.rand", "random.randn"):
        sizes = arguments.positional
        return (
            array(tuple(s if type(s) is int else UNKNOWN for s in sizes))
            if sizes and arguments.exact
            else Opaque("array")
        )
    if name in SIZED:
        return array(as_shape(interpreter, arguments.get(SIZED[name], "size", UNKNOWN)))
    if name in ("array", "asarray"):
        return array(shape_of(interpreter, arguments.get(0, "object", first)))
    if name in LIKE or name in SAME:
        return array(shape_of(interpreter, first))
    shape = shape_of(interpreter, first)
    if name == "reshape":
        return array(reshaped(shape, as_shape(interpreter, arguments.get(1, "shape", UNKNOWN))))
    if name == "expand_dims" and type(shape) is tuple:
        return array(_expanded(shape, arguments.get(1, "axis", UNKNOWN)))
    if name == "squeeze" and len(arguments.positional) == 1:
        return array(squeezed(shape))
    if name in ("stack", "concatenate", "vstack", "hstack"):
        return array(_joined(interpreter, name, arguments))
    if name == "arange":
        return _arange(interpreter, arguments)
    if name in ("shape", "ndim"):
        return UNKNOWN if type(shape) is not tuple else shape if name == "shape" else len(shape)
    return Opaque("array")


def _expanded(shape: Shape, axis: Value) -> Value:
    if type(axis) is not int or not -len(shape) - 1 <= axis <= len(shape):
        return None
    position = axis if axis >= 0 else len(shape) + 1 + axis
    return (*shape[:position], 1, *shape[position:])


def _joined(interpreter: Interpreter, name: str, arguments: Arguments) -> Value:
    from kls.program.containers import content_of

    parts = content_of(interpreter, arguments.get(0, "arrays", UNKNOWN))
    shapes: list[Any] = [shape_of(interpreter, part) for part in parts] if isinstance(parts, tuple) else []
    first = shapes[0] if shapes else None
    if type(first) is not tuple or any(type(s) is not tuple or len(s) != len(first) for s in shapes):
        return None
    axis = arguments.get(1, "axis", 0)
    if name == "stack":
        if type(axis) is not int or any(s != first for s in shapes):
            return None
        expanded = _expanded(first, axis)
        position = axis if axis >= 0 else len(first) + 1 + axis
        if type(expanded) is not tuple:
            return None
        return (*expanded[:position], len(shapes), *expanded[position + 1 :])
    if name != "concatenate" or type(axis) is not int or not -len(first) <= axis < len(first):
        return None
    sizes: list[Any] = [s[axis] for s in shapes]
    total = sum(sizes) if all(type(size) is int for size in sizes) else UNKNOWN
    return tuple(total if i == axis % len(first) else size for i, size in enumerate(first))


def _arange(interpreter: Interpreter, arguments: Arguments) -> Value:
    bounds: tuple[Any, ...] = arguments.positional
    if arguments.keywords.keys() - {"dtype"} or not bounds or not all(type(b) is int for b in bounds):
        return Opaque("array")
    try:
        items = range(*bounds)
        length = len(items)
    except (ValueError, TypeError, OverflowError):
        return Opaque("array")
    return interpreter.overlay.new("array", tuple(items)) if length <= 2_000 else array((length,))


def _number(interpreter: Interpreter, function: Callable[..., Any], arguments: Arguments) -> Value:
    from kls.program.constants import NotKnown, realise
    from kls.program.sizes import affordable

    if set(arguments.keywords) - {"dtype"} or not arguments.exact:
        return UNDEFINED
    try:
        values = [realise(interpreter, value) for value in arguments.positional]
        if not affordable(function, values, {}):
            return UNDEFINED
        found = function(*values)
    except NotKnown:
        return UNDEFINED
    except (ArithmeticError, ValueError, TypeError, AttributeError):
        return UNKNOWN
    return found if type(found) in (int, float, bool) else UNDEFINED


def _flat(values: Any) -> Sequence[Any]:
    if isinstance(values, (int, float)):
        return [values]
    if any(not isinstance(value, (int, float)) for value in values):
        raise TypeError
    return list(values)


def _product(values: Any) -> Any:
    items = _flat(values)
    found = math.prod(items) if items else 1.0
    if isinstance(found, int) and abs(found) >= 2**63:
        raise ValueError  # numpy's whole numbers wrap around
    return found


def _of_float(function: Callable[[float], Any]) -> Callable[[Any], float]:
    return lambda value: float(function(float(value)))


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(base, int) and isinstance(exponent, int) and (exponent < 0 or abs(base) ** exponent >= 2**63):
        raise ValueError
    return base**exponent


NUMBERS: dict[str, Callable[..., Any]] = {
    "prod": _product,
    "sum": lambda values: sum(_flat(values)) if _flat(values) else 0.0,
    "max": lambda values: max(_flat(values)),
    "min": lambda values: min(_flat(values)),
    "amax": lambda values: max(_flat(values)),
    "amin": lambda values: min(_flat(values)),
    "mean": lambda values: sum(_flat(values)) / len(_flat(values)),
    "power": _power,
    "abs": lambda value: abs(value) if isinstance(value, (int, float)) else UNDEFINED,
    "maximum": max,
    "minimum": min,
    "int8": int,
    "int16": int,
    "int32": int,
    "int64": int,
    "uint8": int,
    "float32": float,
    "float64": float,
    **{name: _of_float(getattr(math, name)) for name in ("sqrt", "log2", "log", "log10", "ceil", "floor", "exp")},
}
"""Functions that give a number of constants. Of several numbers they take no `axis` here."""
