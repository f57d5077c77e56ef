"""Class definitions and decorators."""

from __future__ import annotations

import ast

from kls.program.attributes import find_in_mro
from kls.program.calls import call
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter, site_of
from kls.program.library import Arguments
from kls.program.records import ASSIGNED, DATACLASSES, annotated_names, fill_in, make_dataclass
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    Either,
    External,
    Function,
    Instance,
    Value,
    Wrapped,
    head,
)

ANNOTATIONS = "<annotations>"
"""Where a class's annotated names are kept, until a decorator asks for them."""

MARKS = frozenset({"__eq__", "__hash__", "__setattr__", "__getattribute__"})
"""Methods that a class's objects are not plain with."""


MRO_LIMIT = 100
"""Of a class with more ancestors these are not known."""


def make_class(interpreter: Interpreter, node: ast.ClassDef, frame: Frame) -> Value:
    """Run a class body: what it binds becomes the class's attributes."""
    overlay = interpreter.overlay
    bases = tuple(interpreter.evaluate(base, frame) for base in node.bases if not isinstance(base, ast.Starred))
    keywords = {k.arg: interpreter.evaluate(k.value, frame) for k in node.keywords if k.arg is not None}
    address = overlay.allocate()
    cls = Class(node.name, address, bases, frame.module, (), marks_of(node))
    mro = linearise(cls, bases)
    cls = cls._replace(bases=tuple(map(head, bases)), mro=mro if len(mro) <= MRO_LIMIT else (head(cls), UNKNOWN))
    body = Frame(frame.module, frame.piece, locals={}, closure=frame.captured(), outer=frame)
    body.is_class = True
    body.owner = cls
    interpreter.execute(node.body, body)
    for name, value in (body.locals or {}).items():
        overlay.set((address, name), value)
    assigned = _assigned_names(node)
    if assigned:
        overlay.set((address, ASSIGNED), assigned)
    annotated = annotated_names(node)
    if annotated:
        overlay.set((address, ANNOTATIONS), annotated)
    documentation = ast.get_docstring(node)
    if documentation is not None:
        overlay.set((address, "__doc__"), documentation)
    fill_in(interpreter, cls, node)
    hook = find_in_mro(interpreter, cls.mro[1:], "__init_subclass__")
    if hook is not UNDEFINED:
        passed = {name: value for name, value in keywords.items() if name != "metaclass"}
        function = hook.function if isinstance(hook, Wrapped) else hook
        call(interpreter, BoundMethod(function, cls), Arguments((), passed), site_of(node, frame))
    meta = keywords.get("metaclass")
    return UNKNOWN if isinstance(meta, Class) or meta is UNKNOWN else cls


def _assigned_names(node: ast.ClassDef) -> frozenset[str]:
    """The names that a class's text sets as attributes of anything; kept on the node."""
    found: frozenset[str] | None = getattr(node, "kls_assigned", None)
    if found is None:
        inner = ast.walk(node)
        found = frozenset(n.attr for n in inner if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
        node.kls_assigned = found  # type: ignore[attr-defined]
    return found


def marks_of(node: ast.ClassDef) -> frozenset[str]:
    """What the text of a class says of how its objects behave (`Class.marks`); kept on the node."""
    found: frozenset[str] | None = getattr(node, "kls_marks", None)
    if found is None:
        names: set[str] = set()
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                if statement.name in MARKS or any(_makes_property(d) for d in statement.decorator_list):
                    names.add(statement.name)
            elif isinstance(statement, ast.Assign):
                targets = [t.id for t in statement.targets if isinstance(t, ast.Name)]
                names.update(t for t in targets if t in MARKS or isinstance(statement.value, ast.Call))
        if any("dataclass" in ast.dump(d) or "attr" in ast.dump(d) for d in node.decorator_list):
            names.add("@dataclass")
        if any("NamedTuple" in ast.dump(base) or "namedtuple" in ast.dump(base) for base in node.bases):
            names.add("@tuple")
        found = node.kls_marks = frozenset(names)  # type: ignore[attr-defined]
    return found


def _makes_property(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("property", "setter", "getter", "deleter") or name.endswith("property")


def linearise(cls: Class, bases: tuple[Value, ...]) -> tuple[Value, ...]:
    """The method resolution order, by C3 (Python reference, `type.mro`); depth-first where C3 fails.

    `cls` stands at its head with an empty `mro` of its own, which keeps the value finite.
    """
    sequences = [list(base.mro) if isinstance(base, Class) else [base] for base in bases] + [list(bases)]
    sequences = [[head(entry) for entry in sequence] for sequence in sequences]
    result: list[Value] = [head(cls)]
    while any(sequences):
        sequences = [sequence for sequence in sequences if sequence]
        for sequence in sequences:
            candidate = sequence[0]
            if not any(candidate in other[1:] for other in sequences):
                break
        else:
            candidate = sequences[0][0]
        result.append(candidate)
        sequences = [[entry for entry in sequence if entry != candidate] for sequence in sequences]
    return tuple(result)


def decorated(interpreter: Interpreter, decorator: ast.expr, value: Value, frame: Frame) -> Value:
    """`@decorator`. A library's decorator is taken to keep the function's meaning (`@tf.function`, `@register...`), and so is
    one of the program's own that ends in a library."""
    if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "getter", "deleter"):
        return _changed_property(interpreter, decorator, value, frame)
    function = interpreter.evaluate(decorator, frame)
    if isinstance(function, External):
        kind = WRAPPERS.get(function.name)
        if kind is not None:
            return Wrapped(kind, value)
        if function.name in OTHER:
            return UNKNOWN
    name = _decorator_name(interpreter, decorator, frame)
    if name is not None and isinstance(decorator, ast.Call):
        if name in WRAPPERS and WRAPPERS[name] == "cached":
            return Wrapped("cached", value)
        if name in OTHER:
            return UNKNOWN
    if name is not None and isinstance(value, Function) and not frame.is_class and interpreter.library.compiles(name):
        return Wrapped("compiled", value)
    if name in DATACLASSES and isinstance(value, Class):
        options: dict[str, Value] = {}
        if isinstance(decorator, ast.Call):
            options = {k.arg: interpreter.evaluate(k.value, frame) for k in decorator.keywords if k.arg}
        if name == "attrs.frozen":
            options["frozen"] = True
        make_dataclass(interpreter, value, options, interpreter.overlay.get((value.address, ANNOTATIONS)))
        return value
    if isinstance(function, Function | BoundMethod | Class | Instance | Wrapped | Either):
        if isinstance(function, Instance) and not isinstance(function.cls, Class):
            return value
        made = call(interpreter, function, Arguments((value,)), site_of(decorator, frame))
        return value if made is UNKNOWN else made
    return value


WRAPPERS = {
    "builtins.property": "property",
    "abc.abstractproperty": "property",
    "functools.cached_property": "cached_property",
    "builtins.staticmethod": "staticmethod",
    "builtins.classmethod": "classmethod",
    "contextlib.contextmanager": "contextmanager",
    "functools.lru_cache": "cached",
    "functools.cache": "cached",
}
"""Decorators of the standard library, by the kind of what they make."""

OTHER = frozenset({"functools.singledispatch", "functools.singledispatchmethod", "functools.partialmethod"})
"""Decorators of the standard library that give a function another meaning, which is not followed."""


def _changed_property(interpreter: Interpreter, decorator: ast.Attribute, value: Value, frame: Frame) -> Value:
    """`@name.setter`: the property with one more function (a Wrapped of the getter, with setter and deleter)."""
    old = interpreter.evaluate(decorator.value, frame)
    if not isinstance(old, Wrapped) or old.kind != "property":
        return UNKNOWN if old is UNKNOWN else value
    setter, deleter = (*old.args, UNDEFINED, UNDEFINED)[:2]
    if decorator.attr == "getter":
        return old._replace(function=value)
    return old._replace(args=(value, deleter) if decorator.attr == "setter" else (setter, value))


def _decorator_name(interpreter: Interpreter, decorator: ast.expr, frame: Frame) -> str | None:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    value = interpreter.evaluate(target, frame) if isinstance(target, ast.Name | ast.Attribute) else UNKNOWN
    return value.name if isinstance(value, External) else None
