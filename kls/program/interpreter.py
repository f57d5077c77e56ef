"""The interpreter: it runs syntax over abstract values, with one step budget, and can be stopped at every step."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from kls.program.dispatch import EXPRESSIONS, STATEMENTS
from kls.program.frame import Frame
from kls.program.store import Overlay, join_writes
from kls.program.values import UNDEFINED, UNKNOWN, Either, Site, Value, either

if TYPE_CHECKING:
    from kls.program.library import Library
    from kls.program.modules import Modules

STEP_BUDGET = 400_000
"""Statements and calls of one analysis; about two seconds."""

DEPTH_LIMIT = 60
"""Nested calls of the program's functions; deeper ones answer UNKNOWN."""


class Cancelled(Exception):
    """Newer text came while this one was being analysed."""


class BudgetExceeded(Exception):
    """The step budget is used up; what was found so far stands."""


class ProgramRaises(Exception):
    """The program itself raises here, on every path."""


class Interpreter:
    """The state of one analysis: where it is, what it may still spend, and the overlay of the unit that runs."""

    def __init__(self, library: Library, modules: Modules, cancelled: Callable[[], bool] = lambda: False) -> None:
        self.library = library
        self.modules = modules
        self.cancelled = cancelled
        self.observe: Callable[[object], Iterable[object]] = lambda event: ()
        """What else an event gives while the program stands there: the rules' findings."""
        self.overlay: Overlay = None  # type: ignore[assignment]  # set by every unit before it runs
        self.steps = 0
        self.limit = STEP_BUDGET
        self.calling: tuple[ast.Call, Frame] | None = None
        """The call expression that is being carried out, with its arguments evaluated: where they stand, for fixes."""
        self.frame: Frame | None = None
        """Where the attribute read or call under way stands: what its variables are, for messages."""
        self.stack: list[Site] = []
        """The calls of the program's functions that are under way, outermost first."""
        self.guarded = 0
        """How many `try` bodies are under way: what raises there is expected."""
        self.widened = 0
        """How many loops of unknown length are under way: what happens there may happen any number of times."""
        self.forked = 0
        """How many branches under unknown conditions are under way."""
        self.assumed = 0
        """How many functions are under way that nobody calls, with parameters that are not known."""

    def step(self) -> None:
        """Count a step.

        Raises:
            Cancelled: newer text came.
            BudgetExceeded: the analysis has taken too long.
        """
        self.steps += 1
        if self.steps > self.limit:
            raise BudgetExceeded
        if not self.steps & 15 and self.cancelled():
            raise Cancelled

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """The value of an expression.

        Raises:
            ProgramRaises: evaluating it raises on every path.
        """
        handler = EXPRESSIONS.get(type(node))
        return UNKNOWN if handler is None else handler(self, node, frame)

    def execute(self, body: Sequence[ast.stmt], frame: Frame) -> str | None:
        """Run statements. The answer is how control leaves them: None, "return", "raise", "break" or "continue"."""
        for node in body:
            handler = STATEMENTS.get(type(node))
            if handler is not None:
                self.step()
                signal = handler(self, node, frame)
                if signal is not None:
                    return signal
        return None

    def attempt(self, run: Callable[[], str | None]) -> str | None:
        """Run a branch; a program that raises in an expression leaves it by "raise"."""
        try:
            return run()
        except ProgramRaises:
            return "raise"

    def branches(self, frame: Frame, runs: Sequence[Callable[[], str | None]]) -> str | None:
        """Run each branch from the same state and go on with the join of those that fall through.

        A branch that raises is dropped; what a branch returned is kept in `frame.pending`.
        """
        overlay = self.overlay
        writes, local = overlay.writes, frame.locals
        ends: list[tuple[str | None, dict[object, Value], dict[str, Value] | None]] = []
        self.forked += 1
        try:
            for run in runs:
                overlay.writes = dict(writes)
                frame.locals = None if local is None else dict(local)
                signal = self.attempt(run)
                ends.append((signal, overlay.writes, frame.locals))
                if signal == "return":
                    frame.pending.append(frame.result)
                    frame.result = UNDEFINED
        finally:
            self.forked -= 1
        through = [end for end in ends if end[0] is None] or _leaving(ends)
        joined, names = through[0][1], through[0][2]
        for _, other, other_names in through[1:]:
            joined = join_writes(joined, other, overlay.base.get)
            if names is not None and other_names is not None:
                names = _join_names(names, other_names)
        for signal, other, _ in ends:
            if signal is not None:  # objects made on a path that left may still be referred to
                for key in other.keys() - joined.keys():
                    joined[key] = other[key]
        overlay.writes, frame.locals = joined, names
        signal = through[0][0]
        if signal == "return":  # every path has left: the values are all in `pending`
            frame.result = frame.pending.pop()
        return signal

    def choose(self, value: Value, act: Callable[[Value], Value]) -> Value:
        """`act` on each alternative of `value`, joined; alternatives for which the program raises are dropped."""
        if type(value) is not Either:
            return act(value)
        overlay = self.overlay
        before = overlay.writes
        ends: list[dict[object, Value]] = []
        results: list[Value] = []
        self.forked += 1
        try:
            for alternative in value.values:
                overlay.writes = dict(before)
                try:
                    results.append(act(alternative))
                except ProgramRaises:
                    continue
                ends.append(overlay.writes)
        finally:
            self.forked -= 1
        if not ends:
            overlay.writes = before
            raise ProgramRaises
        joined = ends[0]
        for other in ends[1:]:
            joined = join_writes(joined, other, overlay.base.get)
        overlay.writes = joined
        return either(results)

    def aside(self, act: Callable[[], Value]) -> Value:
        """What `act` gives, with everything it did to the store and all its events forgotten."""
        overlay = self.overlay
        before, events = overlay.fork(), len(overlay.events)
        try:
            return act()
        except ProgramRaises:
            return UNKNOWN
        finally:
            overlay.writes = before
            del overlay.events[events:]

    @contextmanager
    def entered(self, site: Site) -> Iterator[None]:
        """A call of one of the program's functions, from `site`."""
        self.stack.append(site)
        try:
            yield
        finally:
            self.stack.pop()

    def raises(self) -> NoReturn:
        """The program raises here."""
        raise ProgramRaises

    def emit(self, event: object) -> None:
        """Report something to whoever runs the unit."""
        self.overlay.events.append(event)
        self.overlay.events.extend(self.observe(event))


def site_of(node: ast.expr | ast.stmt, frame: Frame) -> Site:
    """Where a node stands."""
    return Site(
        frame.module,
        frame.piece,
        node.lineno,
        node.col_offset,
        node.end_lineno or node.lineno,
        node.end_col_offset or node.col_offset,
    )


def _leaving(
    ends: list[tuple[str | None, dict[object, Value], dict[str, Value] | None]],
) -> list[tuple[str | None, dict[object, Value], dict[str, Value] | None]]:
    """Where every branch leaves: those of the strongest way to leave that is not an exception."""
    for signal in ("return", "break", "continue", "raise"):
        found = [end for end in ends if end[0] == signal]
        if found:
            return found[:1] if signal == "return" else found
    return ends


def _join_names(a: dict[str, Value], b: dict[str, Value]) -> dict[str, Value]:
    """Local names after two branches; a name that only one of them bound is taken to be bound."""
    joined = dict(a)
    for name, value in b.items():
        mine = joined.get(name, UNDEFINED)
        if mine is UNDEFINED:
            joined[name] = value
        elif mine is not value:
            joined[name] = either((mine, value))
    return joined
