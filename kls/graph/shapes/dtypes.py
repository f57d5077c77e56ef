"""Type promotion as keras.backend.result_type does it, on dtype names; Python numbers are weak."""

from __future__ import annotations

from functools import lru_cache

_SIGNED = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}
_UNSIGNED = {"uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}
_FLOATS = {"bfloat16": 16, "float16": 16, "float32": 32, "float64": 64}
_COMPLEX = {"complex64": 64, "complex128": 128}
# What a Python number counts as: any dtype of its kind or a higher one wins over it.
WEAK_INT, WEAK_FLOAT = "int", "float"


@lru_cache(maxsize=1024)
def promote(a: str | None, b: str | None, floatx: str) -> str | None:
    """The dtype of an operation on `a` and `b`; None if either is unknown or not a number."""
    if a == b:
        return a
    if a is None or b is None:
        return None
    if _kind(a) < _kind(b):
        a, b = b, a
    high, low = _kind(a), _kind(b)
    if low < 0:
        return None
    if high == 1:
        return _promote_integers(a, b)
    if high == 2:
        if a == WEAK_FLOAT:  # with integers: the configured float; with floats: their own
            return b if low == 2 else floatx
        return _promote_floats(a, b) if low == 2 and b != WEAK_FLOAT else a
    if low == 3:
        return "complex128"
    return "complex128" if b == "float64" else a


def resolve(dtype: str | None, floatx: str) -> str | None:
    """A weak type on its own: Keras makes int32 of Python ints, and the configured float of floats."""
    return "int32" if dtype == WEAK_INT else floatx if dtype == WEAK_FLOAT else dtype


def _kind(dtype: str) -> int:
    if dtype == "bool":
        return 0
    if dtype == WEAK_INT or dtype in _SIGNED or dtype in _UNSIGNED:
        return 1
    if dtype == WEAK_FLOAT or dtype in _FLOATS:
        return 2
    return 3 if dtype in _COMPLEX else -1


def _promote_floats(a: str, b: str) -> str:
    if _FLOATS[a] == _FLOATS[b]:  # bfloat16 and float16 hold neither each other's numbers
        return "float32"
    return a if _FLOATS[a] > _FLOATS[b] else b


def _promote_integers(a: str, b: str) -> str | None:
    if b == "bool" or b == WEAK_INT:
        return a
    if a == WEAK_INT:
        return b
    if (a in _SIGNED) == (b in _SIGNED):
        bits = _SIGNED if a in _SIGNED else _UNSIGNED
        return a if bits[a] > bits[b] else b
    signed, unsigned = (a, b) if a in _SIGNED else (b, a)
    need = max(_SIGNED[signed], _UNSIGNED[unsigned] * 2)
    return f"int{need}" if need <= 64 else None


def is_float(dtype: str) -> bool:
    """Whether `dtype` is a floating point type."""
    return dtype in _FLOATS


def floating(dtype: str | None, floatx: str) -> str | None:
    """The dtype with a Python float mixed in, as for `sin`: floats stay, integers become the configured float."""
    return promote(dtype, WEAK_FLOAT, floatx) if dtype is not None else None


def summed(dtype: str | None) -> str | None:
    """The dtype of a sum: small integers become 32 bits wide."""
    if dtype in ("bool", "int8", "int16"):
        return "int32"
    return "uint32" if dtype in ("uint8", "uint16") else dtype
