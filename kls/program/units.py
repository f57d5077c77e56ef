"""Running a file unit by unit: what read the same as last time is replayed, the rest is run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from kls.program.frame import Frame
from kls.program.interpreter import BudgetExceeded, Interpreter, ProgramRaises
from kls.program.store import Key, Overlay, Store, Unit
from kls.program.uncalled import Definition, call_function, call_inner, call_method, inner_functions, with_inner
from kls.program.values import indistinguishable
from kls.source.document import Document, Piece
from kls.source.meaning import meaning, same_meaning

UNCALLED_BUDGET = 10_000
"""Steps for one function that nobody calls: one that is too much leaves the others theirs."""

DEEP_BUDGET = 40_000
"""Steps for one that was cut short, and that runs what no other has run to its end."""

DEEP_UNTIL = 40_000
"""Steps of the whole analysis after which no function is looked at again."""

MAIN = "__main__"
"""The module name of the file that is analysed: it is read as the program that is run."""


@dataclass
class UnitMemo:
    """The units of the last run of one file, by key."""

    units: dict[Key, Unit] = field(default_factory=dict)
    pieces: dict[Key, Piece] = field(default_factory=dict)
    """The pieces that were run then, by key."""
    order: tuple[Key, ...] | None = None
    """The units of the top level in the order in which they were run; None if that run was cut short."""
    replayed: int = 0
    run: int = 0


@dataclass(frozen=True)
class Run:
    """What running a file gave: the units in order, and the store that its top-level pieces left."""

    units: tuple[Unit, ...]
    aside: tuple[Unit, ...]
    """The functions that nobody calls; what they wrote is not in the store."""
    store: Store
    finished: bool
    ran: Mapping[tuple[str, int], tuple[Piece, Piece]]
    """By the name that sites have, the piece that was run and the piece of the document that it stands for."""


def run_document(interpreter: Interpreter, document: Document, memo: UnitMemo) -> Run:
    """Run every piece, then every function that nothing has called.

    Raises:
        Cancelled: newer text came; the memo keeps what had been run.
    """
    runner = _Runner(interpreter, memo)
    finished = True
    pieces = _run_before(document, memo.pieces)
    interpreter.texts = {(MAIN, piece.name): piece.text for piece in pieces}
    try:
        for piece in pieces:
            runner.top_level(piece)
        runner.changes.end()
        for piece in reversed(pieces):  # callers mostly stand below what they call
            for node in reversed(list(_definitions(piece.body))):
                runner.uncalled(piece, node)
        runner.deepen()
    except BudgetExceeded:
        finished = False
    finally:
        if finished:
            memo.units = runner.units
            memo.pieces = {piece.key: piece for piece in pieces}
            memo.order = runner.changes.order
        else:
            memo.units.update(runner.units)
            memo.order = None
    ran = {piece.name: (piece, current) for piece, current in zip(pieces, document.pieces)}
    return Run(tuple(runner.done), tuple(runner.aside), runner.store, finished, ran)


def _run_before(document: Document, before: Mapping[Key, Piece]) -> list[Piece]:
    """The pieces to run: for one that is new, a piece of the last run that is gone and means the same, so that an edit
    which changes no meaning, such as a comment, costs nothing."""
    present = {piece.key for piece in document.pieces}
    names = {piece.name for piece in document.pieces}
    gone = [piece for key, piece in before.items() if key not in present]
    pieces = []
    for piece in document.pieces:
        stand_in = None
        if gone and piece.key not in before:
            now = meaning(piece)
            free = (old for old in gone if old.name == piece.name or old.name not in names)
            stand_in = next((old for old in free if same_meaning(meaning(old), now, document.text)), None)
        if stand_in is not None:
            gone.remove(stand_in)
        pieces.append(stand_in or piece)
    return pieces


class _Changes:
    """What may be another value in the store than at the same point of the last run: a unit that reads none of it does
    what it did. The units of the top level are gone through in order, beside those of the last run."""

    def __init__(self, memo: UnitMemo) -> None:
        self.keys: set[Key] | None = None if memo.order is None else set()
        """None where it may be anything."""
        self._units = memo.units
        self._before = memo.order or ()
        self._places = {key: place for place, key in enumerate(self._before)}
        self._next = 0
        self._order: list[Key] = []
        self._reached = False

    @property
    def order(self) -> tuple[Key, ...]:
        """The units of this run."""
        return tuple(self._order)

    def reach(self, key: Key) -> None:
        """The unit `key` of the top level comes next: what stood before it last time and is gone has not been written."""
        self._order.append(key)
        place = self._places.get(key, -1)
        self._reached = place >= self._next
        if self._reached:
            self._skip(place)
            self._next = place + 1

    def end(self) -> None:
        """There are no more units of the top level; the others were all run on what these had left."""
        self._skip(len(self._before))
        self._reached = True

    @property
    def since(self) -> set[Key] | None:
        """What may have changed since the unit that comes now was run or replayed; None: anything."""
        return self.keys if self._reached else None

    def passed(self, before: Unit | None, now: Unit) -> None:
        """A unit was replayed, or run where `before` had stood."""
        if self.keys is None:
            return
        if not self._reached:
            before = None
        if before is now:
            self.keys.difference_update(now.writes)
            return
        if _sources(now) != ([] if before is None else _sources(before)):
            self.keys = None  # other modules are loaded, and any name of theirs may be read
            return
        old = {} if before is None else before.writes
        for key, value in now.writes.items():
            if key in old and indistinguishable(old[key], value):
                self.keys.discard(key)
            else:
                self.keys.add(key)
        self.keys.update(key for key in old if key not in now.writes)

    def _skip(self, place: int) -> None:
        for key in self._before[self._next : place]:
            gone = self._units.get(key)
            if gone is None or _sources(gone):
                self.keys = None
            if self.keys is None:
                return
            self.keys.update(gone.writes)  # type: ignore[union-attr]


def _sources(unit: Unit) -> list[int]:
    """The modules that a unit imported and that were read, each known by its identity."""
    return [id(loaded) for _, loaded in unit.imports if loaded is not None]


class _Runner:
    """The state of one run over a file."""

    def __init__(self, interpreter: Interpreter, memo: UnitMemo) -> None:
        self.interpreter = interpreter
        self.memo = memo
        self.store = Store(interpreter.modules.get)
        self.units: dict[Key, Unit] = {}
        self.done: list[Unit] = []
        self.aside: list[Unit] = []
        self.called: set[object] = set()
        self.cut: list[tuple[int, Key, Callable[[], None]]] = []
        """The functions that their budget cut short: the place in `aside`, the key, and how to run them."""
        self.changes = _Changes(memo)

    def top_level(self, piece: Piece) -> None:
        """Run or replay one piece; later pieces see what it wrote."""

        def run() -> None:
            frame = Frame(MAIN, piece.name)
            for node in piece.body:
                try:
                    self.interpreter.execute((node,), frame)
                except (ProgramRaises, RecursionError):  # values may lie in each other deeper than Python's stack
                    continue  # the rest of the file is of interest even so

        key = ("p", *piece.key)
        self.changes.reach(key)
        unit = self._unit(key, run, self.done)
        self.changes.passed(self.memo.units.get(key), unit)
        self.store.update(unit.writes)
        self.called |= unit.called

    def uncalled(self, piece: Piece, node: ast.stmt) -> None:
        """Run or replay a function or the methods of a class that nothing has called; what they write is dropped."""
        interpreter = self.interpreter
        if isinstance(node, ast.ClassDef):
            for method in reversed([m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef)]):
                self._uncalled(piece, method, partial(call_method, interpreter, node, method, MAIN))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._uncalled(piece, node, partial(call_function, interpreter, node, MAIN))

    def _uncalled(self, piece: Piece, node: Definition, call: Callable[[], None]) -> None:
        """A function, and those that are defined in it."""
        if node not in self.called:
            self._alone(piece, node, lambda: with_inner(self.interpreter, call, node))
            return
        for inner in inner_functions(node):
            if inner not in self.called:
                self._alone(piece, inner, partial(call_inner, self.interpreter, inner))

    def _alone(self, piece: Piece, node: Definition, run: Callable[[], None]) -> None:
        key = ("f", *piece.key, node.name, node.lineno, node.col_offset)
        unit = self._unit(key, lambda: self._assumed(run, UNCALLED_BUDGET), self.aside)
        self.called |= unit.called
        if unit.steps > UNCALLED_BUDGET:
            self.cut.append((len(self.aside) - 1, ("deep", *key), run))

    def _assumed(self, run: Callable[[], None], budget: int) -> None:
        """Run a function that nobody calls, with a budget of its own."""
        interpreter = self.interpreter
        whole = interpreter.limit
        interpreter.assumed += 1
        interpreter.limit = min(whole, interpreter.steps + budget)
        try:
            run()
        except (ProgramRaises, RecursionError):
            pass
        except BudgetExceeded:
            if interpreter.limit == whole:
                raise
        finally:
            interpreter.limit = whole
            interpreter.assumed -= 1

    def deepen(self) -> None:
        """Run those functions again that were cut short, with more steps: a large network is built to its end. Of several
        that build the same in different sizes one is enough."""
        short = {place for place, _, _ in self.cut}
        deep = {node for place, unit in enumerate(self.aside) if place not in short for node in unit.called}
        deep.update(node for unit in self.done for node in unit.called)
        for place, key, run in self.cut:
            if self.interpreter.steps > DEEP_UNTIL:
                break
            if len(self.aside[place].called - deep) > 1:  # itself, and something that it calls
                unit = self._unit(key, lambda run=run: self._assumed(run, DEEP_BUDGET), [])  # type: ignore[misc]
                self.aside[place] = unit
                deep |= unit.called

    def _unit(self, key: Key, run: Callable[[], None], done: list[Unit]) -> Unit:
        """Replay the unit if everything it read is unchanged, else run it."""
        interpreter = self.interpreter
        unit = self.memo.units.get(key)
        modules = interpreter.modules
        if unit is not None and modules.hold(
            interpreter,
            unit.imports,
            lambda: unit.holds(self.store, self.changes.since),  # type: ignore[union-attr]
        ):
            self.memo.replayed += 1
            modules.repeat(unit.imports)
            interpreter.steps += unit.steps
            if interpreter.steps > interpreter.limit:
                raise BudgetExceeded
        else:
            self.memo.run += 1
            before, imported = interpreter.steps, modules.import_count()
            interpreter.overlay = overlay = Overlay(self.store, key, before=unit.calls if unit else {})
            interpreter.start()
            complete = False
            try:
                run()
                complete = True
            finally:
                deed = overlay.deed(interpreter.steps - before, modules.imports_since(imported))
                unit = Unit(**vars(deed), calls=overlay.calls)
                if not complete:  # stopped by the budget: what it found stands, but it is not for replay
                    done.append(unit)
        self.units[key] = unit
        done.append(unit)
        return unit


def _definitions(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Functions and classes at module level, also those under `if` and `try`."""
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            parts = (getattr(node, part, ()) for part in ("body", "orelse", "handlers", "finalbody"))
            stack.extend(reversed([inner for part in parts for inner in part]))
