"""Built-in functions of iterables: walking them side by side, sorting and folding them."""

from __future__ import annotations

import ast
from collections.abc import Callable

from kls.program.builtins import FUNCTIONS, builtin
from kls.program.calls import call
from kls.program.comparisons import compare_values, truth
from kls.program.constants import NotKnown, realise
from kls.program.containers import content_of, elements, in_set_order, iterate
from kls.program.generators import Leave, is_suspended, run_suspended, take_some
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.operators import binary
from kls.program.protocols import call_special, length_of
from kls.program.sizes import bounded
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Class,
    Container,
    Either,
    Instance,
    Site,
    Value,
)


@builtin("builtins.iter")
def make_iterator(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """An iterator; one of an iterator is itself."""
    value = arguments.get(0, "object", UNKNOWN)
    if len(arguments.positional) != 1:
        return UNKNOWN
    if isinstance(value, Container) and value.kind == "iterator":
        return value
    if isinstance(value, Instance):
        found = call_special(interpreter, value, "__iter__")
        if found is not UNDEFINED:
            return found
    items = iterate(interpreter, value)
    return interpreter.overlay.new("iterator", UNKNOWN if items is None else tuple(items))


@builtin("builtins.len")
def length(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The length, where it is known."""
    value = arguments.get(0, "obj", UNKNOWN)
    if isinstance(value, Either):
        return interpreter.choose(value, lambda one: length(interpreter, Arguments((one,)), site))
    content = content_of(interpreter, value) if isinstance(value, Container) else value
    if isinstance(value, Container) and value.kind == "iterator":
        raise raising("TypeError")
    if type(content) in (tuple, dict, str, range, bytes):
        return len(content)  # type: ignore[arg-type]
    if isinstance(value, Instance | Class):
        found = length_of(interpreter, value)
        if found is not UNDEFINED:
            return found
    if type(value) in (int, float, bool, type(None)):
        raise raising("TypeError")
    items = interpreter.library.iterate(interpreter, value, None)
    return UNKNOWN if items is None else len(items)


@builtin("builtins.enumerate")
def make_enumerate(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Pairs of index and item."""
    items = iterate(interpreter, arguments.get(0, "iterable", UNKNOWN))
    start = arguments.get(1, "start", 0)
    if items is None or not isinstance(start, int):
        return UNKNOWN
    return interpreter.overlay.new("iterator", tuple(map(bounded, enumerate(items, start))))


@builtin("builtins.zip")
def make_zip(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Tuples of corresponding items."""
    columns = _columns(interpreter, arguments.positional)
    strict = arguments.keywords.get("strict", False)
    if columns is None or not isinstance(strict, bool):
        return UNKNOWN
    try:
        return interpreter.overlay.new("iterator", tuple(map(bounded, zip(*columns, strict=strict))))
    except ValueError:
        raise raising("ValueError") from None


def _columns(interpreter: Interpreter, sources: tuple[Value, ...]) -> list[list[Value]] | None:
    """The items of each; of generators and endless ones as many as the shortest of the others has."""
    repeated = len(set(sources)) < len(sources)
    known: list[list[Value] | None] = []
    for source in sources:
        endless = isinstance(source, Container) and source.kind in ("count", "cycle", "repeat")
        if repeated and isinstance(source, Container) and source.kind == "iterator":
            return _taken_in_turn(interpreter, sources)
        if endless or is_suspended(interpreter, source):
            known.append(None)
            continue
        items = iterate(interpreter, source)
        if items is None:
            return None
        known.append(items)
    limits = [len(items) for items in known if items is not None]
    found: list[list[Value]] = []
    for source, column in zip(sources, known):
        if column is None:
            column = iterate(interpreter, source) if not limits else first_items(interpreter, source, min(limits))
        if column is None:
            return None
        found.append(column)
    return found


def _taken_in_turn(interpreter: Interpreter, sources: tuple[Value, ...]) -> list[list[Value]] | None:
    """`zip(it, it)`: each takes an item from the same iterator."""
    items = iterate(interpreter, sources[0])
    if items is None or any(source != sources[0] for source in sources):
        return None
    count = len(sources)
    whole = len(items) // count
    return [items[i : whole * count : count] for i in range(count)]


def first_items(interpreter: Interpreter, source: Value, count: int) -> list[Value] | None:
    """Up to `count` items, also of what has no end."""
    if isinstance(source, Container) and source.kind in ("count", "cycle", "repeat"):
        content = interpreter.overlay.get(source.address)
        if not isinstance(content, tuple):
            return None
        if source.kind == "count":
            start, step = content
            if not isinstance(start, int | float) or not isinstance(step, int | float):
                return None  # how far it has been counted hangs on a condition
            interpreter.overlay.set(source.address, (start + step * count, step))
            return [start + step * i for i in range(count)]
        if source.kind == "repeat":
            return [content[0]] * count
        interpreter.overlay.set(source.address, UNKNOWN)
        return [content[i % len(content)] for i in range(count)] if content else []
    if is_suspended(interpreter, source):
        return take_some(interpreter, source, count, close=False)
    items = iterate(interpreter, source)
    if items is None:
        return None
    if isinstance(source, Container) and source.kind == "iterator":
        interpreter.overlay.set(source.address, tuple(items[count:]))
    return items[:count]


@builtin("builtins.reversed")
def make_reversed(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The items from the end."""
    value = arguments.get(0, "sequence", UNKNOWN)
    own = call_special(interpreter, value, "__reversed__")
    if own is not UNDEFINED:
        return own
    items = iterate(interpreter, value)
    return UNKNOWN if items is None else interpreter.overlay.new("iterator", tuple(reversed(items)))


@builtin("builtins.map")
def make_map(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A function applied to each item."""
    columns = _columns(interpreter, arguments.positional[1:])
    if not columns:
        return UNKNOWN
    rows = list(zip(*columns))
    items = tuple(call(interpreter, arguments.positional[0], Arguments(row), site) for row in rows)
    return interpreter.overlay.new("iterator", items)


@builtin("itertools.starmap")
def make_starmap(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A function applied to each tuple of arguments."""
    rows = iterate(interpreter, arguments.get(1, "iterable", UNKNOWN))
    spread = None if rows is None else [iterate(interpreter, row) for row in rows]
    if spread is None or None in spread:
        return UNKNOWN
    items = tuple(call(interpreter, arguments.positional[0], Arguments(tuple(row or ())), site) for row in spread)
    return interpreter.overlay.new("iterator", items)


def _filtered(name: str, keep: Callable[[list[bool]], list[bool]]) -> None:
    def make(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
        items = iterate(interpreter, arguments.get(1, "iterable", UNKNOWN))
        test = arguments.get(0, "function", UNKNOWN)
        if items is None:
            return UNKNOWN
        verdicts: list[bool] = []
        for item in items:
            verdict = truth(interpreter, item if test is None else call(interpreter, test, Arguments((item,)), site))
            if verdict is None:
                return interpreter.overlay.new("iterator", UNKNOWN)
            verdicts.append(verdict)
            if name == "itertools.takewhile" and not verdict:
                break
        kept = keep(verdicts)
        return interpreter.overlay.new("iterator", tuple(item for item, wanted in zip(items, kept) if wanted))

    FUNCTIONS[name] = make


def _drop(verdicts: list[bool]) -> list[bool]:
    first = verdicts.index(False) if False in verdicts else len(verdicts)
    return [index >= first for index in range(len(verdicts))]


_filtered("builtins.filter", lambda verdicts: verdicts)
_filtered("itertools.filterfalse", lambda verdicts: [not verdict for verdict in verdicts])
_filtered("itertools.takewhile", lambda verdicts: verdicts)
_filtered("itertools.dropwhile", _drop)


def in_order(
    interpreter: Interpreter, items: list[Value], key: Value, reverse: Value, site: Site
) -> tuple[Value, ...] | None:
    """The items in order; None where that is not known.

    Raises:
        ProgramRaises: they cannot be compared.
    """
    if not isinstance(reverse, bool):
        return None
    keys = items if key is None else [call(interpreter, key, Arguments((item,)), site) for item in items]
    try:
        real = [realise(interpreter, k) for k in keys]
        order = sorted(range(len(items)), key=lambda i: real[i], reverse=reverse)
    except NotKnown:
        return None
    except TypeError:
        raise raising("TypeError") from None
    return tuple(items[i] for i in order)


@builtin("builtins.sorted")
def make_sorted(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The items in order, where their keys are known."""
    source = arguments.get(0, "iterable", UNKNOWN)
    items = elements(interpreter, source)
    key, reverse = arguments.keywords.get("key"), arguments.keywords.get("reverse", False)
    found = None if items is None else in_order(interpreter, items, key, reverse, site)
    is_set = isinstance(source, Container) and source.kind == "set"
    if found is not None and is_set and (key is not None or len({repr(f) for f in found}) != len(found)):
        found = found if in_set_order(tuple(items or ())) is not None else None
    return interpreter.overlay.new("list", UNKNOWN if found is None else found)


def _extreme(name: str, better: str) -> None:
    def choose(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
        several = len(arguments.positional) != 1
        source = arguments.positional[0] if arguments.positional else UNKNOWN
        items = list(arguments.positional) if several else elements(interpreter, source)
        if items is None:
            return UNKNOWN
        if not items:
            if "default" in arguments.keywords:
                return arguments.keywords["default"]
            raise raising("ValueError")
        key = arguments.keywords.get("key")
        keys = items if key is None else [call(interpreter, key, Arguments((item,)), site) for item in items]
        best = 0
        for index in range(1, len(items)):
            known = truth(interpreter, compare_values(interpreter, better, keys[index], keys[best], site))
            if known is None:
                return UNKNOWN
            best = index if known else best
        if key is not None and isinstance(source, Container) and source.kind == "set" and not several:
            return UNKNOWN
        return items[best]

    FUNCTIONS[f"builtins.{name}"] = choose


_extreme("min", "lt")
_extreme("max", "gt")


@builtin("builtins.sum")
def make_sum(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The sum, from `start` on."""
    items = elements(interpreter, arguments.get(0, "iterable", UNKNOWN))
    if items is None:
        return UNKNOWN
    total = arguments.get(1, "start", 0)
    for item in items:
        total = binary(interpreter, ast.Add, total, item, site)
    return total


def _quantifier(name: str, ends: bool) -> None:
    """`any` and `all`: they stop at the first item that decides."""

    def decide(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
        source = arguments.get(0, "iterable", UNKNOWN)
        verdicts: list[bool | None] = []

        def see(item: Value) -> Value:
            verdicts.append(truth(interpreter, item))
            if verdicts[-1] is ends:
                raise Leave
            return None

        exact = True
        if is_suspended(interpreter, source):
            exact = run_suspended(interpreter, source, see)
        else:
            items = elements(interpreter, source)
            exact = items is not None
            verdicts = [truth(interpreter, item) for item in items or ()]
        if ends in verdicts:
            return ends
        return not ends if exact and None not in verdicts else UNKNOWN

    FUNCTIONS[f"builtins.{name}"] = decide


_quantifier("any", True)
_quantifier("all", False)


@builtin("builtins.next")
def take_next(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The next item of an iterator."""
    iterator = arguments.get(0, "iterator", UNKNOWN)
    if isinstance(iterator, Instance):
        found = call_special(interpreter, iterator, "__next__")
        return UNKNOWN if found is UNDEFINED else found
    if isinstance(iterator, Container) and iterator.kind in ("count", "repeat"):
        items = first_items(interpreter, iterator, 1)
        return items[0] if items else UNKNOWN
    if is_suspended(interpreter, iterator):
        first = take_some(interpreter, iterator, 1, close=False)
        if first:
            return first[0]
        if first is None:
            return UNKNOWN
    content = content_of(interpreter, iterator)
    if not isinstance(iterator, Container) or not isinstance(content, tuple):
        interpreter.doubt()
        return UNKNOWN
    if iterator.kind != "iterator":
        raise raising("TypeError")
    if not content:
        if len(arguments.positional) > 1:
            return arguments.positional[1]
        raise raising("StopIteration")
    interpreter.overlay.set(iterator.address, content[1:])
    return content[0]


@builtin("functools.reduce")
def reduce(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A function of two folded over the items."""
    items = iterate(interpreter, arguments.get(1, "iterable", UNKNOWN))
    if items is None:
        return UNKNOWN
    items = [*arguments.positional[2:3], *items]
    if not items:
        raise raising("TypeError")
    total = items[0]
    for item in items[1:]:
        total = call(interpreter, arguments.positional[0], Arguments((total, item)), site)
    return total
