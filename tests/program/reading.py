"""A small program, read by kls and run by Python: what kls claims to know must be what Python says."""

from __future__ import annotations

import contextlib
import io
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kls.program.attributes import DELETED
from kls.program.containers import content_of
from kls.program.frame import UNBOUND
from kls.program.interpreter import Interpreter
from kls.program.library import NoLibrary
from kls.program.modules import ModuleCache, Modules
from kls.program.store import Overlay
from kls.program.units import MAIN, UnitMemo, run_document
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    Container,
    Either,
    External,
    Function,
    Instance,
    Module,
    Value,
)
from kls.source.document import Document

CLAIM = re.compile(r"^# (\w+) (?:== (.+)|is (unknown))$", re.MULTILINE)
"""`# x == (2, 3)` or `# x is unknown`: what kls must say of `x` at the end; the former is put to Python too."""


@dataclass(frozen=True)
class Reading:
    """What kls makes of a program."""

    interpreter: Interpreter
    names: Mapping[str, Value]
    attributes: Mapping[object, Mapping[str, Value]]
    """By the address of an object: what was set on it."""
    steps: int
    finished: bool
    """Whether its step budget was enough for all of it."""

    def agrees(self, value: Value, real: object, seen: frozenset[object] = frozenset()) -> bool:
        """Whether what kls knows of a value, be it little, is true of the real one."""
        if value is UNKNOWN:
            return True
        if isinstance(value, Either):
            return any(self.agrees(one, real, seen) for one in value.values)
        if isinstance(value, Container):
            if value.address in seen:
                return True
            return self._container_agrees(value, real, seen | {value.address})
        if isinstance(value, Instance):
            return self._instance_agrees(value, real, seen)
        if isinstance(value, Class):
            return isinstance(real, type) and real.__name__ == value.name
        if isinstance(value, Function | BoundMethod):
            return callable(real)
        if isinstance(value, Module):
            return isinstance(real, types.ModuleType)
        if isinstance(value, External):
            return not isinstance(real, int | float | str | list | dict | tuple | set | type(None))
        if isinstance(value, tuple) and type(value) is tuple:
            return (
                isinstance(real, tuple)
                and len(real) == len(value)
                and all(self.agrees(a, b, seen) for a, b in zip(value, real))
            )
        if type(value) in (int, float, str, bytes, bool, type(None), range, slice, complex, frozenset, type(...)):
            return type(value) is type(real) and (repr(value) == repr(real) if type(value) is float else value == real)
        return True

    def _container_agrees(self, value: Container, real: object, seen: frozenset[object]) -> bool:
        content = content_of(self.interpreter, value)
        if value.kind in ("dict", "defaultdict", "OrderedDict", "Counter") and not isinstance(real, dict):
            return False
        if value.kind == "list" and not isinstance(real, list | type({}.keys()) | type({}.values()) | type({}.items())):
            return False
        if value.kind == "set" and not isinstance(real, set | frozenset):
            return False
        if isinstance(content, dict):
            keys = list(content)
            if not isinstance(real, dict) or len(keys) != len(real):
                return False
            if all(isinstance(k, str | int | float | tuple | bool | bytes | type(None)) for k in keys):
                return keys == list(real) and all(self.agrees(content[k], real[k], seen) for k in keys)
            return all(self.agrees(a, b, seen) for a, b in zip(content.values(), real.values()))
        if not isinstance(content, tuple):
            return True
        if value.kind == "iterator":
            return hasattr(real, "__next__")
        if isinstance(real, set | frozenset):
            return len(content) == len(real) and all(any(self.agrees(c, r, seen) for r in real) for c in content)
        items = list(real)  # type: ignore[call-overload]
        return len(items) == len(content) and all(self.agrees(a, b, seen) for a, b in zip(content, items))

    def _instance_agrees(self, value: Instance, real: object, seen: frozenset[object]) -> bool:
        if not isinstance(value.cls, Class):
            return True
        if type(real).__name__ != value.cls.name:
            return False
        if value.address in seen:
            return True
        mine = self.attributes.get(value.address, {})
        if mine.get("*") is UNKNOWN:
            return True
        seen |= {value.address}
        return all(
            name.startswith("<")
            or attribute is DELETED
            or (hasattr(real, name) and self.agrees(attribute, getattr(real, name), seen))
            for name, attribute in mine.items()
        )

    def is_known(self, value: Value, depth: int = 0) -> bool:
        """Whether a value is known all the way down."""
        if value is UNKNOWN or value is UNDEFINED or isinstance(value, Either) or depth > 20:
            return False
        if isinstance(value, Container):
            content = content_of(self.interpreter, value)
            if isinstance(content, dict):
                return all(self.is_known(item, depth + 1) for item in content.values())
            return isinstance(content, tuple) and all(self.is_known(item, depth + 1) for item in content)
        if type(value) is tuple:
            return all(self.is_known(item, depth + 1) for item in value)
        return True


def read(text: str) -> Reading:
    """What kls knows of a program's global names when it has run."""
    modules = Modules(lambda name: None, lambda path: None, ModuleCache())
    interpreter = Interpreter(NoLibrary(), modules)
    run = run_document(interpreter, Document(text), UnitMemo())
    interpreter.overlay = Overlay(run.store, "look")
    names: dict[str, Value] = {}
    attributes: dict[object, dict[str, Value]] = {}
    for key, value in run.store.items().items():
        if isinstance(key, tuple) and len(key) == 3 and key[:2] == ("g", MAIN):
            names[key[2]] = value
        elif isinstance(key, tuple) and len(key) == 2 and isinstance(key[0], tuple):
            attributes.setdefault(key[0], {})[key[1]] = value
    return Reading(interpreter, names, attributes, interpreter.steps, run.finished)


def execute(text: str) -> tuple[dict[str, object], BaseException | None]:
    """The program's global names when Python has run it, and what ended it early."""
    names: dict[str, object] = {"__name__": "__main__"}
    error: BaseException | None = None
    module = types.ModuleType("__main__")
    module.__dict__.update(names)
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(text, "<program>", "exec", dont_inherit=True), module.__dict__)
        except (Exception, SystemExit) as raised:
            error = raised
    return module.__dict__, error


def wrong(reading: Reading, real: Mapping[str, object]) -> list[str]:
    """What kls claims that is not so."""
    found = []
    for name, value in reading.names.items():
        if name.startswith("__") or value is UNKNOWN or value is UNDEFINED or value is UNBOUND:
            continue
        if name not in real:
            found.append(f"{name} is not bound, but kls says {shown(reading, value)}")
        elif not reading.agrees(value, real[name]):
            found.append(f"{name} is {real[name]!r}, but kls says {shown(reading, value)}")
    return found


def shown(reading: Reading, value: Value, depth: int = 0) -> str:
    """A value for a message."""
    if isinstance(value, Container) and depth < 5:
        content = content_of(reading.interpreter, value)
        if isinstance(content, dict):
            inside = ", ".join(f"{k!r}: {shown(reading, v, depth + 1)}" for k, v in content.items())
        elif isinstance(content, tuple):
            inside = ", ".join(shown(reading, v, depth + 1) for v in content)
        else:
            inside = "?"
        return f"{value.kind}[{inside}]"
    if isinstance(value, Instance) and isinstance(value.cls, Class) and depth < 5:
        inside = {k: shown(reading, v, depth + 1) for k, v in reading.attributes.get(value.address, {}).items()}
        return f"{value.cls.name}({inside})"
    if isinstance(value, Either):
        return "Either(" + ", ".join(shown(reading, v, depth + 1) for v in value.values) + ")"
    if type(value) is tuple:
        return "(" + ", ".join(shown(reading, v, depth + 1) for v in value) + ")"
    return repr(value)[:100]


@dataclass(frozen=True)
class Example:
    """A tiny program of the folder `examples`."""

    title: str
    text: str

    def check(self) -> list[str]:
        """What is not as the program's comments, or Python, say."""
        reading, (real, error) = read(self.text), execute(self.text)
        if error is not None:
            raise error
        problems = wrong(reading, real)
        claims = list(claims_of(self.text))
        if not claims:
            problems.append("claims nothing")
        for name, truth in claims:
            value = reading.names.get(name, UNKNOWN)
            if truth is None:
                if value is not UNKNOWN:
                    problems.append(f"{name} should be unknown, but kls says {shown(reading, value)}")
                continue
            stated = eval(truth, dict(real))
            if stated != real[name]:
                problems.append(f"the example says {name} == {truth}, but Python says {real[name]!r}")
            if not reading.is_known(value):
                problems.append(f"{name} is {real[name]!r}, but kls says {shown(reading, value)}")
        return problems


def claims_of(text: str) -> Iterator[tuple[str, str | None]]:
    """The names that a program's comments speak of, each with its value; None where it is to be unknown."""
    for match in CLAIM.finditer(text):
        yield match[1], match[2]


def examples(text: str, file: str) -> list[Example]:
    """The programs of a file of examples, which are cells with titles."""
    parts = re.split(r"^# %% (.+)$", text, flags=re.MULTILINE)[1:]
    return [Example(f"{file}: {title}", body) for title, body in zip(parts[::2], parts[1::2])]
