"""Imports: modules whose source is interpreted, lazily and once for each content, and what their names are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from kls.program.frame import Frame
from kls.program.interpreter import BudgetExceeded, Interpreter, ProgramRaises
from kls.program.store import Key, Overlay, Store, Unit
from kls.program.values import UNDEFINED, UNKNOWN, Container, Module, Value
from kls.source.document import Document

IMPORTS_BUDGET = 40_000
"""Steps for all modules that one analysis imports; the names of those that come after that are unknown."""

CHARACTERS_A_STEP = 100
"""Reading a text takes time too: so many characters as much as a step."""


class Stale(Exception):
    """A remembered module is not what it was: nothing that hangs on it is, and it is run only once it is imported again."""


class Nowhere(Enum):
    """What there is instead of a module that the program could not import either."""

    NOWHERE = ""


@dataclass(frozen=True)
class Loaded:
    """An imported module: its text, what running it wrote, and the modules that it imported in turn."""

    name: str
    path: str
    document: Document
    unit: Unit
    imports: tuple[tuple[str, Found], ...]
    allowed: int
    """The steps that there were for it and what it imports."""
    inner: int
    """The steps of what it imports and no other had imported."""
    finished: bool
    members: tuple[Loaded, ...]
    """Modules that import it in turn, directly or not, and that ran while it did: as they are for this one only."""

    def stands(self, path: str, document: Document) -> bool:
        """Whether it was made of this text."""
        return self.path == path and self.document.text == document.text

    def fits(self, allowed: int, inner: int) -> bool:
        """Whether it would be the same with so many steps, of which what it imports takes `inner`."""
        if self.finished:
            return self.unit.steps + inner <= allowed
        return (allowed, inner) == (self.allowed, self.inner)


Found: TypeAlias = Loaded | Nowhere | None
"""None where there is a module, but no source of it to read."""


@dataclass
class ModuleCache:
    """Modules from earlier analyses, by name. Only a cache: an entry counts while its text and imports are the same."""

    entries: dict[str, Loaded] = field(default_factory=dict)


class Modules:
    """The modules of one analysis. `find` says where a module's source is, None where it is not to be read and "" where
    there is no such module; `read` gives its text."""

    def __init__(
        self,
        find: Callable[[str], str | None],
        read: Callable[[str], Document | None],
        cache: ModuleCache,
        package: str = "",
    ) -> None:
        self._find = find
        self._read = read
        self._cache = cache
        self._package = package
        """The package that the analysed file is in, for its relative imports."""
        self.loaded: dict[str, Found] = {}
        self._written: dict[Key, Value] = {}
        """What all of them wrote: their names and addresses tell them apart."""
        self._running: dict[str, Overlay] = {}
        self._lowest: list[int] = []
        """For each module that is running, the place of the outermost running one whose state its own hangs on."""
        self._entangled: dict[str, int] = {}
        """Modules that have run and hang on one that is still running, with its place."""
        self._members: list[Loaded] = []
        """The same modules, in the order in which they ended."""
        self._sources: dict[str, tuple[str | None, Document | None]] = {}
        self._offered: dict[str, Loaded] = {}
        """The members of the remembered modules that are being checked."""
        self._imports: list[list[tuple[str, Found]]] = [[]]
        self._spent = 0
        """Steps of the modules that are loaded: counted alike for those that are run and those that are remembered."""

    def get(self, key: Key) -> Value:
        """What an imported module wrote at `key`: the fallback of the analysed file's store."""
        for running in self._running.values():
            found = running.writes.get(key, UNDEFINED)
            if found is not UNDEFINED:
                return found
        return self._written.get(key, UNDEFINED)

    def load(self, interpreter: Interpreter, name: str) -> Module | None:
        """The module called `name`, interpreted if it has not been; None where there is no source to read."""
        if name in self._running:
            self._touch(list(self._running).index(name))
            return Module(name)
        before = self._spent
        self._again(interpreter, name)
        if self._running:
            interpreter.limit -= self._spent - before
        if name in self._entangled:
            self._touch(self._entangled[name])
        self._imports[-1].append((name, self.loaded[name]))
        return Module(name) if isinstance(self.loaded[name], Loaded) else None

    def is_nowhere(self, name: str) -> bool:
        """Whether the module that was just asked for is none that the program could import."""
        return self.loaded.get(name) is Nowhere.NOWHERE

    def imports_since(self, count: int) -> tuple[tuple[str, Found], ...]:
        """What was imported, by units and not by modules, after the first `count` imports: each name once."""
        return tuple(dict(self._imports[0][count:]).items())

    def import_count(self) -> int:
        """How many imports units have made so far."""
        return len(self._imports[0])

    def hold(
        self, interpreter: Interpreter, imports: Sequence[tuple[str, object]], also: Callable[[], bool] = lambda: True
    ) -> bool:
        """Whether these modules are as they were, and with them `also` is true: then they are loaded, as running the
        imports again would have it; else nothing is."""
        loaded = self.loaded
        if all(loaded.get(name, self) is entry for name, entry in imports):
            return also()
        count, spent = len(loaded), self._spent
        try:
            if all(self._again(interpreter, name, run=False) is entry for name, entry in imports) and also():
                return True
        except Stale:
            pass
        while len(self.loaded) > count:
            _, gone = self.loaded.popitem()
            for key in gone.unit.writes if isinstance(gone, Loaded) else ():
                self._written.pop(key, None)
        self._spent = spent
        return False

    def repeat(self, imports: Sequence[tuple[str, object]]) -> None:
        """A unit was replayed that imported these modules, which `hold`."""
        self._imports[0].extend(imports)  # type: ignore[arg-type]

    def absolute(self, module: str, name: str | None, level: int) -> str | None:
        """The absolute name of `from ..name import`, inside `module` (PEP 328); None beyond the top package."""
        if level == 0:
            return name
        package = (
            self._package if module not in self.loaded and module not in self._running else self._package_of(module)
        )
        parts = package.split(".") if package else []
        if level - 1 >= len(parts) and not (level == 1 and not parts):
            return None
        base = parts[: len(parts) - (level - 1)]
        return ".".join([*base, name] if name else base) or None

    def public_names(self, interpreter: Interpreter, module: Module) -> Mapping[str, Value]:
        """What `from module import *` binds."""
        loaded = self.loaded.get(module.name)
        if not isinstance(loaded, Loaded):
            return {}
        names: dict[str, Value] = {}
        for key, value in loaded.unit.writes.items():
            if isinstance(key, tuple) and len(key) == 3 and key[:2] == ("g", module.name):
                names[key[2]] = value
        listed = names.get("__all__")
        chosen = loaded.unit.writes.get(listed.address) if isinstance(listed, Container) else listed
        if isinstance(chosen, tuple):
            return {name: names.get(name, UNKNOWN) for name in chosen if isinstance(name, str)}
        return {name: value for name, value in names.items() if not name.startswith("_")}

    def imported(self) -> dict[str, str | None]:
        """Every module that was asked for, directly or not, and its file; None where there is no source to read, "" where
        there is no such module.

        Not those that were loaded only to see whether a unit could be replayed.
        """
        found: dict[str, str | None] = {}
        stack = list(self._imports[0])
        while stack:
            name, loaded = stack.pop()
            if name not in found:
                found[name] = loaded.path if isinstance(loaded, Loaded) else loaded and loaded.value
                stack.extend(loaded.imports if isinstance(loaded, Loaded) else ())
        return found

    def document(self, name: str) -> tuple[str, Document] | None:
        """The path and text of an interpreted module."""
        loaded = self.loaded.get(name)
        return (loaded.path, loaded.document) if isinstance(loaded, Loaded) else None

    def _package_of(self, module: str) -> str:
        loaded = self.loaded.get(module)
        path = loaded.path if isinstance(loaded, Loaded) else self._find(module) or ""
        return module if path.endswith("__init__.py") else module.rpartition(".")[0]

    def _source(self, name: str) -> tuple[str | None, Document | None]:
        """Where a module is and its text, looked for once."""
        if name not in self._sources:
            path = self._find(name)
            self._sources[name] = path, self._read(path) if path else None
        return self._sources[name]

    def _load(self, interpreter: Interpreter, name: str, run: bool) -> Found:
        path, document = self._source(name)
        if not path or document is None:
            return Nowhere.NOWHERE if path == "" else None
        self._spent += len(document.text) // CHARACTERS_A_STEP
        allowed = max(0, IMPORTS_BUDGET - self._spent)
        loaded = self._offered.get(name) or self._cache.entries.get(name)
        if loaded is None or not loaded.stands(path, document) or not self._unchanged(interpreter, loaded, allowed):
            if not run:
                raise Stale
            loaded = self._run(interpreter, name, path, document, allowed)
            if name in self._entangled:
                self._members.append(loaded)
            else:
                self._cache.entries[name] = loaded
        self._spent += loaded.unit.steps
        return loaded

    def _unchanged(self, interpreter: Interpreter, loaded: Loaded, allowed: int) -> bool:
        """Whether running a module again would do the same; what it imports is loaded then."""
        name, before, offered = loaded.name, self._spent, self._offered
        self.loaded[name] = loaded
        self._offered = {**offered, **{member.name: member for member in loaded.members}}
        holds = self.hold(interpreter, loaded.imports, lambda: loaded.fits(allowed, self._spent - before))
        self._offered = offered
        if not holds:
            del self.loaded[name]
        return holds

    def _touch(self, place: int) -> None:
        """What the innermost running module does from here on hangs on what the one at `place` has done so far."""
        if self._lowest:
            self._lowest[-1] = min(self._lowest[-1], place)

    def _untangle(self, name: str, count: int) -> tuple[Loaded, ...]:
        """A module has run to its end, where `count` others hung on running ones when it began: the members that it has
        of its own. If it hangs on one further out itself, it is a member of that one."""
        place = self._lowest.pop()
        if place < len(self._running):
            self._entangled[name] = place
            self._touch(place)
            return ()
        members = tuple(self._members[count:])
        del self._members[count:]
        for member in members:
            del self._entangled[member.name]
        return members

    def _again(self, interpreter: Interpreter, name: str, run: bool = True) -> Found:
        if name not in self.loaded and name not in self._running:
            loaded = self.loaded[name] = self._load(interpreter, name, run)
            if isinstance(loaded, Loaded):
                self._written.update(loaded.unit.writes)
        return self.loaded.get(name)

    def _run(self, interpreter: Interpreter, name: str, path: str, document: Document, allowed: int) -> Loaded:
        """Run the module's text on a store of its own, outside the unit and the budget that imported it."""
        outer = dict(vars(interpreter))
        overlay = Overlay(Store(self.get), ("module", name))
        interpreter.start()
        interpreter.overlay, interpreter.steps, interpreter.limit = overlay, 0, allowed
        self._lowest.append(len(self._running))
        self._running[name] = overlay
        self._imports.append([])
        count = len(self._members)
        before, finished = self._spent, allowed > 0
        overlay.set(("g", name, "__name__"), name)
        try:
            for piece in document.pieces if finished else ():
                frame = Frame(name, piece.name)
                for node in piece.body:
                    try:
                        interpreter.execute((node,), frame)
                    except (ProgramRaises, RecursionError):
                        continue
        except BudgetExceeded:
            finished = False
        finally:
            steps, inner = interpreter.steps, self._spent - before
            vars(interpreter).update(outer)
            del self._running[name]
            imports = self._imports.pop()
            members = self._untangle(name, count)
        unit = Unit(overlay.reads, overlay.writes, (), frozenset(), frozenset(), steps, ())
        return Loaded(name, path, document, unit, tuple(dict(imports).items()), allowed, inner, finished, members)
