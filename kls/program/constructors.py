"""Built-in functions that make containers: sequences, sets and dicts, and the classes of the module `collections`."""

from __future__ import annotations

from kls.program.builtins import FUNCTIONS, builtin
from kls.program.comparisons import is_constant, is_key
from kls.program.containers import as_set, content_of, elements, iterate
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.sizes import bounded
from kls.program.values import UNKNOWN, Container, Site, Value


def _sequence(name: str, kind: str | None) -> None:
    """`list`, `set`, `tuple` ... made from an iterable."""

    def make(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
        source = arguments.positional[0] if arguments.positional else ()
        items = elements(interpreter, source) if kind == "set" else iterate(interpreter, source)
        if kind is None:
            return UNKNOWN if items is None else bounded(tuple(items))
        if items is not None and kind == "set":
            return as_set(interpreter, items)
        return interpreter.overlay.new(kind, UNKNOWN if items is None else tuple(items))

    FUNCTIONS[f"builtins.{name}"] = make


for _name, _kind in (("list", "list"), ("tuple", None), ("set", "set"), ("frozenset", "set")):
    _sequence(_name, _kind)


@builtin("builtins.dict", "collections.OrderedDict")
def make_dict(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`dict(mapping or pairs, **more)`."""
    content: Value = {}
    if arguments.positional:
        content = pairs_of(interpreter, arguments.positional[0])
    if isinstance(content, dict):
        content = {**content, **arguments.keywords}
    return interpreter.overlay.new("dict", content)


def ordered(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`collections.OrderedDict(...)`."""
    made = make_dict(interpreter, arguments, site)
    assert isinstance(made, Container)
    return interpreter.overlay.new("OrderedDict", interpreter.overlay.get(made.address))


FUNCTIONS["collections.OrderedDict"] = ordered


def pairs_of(interpreter: Interpreter, source: Value) -> Value:
    """The dict that a mapping or an iterable of pairs gives; UNKNOWN where it is not known."""
    content = content_of(interpreter, source)
    if isinstance(content, dict):
        return content
    items = iterate(interpreter, source)
    if items is None:
        return UNKNOWN
    pairs = [
        iterate(interpreter, item) if isinstance(item, Container) else content_of(interpreter, item) for item in items
    ]
    known = all(isinstance(p, (tuple, list)) and len(p) == 2 and is_key(p[0]) for p in pairs)
    return {p[0]: p[1] for p in pairs} if known else UNKNOWN  # type: ignore[index]


@builtin("builtins.dict.fromkeys", "collections.OrderedDict.fromkeys")
def from_keys(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`dict.fromkeys(keys, value=None)`."""
    keys = iterate(interpreter, arguments.get(0, "iterable", UNKNOWN))
    known = keys is not None and all(is_key(key) for key in keys)
    return interpreter.overlay.new("dict", dict.fromkeys(keys or (), arguments.get(1, "value")) if known else UNKNOWN)


@builtin("collections.defaultdict")
def make_defaultdict(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A dict that makes what is absent."""
    factory, *rest = arguments.positional or (None,)
    made = make_dict(interpreter, Arguments(tuple(rest), arguments.keywords), site)
    assert isinstance(made, Container)
    container = interpreter.overlay.new("defaultdict", interpreter.overlay.get(made.address))
    interpreter.overlay.set((container.address, "default_factory"), factory)
    return container


@builtin("collections.Counter")
def make_counter(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A dict that counts."""
    counts: dict[object, Value] = {}
    source = arguments.get(0, "iterable", ())
    content = content_of(interpreter, source)
    items = None if isinstance(content, dict) else iterate(interpreter, source)
    if isinstance(content, dict):
        counts.update(content)
    elif items is None or not all(is_constant(item) for item in items):
        return interpreter.overlay.new("Counter", UNKNOWN)
    for item in items or ():
        counts[item] = counts.get(item, 0) + 1  # type: ignore[operator]
    counts.update(arguments.keywords)
    return interpreter.overlay.new("Counter", counts)


@builtin("collections.deque")
def make_deque(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """A list with two ends, perhaps of limited length."""
    items = iterate(interpreter, arguments.get(0, "iterable", ()))
    limit = arguments.get(1, "maxlen")
    known = items is not None and (limit is None or isinstance(limit, int))
    if known and isinstance(limit, int):
        items = items[-limit:] if limit else []  # type: ignore[index]
    container = interpreter.overlay.new("deque", tuple(items or ()) if known else UNKNOWN)
    if limit is not None:
        interpreter.overlay.set((container.address, "maxlen"), limit)
    return container


@builtin("builtins.range")
def make_range(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`range` of known bounds."""
    bounds = [a for a in arguments.positional if isinstance(a, int)]
    if bounds and len(bounds) == len(arguments.positional) <= 3:
        try:
            return bounded(range(*bounds))
        except (ValueError, TypeError) as error:
            raise raising(error) from None
    if any(type(a) in (str, float, type(None)) for a in arguments.positional):
        raise raising("TypeError")
    return UNKNOWN
