"""The plug between the interpreter and what a library means: `graph/` fills it for Keras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kls.program.values import UNDEFINED, Container, External, Instance, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


class Arguments(NamedTuple):
    """What a call passes. `exact` is False where a splat of unknown content may have passed more."""

    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] = {}
    exact: bool = True

    def get(self, index: int | None, name: str, default: Value = None) -> Value:
        """The argument at `index` or called `name`; `default` where neither was passed."""
        if name in self.keywords:
            return self.keywords[name]
        if index is not None and index < len(self.positional):
            return self.positional[index]
        return default


class Library(Protocol):
    """What a library's names and objects do. Every answer may be UNKNOWN; `UNDEFINED` says "not mine"."""

    tracked: frozenset[type]
    """Types of values whose variables the library wants to know (`named`)."""

    def interprets(self, module: str) -> bool:
        """Whether the source of this library module is to be read like the program's own."""
        ...

    def resolve(self, name: str) -> Value:
        """What a qualified name stands for, UNDEFINED where the library does not know it."""
        ...

    def knows(self, name: str) -> bool:
        """Whether a qualified name is one of the library's things: an object, and no constant that may be false."""
        ...

    def call(self, interpreter: Interpreter, function: External, arguments: Arguments, site: Site) -> Value:
        """Call a library function or class; UNDEFINED where the library does not know it."""
        ...

    def compiles(self, name: str) -> bool:
        """Whether the decorator of this qualified name turns a function into one that the library runs (`compiled`)."""
        ...

    def compiled(self, interpreter: Interpreter, arguments: Arguments, site: Site) -> bool:
        """Such a function is called: False where that raises, and the function is not run.

        Raises:
            ProgramRaises: that raises, and a `try` around it expects it.
        """
        ...

    def initialise(
        self, interpreter: Interpreter, instance: Instance, base: External, arguments: Arguments, site: Site
    ) -> None:
        """The library's `__init__` of `base`, reached on an instance of a class of the program."""
        ...

    def call_instance(self, interpreter: Interpreter, instance: Instance, arguments: Arguments, site: Site) -> Value:
        """Call an object whose class is, or inherits from, a library class."""
        ...

    def attribute(self, interpreter: Interpreter, value: Value, name: str, site: Site) -> Value:
        """An attribute of one of the library's values; UNDEFINED where it is not known to the library."""
        ...

    def call_method(
        self, interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments, site: Site
    ) -> Value:
        """Call a method that `attribute` gave out as a Method."""
        ...

    def operator(self, interpreter: Interpreter, name: str, operands: tuple[Value, ...], site: Site) -> Value:
        """A Python operator on a library's value, by its dunder name without underscores; UNDEFINED for "not mine"."""
        ...

    def iterate(self, interpreter: Interpreter, value: Value, count: int | None) -> list[Value] | None:
        """The items of a library's value; `count` is how many the program unpacks, where that is known."""
        ...

    def named(self, interpreter: Interpreter, name: str, value: Value, is_global: bool, site: Site) -> None:
        """`value`, one of the library's, was bound to a variable."""
        ...

    def replaced(self, interpreter: Interpreter, old: Value, new: Value, place: str) -> None:
        """`new` took the place of `old`, both the library's: `place` is the attribute or item as the source spells it."""
        ...

    def held(self, interpreter: Interpreter, receiver: Instance | Container, key: Value, value: Value) -> None:
        """`value`, one of the library's, was bound to an attribute of an object, or to an item of a list or dict."""
        ...

    def asked(self, interpreter: Interpreter, value: Value, what: str, site: Site, name: str | None = None) -> None:
        """The program needs "truth", "items" or a "call" of a tracked value, or hands it to a built-in function.

        `what` is the function's qualified name then; `name` is the variable that is asked, where it is one.

        Raises:
            ProgramRaises: that raises, and a `try` around it expects it.
        """
        ...

    def assigned(self, interpreter: Interpreter, receiver: Value, name: str, value: Value, site: Site) -> None:
        """`receiver.name = value` on one of the library's values.

        Raises:
            ProgramRaises: that raises, and a `try` around it expects it.
        """
        ...

    def member(self, interpreter: Interpreter, owner: External, name: str, site: Site) -> Value:
        """What the program gets when it reads `owner.name`, where the library surely has no such name; else UNDEFINED.

        Raises:
            ProgramRaises: a `try` around it expects that.
        """
        ...

    def imported(self, interpreter: Interpreter, module: str, names: tuple[str, ...], site: Site) -> None:
        """`from module import name, ...`, or `import module` without names, of a module that is not interpreted.

        Raises:
            ProgramRaises: the import fails, and a `try` around it expects that.
        """
        ...

    def exports(self, module: str) -> Mapping[str, Value]:
        """What `from module import *` binds."""
        ...

    def changed(self, interpreter: Interpreter, value: Value, method: str, site: Site, index: Value) -> None:
        """A list is about to be changed that was read off an attribute just now: `model.layers.pop()`,
        `del model.layers[0]`. `index`: which item is taken out or replaced, UNKNOWN where it is not one."""
        ...

    def escaped(self, interpreter: Interpreter, value: Value) -> None:
        """`value` was handed to code that is not known, which may have changed it."""
        ...


class NoLibrary:
    """A library that knows nothing: the interpreter alone."""

    def interprets(self, module: str) -> bool:
        """No module."""
        return False

    def resolve(self, name: str) -> Value:
        """No name."""
        return UNDEFINED

    def knows(self, name: str) -> bool:
        """No name."""
        return False

    def compiles(self, name: str) -> bool:
        """No decorator."""
        return False

    def compiled(self, interpreter: Interpreter, arguments: Arguments, site: Site) -> bool:
        """Nothing is known to raise."""
        return True

    def _nothing(self, *args: object) -> Value:
        return UNDEFINED

    call = call_instance = attribute = call_method = operator = member = _nothing

    def initialise(self, *args: object) -> None:
        """Nothing to do."""

    changed = escaped = held = named = replaced = asked = assigned = imported = initialise

    tracked: frozenset[type] = frozenset()

    def exports(self, module: str) -> Mapping[str, Value]:
        """No names."""
        return {}

    def iterate(self, interpreter: Interpreter, value: Value, count: int | None) -> list[Value] | None:
        """Nothing to iterate."""
        return None
