"""Methods of built-in types: which handler a container's has; those of tuples and strings are computed."""

from __future__ import annotations

import ast

from kls.program import arrays
from kls.program.comparisons import is_constant
from kls.program.constants import computed
from kls.program.containers import DICTS, content_of, elements
from kls.program.dicts import ON_DICT
from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.lists import ON_ITERATOR, ON_LIST, find
from kls.program.sets import ON_SET
from kls.program.values import SIZE_LIMIT, UNDEFINED, UNKNOWN, Container, Namespace, Site, Value

PLAIN = (str, bytes, tuple, int, float, dict, bool, range, complex, Namespace)
"""Types whose methods are computed on constants."""

CHANGES = frozenset({"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"})
"""Methods that change a list."""


def call_method(interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments, site: Site) -> Value:
    """`receiver.name(...)` of a built-in type.

    Raises:
        ProgramRaises: it raises.
    """
    if isinstance(receiver, Namespace):
        return _on_namespace(interpreter, receiver, name, arguments)
    if not isinstance(receiver, Container):
        return _on_constant(interpreter, receiver, name, arguments)
    if receiver.kind == "array":
        return arrays.call_method(interpreter, receiver, name, arguments)
    content = content_of(interpreter, receiver)
    if name in CHANGES and _is_of_attribute(interpreter):
        first = arguments.positional[0] if arguments.positional else -1
        interpreter.library.changed(interpreter, receiver, name, site, first if name == "pop" else UNKNOWN)
    if receiver.kind in DICTS:
        handler = ON_DICT.get(name)
    elif receiver.kind == "set":
        handler = ON_SET.get(name)
    else:
        handler = ON_LIST.get(name)
    if receiver.kind == "iterator":
        handler = ON_ITERATOR.get(name, handler)
    if handler is None or not arguments.exact:
        if name not in READS:
            interpreter.overlay.set(receiver.address, UNKNOWN)
        interpreter.doubt()
        return UNKNOWN
    return handler(interpreter, receiver, content, arguments, site)


READS = frozenset({"get", "keys", "values", "items", "copy", "index", "count", "issubset", "issuperset", "isdisjoint"})
"""Methods that change nothing."""


def _is_of_attribute(interpreter: Interpreter) -> bool:
    """Whether the receiver of the method called is spelled as an attribute, as in `model.layers.pop()`."""
    function = interpreter.calling[0].func if interpreter.calling is not None else None
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Attribute)


def _on_constant(interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments) -> Value:
    if not arguments.exact:
        return UNKNOWN
    if isinstance(receiver, str) and name == "join" and arguments.positional:
        items = elements(interpreter, arguments.positional[0])
        if items is not None and any(is_constant(item) and not isinstance(item, str) for item in items):
            raise raising("TypeError")
        source = arguments.positional[0]
        several = items is not None and len(items) > 1 and isinstance(source, Container) and source.kind == "set"
        known = items is not None and not several and all(isinstance(item, str) for item in items)
        if not known or len(receiver) * len(items or ()) + sum(map(len, items or ())) > SIZE_LIMIT:  # type: ignore[arg-type]
            return UNKNOWN
        return receiver.join(items)  # type: ignore[arg-type]
    if type(receiver) is tuple and name in ("index", "count"):
        return find(interpreter, receiver, name, arguments)
    if isinstance(receiver, str) and name == "format":
        return _formatted(interpreter, receiver, arguments)
    method = getattr(receiver, name, None)
    if method is None:
        raise raising("AttributeError")
    if not is_constant(receiver):
        return UNKNOWN
    return computed(interpreter, method, arguments)


def _formatted(interpreter: Interpreter, receiver: str, arguments: Arguments) -> Value:
    """`"...".format(...)`: objects of the program's are shown as they say."""
    from kls.program.builtins import text_of
    from kls.program.values import Instance

    def plain(value: Value) -> Value:
        return text_of(interpreter, value, ord("s"), "") if isinstance(value, Instance) else value

    positional = tuple(plain(value) for value in arguments.positional)
    keywords = {name: plain(value) for name, value in arguments.keywords.items()}
    return computed(interpreter, receiver.format, Arguments(positional, keywords))


def _on_namespace(interpreter: Interpreter, receiver: Namespace, name: str, arguments: Arguments) -> Value:
    """`globals().get(name)`."""
    key = arguments.get(0, "key", UNKNOWN)
    if name != "get" or not isinstance(key, str):
        return UNKNOWN
    found = interpreter.overlay.get(("g", receiver.module, key))
    return arguments.get(1, "default", None) if found is UNDEFINED else found
