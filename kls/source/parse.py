"""Strict parsing, remembered by text: the same text gives the very same nodes for as long as anybody holds them."""

from __future__ import annotations

import ast
import re
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Generic, NamedTuple, TypeVar
from weakref import WeakValueDictionary

FILE_NAME = "<kls source>"
"""The name that the parser is given for every text, so that its warnings can be told from everybody else's."""

LARGEST_PIECE = 1_000_000
"""Characters. ast.parse holds the interpreter lock for about a second on this much, so nothing larger is parsed."""

_REMEMBERED = 200_000
"""Characters of text whose nodes are kept although no document holds them; nodes take some 50 times the text."""

T = TypeVar("T")


@dataclass(frozen=True)
class SourceError:
    """Something that could not be parsed: the parser's message, and the 0-based line relative to the piece."""

    message: str
    line: int


class Failure(NamedTuple):
    """Why a text does not parse. `line` is 0-based, None when the parser named none (it ran out of stack)."""

    message: str
    line: int | None


@dataclass(frozen=True, eq=False)
class Parsed:
    """The statements of a text. Compared by identity: that is what a memory by text is for."""

    body: tuple[ast.stmt, ...]
    errors: tuple[SourceError, ...] = ()


class Recent(Generic[T]):
    """The most recently used values by text, bounded by the characters of the texts."""

    def __init__(self, characters: int) -> None:
        self._limit = characters
        self._held = 0
        self._values: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str) -> T | None:
        """The value for `text`, which becomes the most recently used; None when there is none."""
        with self._lock:
            value = self._values.get(text)
            if value is not None:
                self._values.move_to_end(text)
            return value

    def put(self, text: str, value: T) -> T:
        """Remember `value` for `text`, unless another thread was first; returns the value that stands."""
        with self._lock:
            standing = self._values.setdefault(text, value)
            if standing is value:
                self._held += len(text)
                while self._held > self._limit and len(self._values) > 1:
                    self._held -= len(self._values.popitem(last=False)[0])
            return standing


_strict: Recent[Parsed | Failure] = Recent(_REMEMBERED)
_alive: WeakValueDictionary[str, Parsed] = WeakValueDictionary()
_alive_lock = Lock()


def held(text: str) -> Parsed | None:
    """The nodes of `text` that some document still holds, or None."""
    return _alive.get(text)


def hold(text: str, parsed: Parsed) -> Parsed:
    """Make `parsed` the nodes of `text` for as long as anybody holds them; returns those that stand."""
    with _alive_lock:
        return _alive.setdefault(text, parsed)


def parse_strict(text: str) -> Parsed | Failure:
    """The statements of `text`, whose lines end in \\n, or why it does not parse. Remembered either way."""
    if len(text) > LARGEST_PIECE:
        return Failure(f"too large to be parsed: {len(text):,} characters in one statement", None)
    found = _strict.get(text)
    if found is not None:
        return found
    parsed = held(text)
    if parsed is not None and not parsed.errors:
        return _strict.put(text, parsed)
    result = parse_text(text)
    return _strict.put(text, result if isinstance(result, Failure) else hold(text, Parsed(result)))


def parse_text(text: str) -> tuple[ast.stmt, ...] | Failure:
    """Parse without remembering. Never raises: too deep, null bytes and lone surrogates are failures as well."""
    null = text.find("\0")
    if null >= 0:
        return Failure("source code cannot contain null bytes", text.count("\n", 0, null))
    _silence_warnings()
    try:
        module = compile(text, FILE_NAME, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return Failure(error.msg or "invalid syntax", _clamped(error.lineno, text))
    except UnicodeEncodeError as error:
        return Failure("lone surrogates cannot be encoded", text.count("\n", 0, error.start))
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return Failure(str(error) or "too deeply nested to be parsed", None)
    assert isinstance(module, ast.Module)
    return tuple(module.body)


def _clamped(lineno: int | None, text: str) -> int | None:
    """A 0-based line that exists: at the end of the file the parser names the line after the last."""
    return None if lineno is None else min(max(lineno - 1, 0), text.count("\n"))


_FILTER = ("ignore", None, Warning, re.compile(re.escape(FILE_NAME)), 0)


def _silence_warnings() -> None:
    """Keep the parser from warning about escapes in the user's text.

    `warnings.catch_warnings` would switch the filters of all threads, so one filter that fits our own file name alone
    stays in front, put back when somebody has reset the filters.
    """
    filters = warnings.filters
    if not filters or filters[0] is not _FILTER:
        warnings.filterwarnings("ignore", module=re.escape(FILE_NAME))
        if isinstance(filters, list):
            filters[0] = _FILTER
