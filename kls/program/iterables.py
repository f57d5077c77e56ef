"""Built-in functions of iterables: making sequences and dicts, walking them side by side, sorting and folding them."""

from __future__ import annotations

from kls.program.builtins import FUNCTIONS, builtin
from kls.program.calls import call
from kls.program.containers import content_of, iterate
from kls.program.interpreter import Interpreter, ProgramRaises
from kls.program.library import Arguments
from kls.program.operators import is_constant, is_key, truth
from kls.program.values import UNKNOWN, Container, Either, Site, Value


def _sequence(name: str, kind: str | None) -> None:
    """`list`, `set`, `tuple` ... made from an iterable."""

    def make(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
        items = [] if not arguments.positional else iterate(interpreter, arguments.positional[0])
        if kind is None:
            return UNKNOWN if items is None else tuple(items)
        if items is not None and kind == "set":
            items = list(dict.fromkeys(items))
        return interpreter.overlay.new(kind, UNKNOWN if items is None else tuple(items))

    FUNCTIONS[f"builtins.{name}"] = make


for _name, _kind in (("list", "list"), ("tuple", None), ("set", "set"), ("frozenset", "set"), ("iter", "iterator")):
    _sequence(_name, _kind)


@builtin("builtins.dict", "collections.OrderedDict", "collections.Counter")
def make_dict(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`dict(mapping or pairs, **more)`."""
    content: Value = {}
    if arguments.positional:
        source = content_of(interpreter, arguments.positional[0])
        if not isinstance(source, dict):
            items = iterate(interpreter, arguments.positional[0])
            pairs = [content_of(interpreter, item) for item in items or ()]
            known = items is not None and all(isinstance(p, tuple) and len(p) == 2 and is_key(p[0]) for p in pairs)
            source = {p[0]: p[1] for p in pairs} if known else UNKNOWN  # type: ignore[index]
        content = source
    if isinstance(content, dict):
        content = {**content, **arguments.keywords}
    return interpreter.overlay.new("dict", content)


@builtin("collections.defaultdict")
def make_defaultdict(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A dict whose absent keys are not known."""
    return interpreter.overlay.new("defaultdict", {})


@builtin("builtins.range")
def make_range(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`range` of known bounds."""
    bounds = [a for a in arguments.positional if isinstance(a, int)]
    if bounds and len(bounds) == len(arguments.positional) <= 3:
        try:
            return range(*bounds)
        except (ValueError, TypeError):
            raise ProgramRaises from None
    return UNKNOWN


@builtin("builtins.len")
def length(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The length, where it is known."""
    value = arguments.get(0, "obj", UNKNOWN)
    if isinstance(value, Either):
        return interpreter.choose(value, lambda one: length(interpreter, Arguments((one,)), site))
    content = content_of(interpreter, value) if isinstance(value, Container) else value
    if isinstance(content, (tuple, dict, str, range, bytes)):
        return len(content)
    items = interpreter.library.iterate(interpreter, value, None)
    return UNKNOWN if items is None else len(items)


@builtin("builtins.enumerate")
def make_enumerate(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Pairs of index and item."""
    items = iterate(interpreter, arguments.get(0, "iterable", UNKNOWN))
    start = arguments.get(1, "start", 0)
    if items is None or not isinstance(start, int):
        return UNKNOWN
    return interpreter.overlay.new("iterator", tuple(enumerate(items, start)))


@builtin("builtins.zip")
def make_zip(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Tuples of corresponding items."""
    columns = [iterate(interpreter, a) for a in arguments.positional]
    if any(column is None for column in columns):
        return UNKNOWN
    return interpreter.overlay.new("iterator", tuple(zip(*columns)))


@builtin("builtins.reversed")
def make_reversed(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The items from the end."""
    items = iterate(interpreter, arguments.get(0, "sequence", UNKNOWN))
    return UNKNOWN if items is None else interpreter.overlay.new("iterator", tuple(reversed(items)))


@builtin("builtins.map")
def make_map(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A function applied to each item."""
    columns = [iterate(interpreter, a) for a in arguments.positional[1:]]
    if not columns or any(column is None for column in columns):
        return UNKNOWN
    rows = list(zip(*columns))
    items = tuple(call(interpreter, arguments.positional[0], Arguments(row), site) for row in rows)
    return interpreter.overlay.new("iterator", items)


@builtin("builtins.filter")
def make_filter(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The items for which a function is true."""
    items = iterate(interpreter, arguments.get(1, "iterable", UNKNOWN))
    test = arguments.get(0, "function", UNKNOWN)
    if items is None:
        return UNKNOWN
    kept: list[Value] = []
    for item in items:
        verdict = truth(interpreter, item if test is None else call(interpreter, test, Arguments((item,)), site))
        if verdict is None:
            return interpreter.overlay.new("iterator", UNKNOWN)
        if verdict:
            kept.append(item)
    return interpreter.overlay.new("iterator", tuple(kept))


@builtin("builtins.sorted")
def make_sorted(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The items in order, where their keys are known."""
    items = iterate(interpreter, arguments.get(0, "iterable", UNKNOWN))
    key = arguments.keywords.get("key")
    reverse = arguments.keywords.get("reverse", False)
    if items is None or not isinstance(reverse, bool):
        return interpreter.overlay.new("list", UNKNOWN)
    keys = items if key is None else [call(interpreter, key, Arguments((item,)), site) for item in items]
    if not all(is_constant(k) for k in keys):
        return interpreter.overlay.new("list", UNKNOWN)
    try:
        order = sorted(range(len(items)), key=lambda i: keys[i], reverse=reverse)  # type: ignore[arg-type, return-value]
    except TypeError:
        raise ProgramRaises from None
    return interpreter.overlay.new("list", tuple(items[i] for i in order))


@builtin("builtins.next")
def take_next(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The next item of an iterator."""
    iterator = arguments.get(0, "iterator", UNKNOWN)
    content = content_of(interpreter, iterator)
    if not isinstance(iterator, Container) or not isinstance(content, tuple):
        return UNKNOWN
    if not content:
        if len(arguments.positional) > 1:
            return arguments.positional[1]
        raise ProgramRaises
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
        raise ProgramRaises
    total = items[0]
    for item in items[1:]:
        total = call(interpreter, arguments.positional[0], Arguments((total, item)), site)
    return total


@builtin("itertools.chain")
def chain(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The items of several iterables."""
    columns = [iterate(interpreter, a) for a in arguments.positional]
    known = [item for column in columns if column is not None for item in column]
    return interpreter.overlay.new("iterator", UNKNOWN if None in columns else tuple(known))
