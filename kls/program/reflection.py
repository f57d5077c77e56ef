"""Built-in functions that ask what an object is, or what it has: its class, its attributes, whether it can be called."""

from __future__ import annotations

import builtins
import collections
import collections.abc
import numbers

from kls.program.attributes import DELETED, KINDS, find_in_mro, get_attribute, is_plain_class
from kls.program.builtins import builtin
from kls.program.interpreter import Interpreter, ProgramRaises
from kls.program.library import Arguments
from kls.program.protocols import is_plain
from kls.program.records import is_named_tuple
from kls.program.setting import delete_attribute, set_attribute
from kls.program.values import (
    CONSTANTS,
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    Container,
    Either,
    External,
    Function,
    Instance,
    Opaque,
    Site,
    Value,
    either,
    has_unknown_base,
    head,
)


@builtin("builtins.isinstance")
def is_instance(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether a value is of a class, where both are known."""
    if len(arguments.positional) != 2:
        return UNKNOWN
    value, classes = arguments.positional
    if isinstance(classes, Container):
        return UNKNOWN
    if isinstance(value, Either):
        return either(is_instance(interpreter, Arguments((one, classes)), site) for one in value.values)
    answers = {_is_a(interpreter, value, cls) for cls in (classes if type(classes) is tuple else (classes,))}
    if True in answers:
        return True
    return UNKNOWN if None in answers else False


def _is_a(interpreter: Interpreter, value: Value, cls: Value) -> bool | None:
    if value is UNKNOWN or not isinstance(cls, (External, Class)):
        return None
    if isinstance(cls, Class):
        if isinstance(value, Instance) and isinstance(value.cls, Class):
            return head(cls) in value.cls.mro or (None if has_unknown_base(value.cls) else False)
        return None if isinstance(value, Opaque) else False
    if cls.name == "builtins.object":
        return True
    if cls.name.startswith("builtins."):
        return _is_a_builtin(value, cls)
    own = abstract_class(cls.name)
    kind = python_type(value)
    if own is not None and kind is not None:
        return issubclass(kind, own)
    if type(value) in CONSTANTS or isinstance(value, Container) or type(value) is tuple:
        return None if cls.name.startswith(("typing.", "collections.", "numbers.", "numpy.")) else False
    found = interpreter.library.operator(interpreter, "isinstance", (value, cls), EMPTY_SITE)
    if isinstance(found, bool):
        return found
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        return True if cls in value.cls.mro else None
    return None


def _is_a_builtin(value: Value, cls: External) -> bool | None:
    own = type(None) if cls.name == "builtins.NoneType" else getattr(builtins, cls.name.removeprefix("builtins."), None)
    if not isinstance(own, type):
        return None
    kind = python_type(value)
    if kind is not None:
        return issubclass(kind, own)
    if isinstance(value, Opaque) or (isinstance(value, External) and own is not str):
        return None
    if isinstance(value, Instance):
        if isinstance(value.cls, Class):
            if has_unknown_base(value.cls):
                return None
            roots = [
                getattr(builtins, b.name.removeprefix("builtins."), None) for b in value.cls.mro if type(b) is External
            ]
            if any(isinstance(root, type) and issubclass(root, own) for root in roots):
                return True
            return own is tuple if is_named_tuple(value.cls) else None if is_mixed(value.cls) else False
        made_by = (
            getattr(builtins, value.cls.name.removeprefix("builtins."), None) if type(value.cls) is External else None
        )
        return issubclass(made_by, own) if isinstance(made_by, type) else None if own is tuple else False
    if isinstance(value, Class):
        return own is type
    return False


def is_mixed(cls: Class) -> bool:
    """Whether a class has a base of the standard library's that may be a number or string."""
    return any(type(base) is External and base.name.startswith(("enum.", "collections.")) for base in cls.mro)


def abstract_class(name: str) -> type | None:
    """One of the abstract classes of `collections.abc` and `numbers`, or a class of `collections`."""
    module, _, last = name.rpartition(".")
    source = {"collections.abc": collections.abc, "numbers": numbers, "collections": collections, "typing": None}.get(
        module
    )
    if module == "typing" and last in ("Sequence", "Mapping", "Iterable", "Callable", "Hashable", "Sized"):
        source = collections.abc
    found = getattr(source, last, None) if source is not None else None
    return found if isinstance(found, type) else None


def python_type(value: Value) -> type | None:
    """Python's own type of a value; None of others."""
    if isinstance(value, Container):
        return KINDS.get(value.kind)
    kind = type(value)
    if kind in CONSTANTS or kind in (tuple, range, slice):
        return kind
    return type(lambda: 0) if kind is Function else None


EMPTY_SITE = Site("", ("", 0), 0, 0, 0, 0)


@builtin("builtins.getattr")
def builtin_getattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`getattr(object, name[, default])`."""
    name = arguments.get(1, "name", UNKNOWN)
    if not isinstance(name, str):
        return UNKNOWN
    has_default = len(arguments.positional) > 2
    outer, interpreter.maybe = interpreter.maybe, []
    interpreter.guarded += has_default
    try:
        found = get_attribute(interpreter, arguments.positional[0], name, site)
    except ProgramRaises as error:
        if has_default and error.raised in (External("builtins.AttributeError"), UNKNOWN):
            return arguments.positional[2]
        raise
    finally:
        interpreter.guarded -= has_default
        interpreter.maybe = outer
    if not has_default:
        interpreter.doubt()
    return found


@builtin("builtins.setattr")
def builtin_setattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`setattr(object, name, value)`."""
    if len(arguments.positional) == 3 and isinstance(arguments.positional[1], str):
        set_attribute(interpreter, arguments.positional[0], arguments.positional[1], arguments.positional[2])
    return None


@builtin("builtins.delattr")
def builtin_delattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """`delattr(object, name)`."""
    if len(arguments.positional) == 2 and isinstance(arguments.positional[1], str):
        delete_attribute(interpreter, arguments.positional[0], arguments.positional[1])
    return None


@builtin("builtins.hasattr")
def builtin_hasattr(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether an object has an attribute, where that is certain."""
    value, name = arguments.get(0, "obj", UNKNOWN), arguments.get(1, "name", UNKNOWN)
    if not isinstance(name, str) or value is UNKNOWN or isinstance(value, Either):
        return UNKNOWN
    if isinstance(value, Instance) and interpreter.overlay.get((value.address, name)) not in (UNDEFINED, DELETED):
        return True
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        if find_in_mro(interpreter, value.cls.mro, name) is not UNDEFINED:
            return True
    elif not isinstance(value, Container | Class | Function | External) and type(value) not in (*CONSTANTS, tuple):
        return UNKNOWN
    outer, interpreter.maybe = interpreter.maybe, []
    interpreter.guarded += 1
    try:
        found = get_attribute(interpreter, value, name, site)
    except ProgramRaises as error:
        return False if error.raised == External("builtins.AttributeError") else UNKNOWN
    finally:
        interpreter.guarded -= 1
        interpreter.maybe = outer
    return UNKNOWN if found is UNKNOWN or isinstance(value, External) else True


@builtin("builtins.callable")
def builtin_callable(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether an object can be called."""
    value = arguments.get(0, "obj", UNKNOWN)
    if isinstance(value, (Function, Class, BoundMethod)):
        return True
    if isinstance(value, External) and value.name.startswith("builtins."):
        return callable(getattr(builtins, value.name.removeprefix("builtins."), None))
    if is_plain(value):
        assert isinstance(value, Instance)
        assert isinstance(value.cls, Class)
        return find_in_mro(interpreter, value.cls.mro, "__call__") is not UNDEFINED
    return False if type(value) in CONSTANTS or isinstance(value, (tuple, Container)) else UNKNOWN


@builtin("builtins.type")
def builtin_type(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """The class of an object."""
    value = arguments.get(0, "obj", UNKNOWN)
    if len(arguments.positional) != 1:
        return UNKNOWN
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Class):
        return UNKNOWN if is_mixed(value) else External("builtins.type")
    kind = python_type(value)
    return UNKNOWN if kind is None or kind is type(lambda: 0) else External(f"builtins.{kind.__name__}")


@builtin("builtins.issubclass")
def is_subclass(interpreter: Interpreter, arguments: Arguments, site: Site) -> Value:
    """Whether a class descends from another, where both are known."""
    if len(arguments.positional) != 2:
        return UNKNOWN
    cls, wanted = arguments.positional
    answers = set()
    for one in wanted if type(wanted) is tuple else (wanted,):
        if isinstance(cls, Class) and isinstance(one, Class | External):
            known = head(one) in cls.mro or one == External("builtins.object")
            answers.add(known or (None if has_unknown_base(cls) or not is_plain_class(cls) else False))
        else:
            answers.add(None)
    return True if True in answers else UNKNOWN if None in answers else False
