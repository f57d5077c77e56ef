"""The functions of the module `itertools`: their items are tuples of values, which need not be known."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from kls.program.builtins import FUNCTIONS, builtin
from kls.program.calls import call
from kls.program.comparisons import is_constant
from kls.program.containers import iterate
from kls.program.interpreter import Interpreter
from kls.program.iterables import first_items
from kls.program.library import Arguments
from kls.program.operators import binary
from kls.program.values import UNKNOWN, Site, Value

ITEM_LIMIT = 5_000
"""More items than this are not made."""


def _direct(name: str, function: Callable[..., Iterable[Any]]) -> None:
    """A function of iterables that looks at none of their items, and of whole numbers."""

    def make(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
        columns: list[Any] = []
        for value in arguments.positional:
            items = value if type(value) is int else iterate(interpreter, value)
            if items is None:
                return interpreter.overlay.new("iterator", UNKNOWN)
            columns.append(items)
        keywords = arguments.keywords
        if not all(name == "fillvalue" or type(value) is int for name, value in keywords.items()):
            return interpreter.overlay.new("iterator", UNKNOWN)
        found = tuple(itertools.islice(function(*columns, **keywords), ITEM_LIMIT + 1))
        return interpreter.overlay.new("iterator", found if len(found) <= ITEM_LIMIT else UNKNOWN)

    FUNCTIONS[f"itertools.{name}"] = make


for _name in "chain product zip_longest combinations permutations combinations_with_replacement pairwise".split():
    if hasattr(itertools, _name):
        _direct(_name, getattr(itertools, _name))


@builtin("itertools.chain.from_iterable")
def chain_from(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The items of the items."""
    outer = iterate(interpreter, arguments.get(0, "iterable", UNKNOWN))
    inner = None if outer is None else [iterate(interpreter, one) for one in outer]
    known = inner is not None and None not in inner
    return interpreter.overlay.new(
        "iterator", tuple(i for items in inner or () for i in items or ()) if known else UNKNOWN
    )


@builtin("itertools.repeat")
def repeat(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A value again and again."""
    times = arguments.get(1, "times")
    value = arguments.get(0, "object", UNKNOWN)
    if times is None:
        return interpreter.overlay.new("repeat", (value,))
    known = isinstance(times, int) and times <= ITEM_LIMIT
    return interpreter.overlay.new("iterator", (value,) * times if known else UNKNOWN)  # type: ignore[operator]


@builtin("itertools.count")
def count(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Numbers without end."""
    start, step = arguments.get(0, "start", 0), arguments.get(1, "step", 1)
    known = isinstance(start, int) and isinstance(step, int)
    return interpreter.overlay.new("count", (start, step) if known else UNKNOWN)


@builtin("itertools.cycle")
def cycle(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The items over and over."""
    items = iterate(interpreter, arguments.get(0, "iterable", UNKNOWN))
    return interpreter.overlay.new("cycle", UNKNOWN if items is None else tuple(items))


@builtin("itertools.islice")
def islice(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A stretch of the items."""
    source, *bounds = arguments.positional
    if not bounds or not all(b is None or (type(b) is int and b >= 0) for b in bounds):
        return interpreter.overlay.new("iterator", UNKNOWN)
    part: Any = slice(*bounds)
    items = iterate(interpreter, source) if part.stop is None else first_items(interpreter, source, part.stop)
    return interpreter.overlay.new("iterator", UNKNOWN if items is None else tuple(items[part]))


@builtin("itertools.accumulate")
def accumulate(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Running totals."""
    items = iterate(interpreter, arguments.get(0, "iterable", UNKNOWN))
    if items is None:
        return interpreter.overlay.new("iterator", UNKNOWN)
    function = arguments.get(1, "func")
    if "initial" in arguments.keywords and arguments.keywords["initial"] is not None:
        items = [arguments.keywords["initial"], *items]
    totals = items[:1]
    for item in items[1:]:
        if function is None:
            totals.append(binary(interpreter, ast.Add, totals[-1], item, site))
        else:
            totals.append(call(interpreter, function, Arguments((totals[-1], item)), site))
    return interpreter.overlay.new("iterator", tuple(totals))


@builtin("itertools.groupby")
def groupby(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Runs of items with the same key."""
    items = iterate(interpreter, arguments.get(0, "iterable", UNKNOWN))
    key = arguments.get(1, "key")
    if items is None:
        return interpreter.overlay.new("iterator", UNKNOWN)
    keys = items if key is None else [call(interpreter, key, Arguments((item,)), site) for item in items]
    if not all(is_constant(k) for k in keys):
        return interpreter.overlay.new("iterator", UNKNOWN)
    found: list[Value] = []
    for own, pairs in itertools.groupby(zip(keys, items), key=lambda pair: pair[0]):
        found.append((own, interpreter.overlay.new("iterator", tuple(item for _, item in pairs))))
    return interpreter.overlay.new("iterator", tuple(found))
