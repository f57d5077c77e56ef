"""Classes that the standard library fills in: dataclasses, named tuples, enumerations."""

from __future__ import annotations

import ast
from typing import NamedTuple

from kls.program.interpreter import Interpreter, raising
from kls.program.library import Arguments
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Address,
    Class,
    Container,
    External,
    Function,
    Instance,
    Site,
    Value,
    Wrapped,
    head,
)

FIELDS = "<fields>"
"""Where the fields of a dataclass or named tuple are kept among its class attributes; no program can write this name."""

MEMBERS = "<members>"
"""Where the names of an enumeration's members are kept."""

ASSIGNED = "<assigned>"
"""Where the names are kept that a class's methods set on its objects."""

OPTIONS = "<options>"
"""Where a dataclass's options are kept."""

NAMED_TUPLES = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple", "collections.namedtuple"})
ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"})
DATACLASSES = frozenset({"dataclasses.dataclass", "attr.s", "attr.dataclass", "attrs.define", "attrs.frozen"})


class Field(NamedTuple):
    """One field, with what it has where nothing is passed."""

    name: str
    default: Value = UNDEFINED
    factory: Value = UNDEFINED
    init: bool = True
    keyword_only: bool = False


def find(interpreter: Interpreter, cls: Value, name: str) -> Value:
    """What the first class along the method resolution order keeps under `name`."""
    for base in cls.mro if isinstance(cls, Class) else ():
        if isinstance(base, Class):
            found = interpreter.overlay.get((base.address, name))
            if found is not UNDEFINED:
                return found
    return UNDEFINED


def fields_of(interpreter: Interpreter, cls: Value) -> tuple[Field, ...] | None:
    """The fields of a dataclass or named tuple."""
    found = find(interpreter, cls, FIELDS)
    return found if isinstance(found, tuple) else None


def is_named_tuple(cls: Value) -> bool:
    """Whether a class is a named tuple."""
    return isinstance(cls, Class) and any(isinstance(b, External) and b.name in NAMED_TUPLES for b in cls.mro)


def is_enum(cls: Value) -> bool:
    """Whether a class is an enumeration."""
    return isinstance(cls, Class) and any(isinstance(b, External) and b.name in ENUMS for b in cls.mro)


def annotated_names(node: ast.ClassDef) -> tuple[tuple[str, str], ...]:
    """The annotated names of a class body, each with the last word of its annotation."""
    found = []
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            annotation = statement.annotation
            if isinstance(annotation, ast.Subscript):
                annotation = annotation.value
            word = annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", "")
            if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
                word = annotation.value.partition("[")[0].rpartition(".")[2]
            found.append((statement.target.id, word))
    return tuple(found)


def fill_in(interpreter: Interpreter, cls: Class, node: ast.ClassDef) -> None:
    """What the base of a class that was just made adds to it."""
    if is_named_tuple(cls) and any(isinstance(base, External) for base in cls.bases):
        names = annotated_names(node)
        fields = tuple(Field(name, interpreter.overlay.get((cls.address, name))) for name, _ in names)
        interpreter.overlay.set((cls.address, FIELDS), fields)
    elif is_enum(cls):
        _make_members(interpreter, cls, node)


def make_dataclass(interpreter: Interpreter, cls: Class, options: dict[str, Value], annotated: Value) -> None:
    """`@dataclass(**options)`: the fields of the ancestors, then its own (dataclasses, `_process_class`)."""
    fields: dict[str, Field] = {}
    for base in reversed(cls.mro[1:]):
        if isinstance(base, Class):
            inherited = interpreter.overlay.get((base.address, FIELDS))
            fields.update({f.name: f for f in inherited} if isinstance(inherited, tuple) else {})
    keyword_only = options.get("kw_only", False) is True
    for name, word in annotated if isinstance(annotated, tuple) else ():
        if word in ("ClassVar",):
            continue
        if word == "KW_ONLY":
            keyword_only = True
            continue
        default = interpreter.overlay.get((cls.address, name))
        made = Field(name, default, keyword_only=keyword_only)
        if isinstance(default, Wrapped) and default.kind == "field":
            settings = dict(default.keywords)
            given = settings.get("default", UNDEFINED)
            made = Field(
                name,
                given,
                settings.get("default_factory", settings.get("factory", UNDEFINED)),
                settings.get("init", True) is not False,
                settings.get("kw_only", keyword_only) is True,
            )
            interpreter.overlay.set((cls.address, name), given)
        fields[name] = made
    interpreter.overlay.set((cls.address, FIELDS), tuple(fields.values()))
    interpreter.overlay.set((cls.address, OPTIONS), dict(options))


def option(interpreter: Interpreter, cls: Value, name: str, default: bool) -> bool:
    """An option of a dataclass."""
    found = find(interpreter, cls, OPTIONS)
    value = found.get(name, default) if isinstance(found, dict) else default
    return value is True


def set_fields(
    interpreter: Interpreter, address: Address, fields: tuple[Field, ...], arguments: Arguments, site: Site
) -> None:
    """What the generated `__init__` (or `__new__`) does.

    Raises:
        ProgramRaises: the arguments do not fit.
    """
    from kls.program.calls import call

    passed = [f for f in fields if f.init and not f.keyword_only]
    names = {f.name for f in fields if f.init}
    if arguments.exact and (len(arguments.positional) > len(passed) or not names >= set(arguments.keywords)):
        raise raising("TypeError")
    values = dict(zip([f.name for f in passed], arguments.positional))
    if set(values) & set(arguments.keywords):
        raise raising("TypeError")
    values.update(arguments.keywords)
    for field in fields:
        value = values.get(field.name, UNDEFINED)
        if value is UNDEFINED and not arguments.exact:
            value = UNKNOWN
        elif value is UNDEFINED and field.factory is not UNDEFINED:
            value = call(interpreter, field.factory, Arguments(), site)
        elif value is UNDEFINED:
            value = field.default
            if value is UNDEFINED and field.init:
                raise raising("TypeError")
        if value is not UNDEFINED:
            interpreter.overlay.set((address, field.name), value)


def as_tuple(interpreter: Interpreter, value: Value) -> tuple[Value, ...] | None:
    """The items of a named tuple's object; None of other values."""
    if not isinstance(value, Instance) or not is_named_tuple(value.cls):
        return None
    fields = fields_of(interpreter, value.cls)
    if fields is None:
        return None
    items = tuple(interpreter.overlay.get((value.address, f.name)) for f in fields)
    return tuple(UNKNOWN if item is UNDEFINED else item for item in items)


def field_values(interpreter: Interpreter, value: Value) -> dict[str, Value] | None:
    """The fields of a dataclass's or named tuple's object with their values."""
    fields = fields_of(interpreter, value.cls) if isinstance(value, Instance) else None
    if fields is None or not isinstance(value, Instance):
        return None
    found = {f.name: interpreter.overlay.get((value.address, f.name)) for f in fields}
    return {name: UNKNOWN if item is UNDEFINED else item for name, item in found.items()}


def named_tuple_class(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`collections.namedtuple(name, fields, defaults=...)` and `typing.NamedTuple(name, pairs)`."""
    from kls.program.containers import content_of, iterate

    name, listed = arguments.get(0, "typename", UNKNOWN), arguments.get(1, "field_names", UNKNOWN)
    if isinstance(listed, str):
        names: list[Value] | None = list(listed.replace(",", " ").split())
    else:
        names = iterate(interpreter, listed)
    if names is not None:
        pairs = [content_of(interpreter, item) for item in names]
        names = [pair[0] if isinstance(pair, tuple) and pair else item for pair, item in zip(pairs, names)]
    defaults = iterate(interpreter, arguments.get(None, "defaults", ()))
    if not isinstance(name, str) or names is None or defaults is None or not all(isinstance(n, str) for n in names):
        return UNKNOWN
    cls = Class(name, interpreter.overlay.allocate(), (External("collections.namedtuple"),), "", ())
    cls = cls._replace(mro=(head(cls), External("collections.namedtuple")))
    missing = [UNDEFINED] * (len(names) - len(defaults))
    fields = tuple(Field(str(n), d) for n, d in zip(names, [*missing, *defaults]))
    interpreter.overlay.set((cls.address, FIELDS), fields)
    return cls


def _make_members(interpreter: Interpreter, cls: Class, node: ast.ClassDef) -> None:
    """The members of an enumeration: every plain value of its body, in order."""
    overlay = interpreter.overlay
    names: list[str] = []
    last: Value = 0
    targets = [t.id for s in node.body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)]
    by_value: list[tuple[Value, Instance]] = []
    for name in dict.fromkeys(targets):
        value = overlay.get((cls.address, name))
        if name.startswith("_") or (isinstance(value, Function | Wrapped) and getattr(value, "kind", "") != "auto"):
            continue
        if isinstance(value, Wrapped):
            string = any(isinstance(b, External) and b.name == "enum.StrEnum" for b in cls.mro)
            value = name.lower() if string else last + 1 if isinstance(last, int) else UNKNOWN
        last = value
        alias = next((m for v, m in by_value if type(v) in (int, str) and v == value), None)
        member = alias or Instance(overlay.allocate(), cls)
        overlay.set((cls.address, name), member)
        if alias is not None:
            continue
        by_value.append((value, member))
        names.append(name)
        for key, item in (("name", name), ("_name_", name), ("value", value), ("_value_", value)):
            overlay.set((member.address, key), item)
    overlay.set((cls.address, MEMBERS), tuple(names))


def members_of(interpreter: Interpreter, cls: Value) -> list[Value] | None:
    """The members of an enumeration, in order."""
    names = find(interpreter, cls, MEMBERS)
    if not isinstance(names, tuple) or not isinstance(cls, Class):
        return None
    return [find(interpreter, cls, name) for name in names]


def member_of_value(interpreter: Interpreter, cls: Class, value: Value) -> Value:
    """`Enumeration(value)`."""
    from kls.program.comparisons import is_constant

    members = members_of(interpreter, cls) or []
    values = [interpreter.overlay.get((m.address, "value")) for m in members if isinstance(m, Instance)]
    if isinstance(value, Instance) and value in members:
        return value
    if not is_constant(value) or not all(is_constant(v) for v in values):
        return UNKNOWN
    for member, own in zip(members, values):
        if own == value:
            return member
    if find(interpreter, cls, "_missing_") is not UNDEFINED:
        return UNKNOWN
    raise raising("ValueError")


def member_value(interpreter: Interpreter, value: Value) -> Value:
    """The number or string that a member of an IntEnum, StrEnum or `(str, Enum)` is; UNDEFINED of other values."""
    if not isinstance(value, Instance) or not is_enum(value.cls) or not isinstance(value.cls, Class):
        return UNDEFINED
    mixed = any(
        isinstance(b, External)
        and b.name in ("enum.IntEnum", "enum.StrEnum", "enum.IntFlag", "builtins.int", "builtins.str", "builtins.float")
        for b in value.cls.mro
    )
    return interpreter.overlay.get((value.address, "value")) if mixed else UNDEFINED


def replaced(interpreter: Interpreter, value: Instance, changes: dict[str, Value], site: Site) -> Value:
    """`dataclasses.replace(value, **changes)` and `named._replace(**changes)`."""
    from kls.program.calls import call

    fields = fields_of(interpreter, value.cls) or ()
    current = field_values(interpreter, value) or {}
    passed = {f.name: current[f.name] for f in fields if f.init}
    return call(interpreter, value.cls, Arguments((), {**passed, **changes}), site)


def as_dict(interpreter: Interpreter, value: Value) -> Value:
    """`dataclasses.asdict(value)`: all the way down."""
    from kls.program.containers import content_of

    if isinstance(value, Instance):
        found = field_values(interpreter, value)
        if found is None:
            return UNKNOWN
        return interpreter.overlay.new("dict", {k: as_dict(interpreter, v) for k, v in found.items()})
    content = content_of(interpreter, value)
    if isinstance(value, Container) and isinstance(content, tuple):
        return interpreter.overlay.new(value.kind, tuple(as_dict(interpreter, item) for item in content))
    if isinstance(value, Container) and isinstance(content, dict):
        return interpreter.overlay.new(value.kind, {k: as_dict(interpreter, v) for k, v in content.items()})
    return tuple(as_dict(interpreter, item) for item in value) if type(value) is tuple else value


def record_method(interpreter: Interpreter, value: Instance, name: str, arguments: Arguments, site: Site) -> Value:
    """A method that the library adds to named tuples; UNDEFINED for others."""
    items = as_tuple(interpreter, value)
    if items is None:
        return UNDEFINED
    if name == "_replace":
        return replaced(interpreter, value, arguments.keywords, site)
    if name == "_asdict":
        return interpreter.overlay.new("dict", dict(field_values(interpreter, value) or {}))
    if name in ("index", "count"):
        from kls.program.methods import call_method

        return call_method(interpreter, items, name, arguments, site)
    return UNDEFINED


RECORD_METHODS = frozenset({"_replace", "_asdict", "index", "count"})


def refuses(interpreter: Interpreter, value: Instance, name: str) -> bool:
    """Whether an attribute of an object may not be set: that of a frozen dataclass or named tuple."""
    if is_named_tuple(value.cls):
        return True
    return fields_of(interpreter, value.cls) is not None and option(interpreter, value.cls, "frozen", False)


def comparable(interpreter: Interpreter, name: str, left: Value, right: Value) -> tuple[Value, Value] | None:
    """Two objects of one dataclass, or members of one enumeration, as what they are compared by."""
    if not isinstance(left, Instance) or not isinstance(right, Instance) or left.cls != right.cls:
        return None
    fields = None if is_named_tuple(left.cls) else fields_of(interpreter, left.cls)
    if fields is None:
        return None
    wanted = option(interpreter, left.cls, "eq", True) if name in ("eq", "ne") else False
    if not wanted and not option(interpreter, left.cls, "order", False):
        return None
    a, b = field_values(interpreter, left), field_values(interpreter, right)
    return (tuple(a.values()), tuple(b.values())) if a is not None and b is not None else None
