"""The interpreter: it runs syntax over abstract values, with one step budget, and can be stopped at every step."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from kls.program.dispatch import EXPRESSIONS, STATEMENTS
from kls.program.frame import Frame
from kls.program.store import Key, Overlay
from kls.program.values import UNDEFINED, UNKNOWN, Either, Site, Value, either

if TYPE_CHECKING:
    from kls.program.library import Library
    from kls.program.modules import Modules

STEP_BUDGET = 100_000
"""Statements, calls and branches of one analysis; about two seconds."""

BRANCH_COST = 5
"""How many steps a branch counts for: its state is copied and joined."""

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
        """Where the calls of the program's functions stand that are under way, outermost first."""
        self.running: list[ast.AST] = []
        """The functions that are under way, outermost first."""
        self.guarded = 0
        """How many `try` bodies are under way: what raises there is expected."""
        self.widened = 0
        """How many loops of unknown length are under way: what happens there may happen any number of times."""
        self.forked = 0
        """How many branches under unknown conditions are under way."""
        self.assumed = 0
        """How many functions are under way that nobody calls, with parameters that are not known."""

    def start(self) -> None:
        """Nothing is under way: a unit begins."""
        self.calling = self.frame = None
        self.stack, self.running = [], []
        self.guarded = self.widened = self.forked = 0

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
        self.steps += BRANCH_COST
        overlay, local = self.overlay, frame.locals
        ends: list[_End] = []
        self.forked += 1
        try:
            for run in runs:
                overlay.branch()
                frame.locals = None if local is None else dict(local)
                try:
                    signal = self.attempt(run)
                finally:
                    writes = overlay.leave()
                ends.append(_End(signal, writes, frame.locals))
                if signal == "return":
                    frame.pending.append(frame.result)
                    frame.result = UNDEFINED
        finally:
            self.forked -= 1
            frame.locals = local
        through = [end for end in ends if end.signal is None] or _leaving(ends)
        overlay.merge([end.writes for end in through], [end.writes for end in ends if end not in through])
        if local is not None:
            frame.locals = _join_names([end.names or {} for end in through])
        signal = through[0].signal
        if signal == "return":  # every path has left: the values are all in `pending`
            frame.result = frame.pending.pop()
        return signal

    def choose(self, value: Value, act: Callable[[Value], Value]) -> Value:
        """`act` on each alternative of `value`, joined; alternatives for which the program raises are dropped."""
        if type(value) is not Either:
            return act(value)
        ends: list[dict[Key, Value]] = []
        results: list[Value] = []
        self.forked += 1
        try:
            for alternative in value.values:
                self.overlay.branch()
                raised = False
                try:
                    results.append(act(alternative))
                except ProgramRaises:
                    raised = True
                finally:
                    writes = self.overlay.leave()
                if not raised:
                    ends.append(writes)
        finally:
            self.forked -= 1
        if not ends:
            raise ProgramRaises
        self.overlay.merge(ends)
        return either(results)

    def aside(self, act: Callable[[], Value]) -> Value:
        """What `act` gives, with everything it did to the store and all its events forgotten."""
        events = len(self.overlay.events)
        self.overlay.branch()
        try:
            return act()
        except ProgramRaises:
            return UNKNOWN
        finally:
            self.overlay.leave()
            del self.overlay.events[events:]

    @contextmanager
    def entered(self, node: ast.AST, site: Site) -> Iterator[None]:
        """A call of one of the program's functions, from `site`."""
        self.stack.append(site)
        self.running.append(node)
        try:
            yield
        finally:
            self.stack.pop()
            self.running.pop()

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


class _End(NamedTuple):
    """How a branch ended: by which signal, with what written and which local names."""

    signal: str | None
    writes: dict[Key, Value]
    names: dict[str, Value] | None


def _leaving(ends: list[_End]) -> list[_End]:
    """Where every branch leaves: those of the strongest way to leave that is not an exception."""
    for signal in ("return", "break", "continue", "raise"):
        found = [end for end in ends if end.signal == signal]
        if found:
            return found[:1] if signal == "return" else found
    return ends


def _join_names(branches: list[dict[str, Value]]) -> dict[str, Value]:
    """Local names after branches; a name that only some of them bound is taken to be bound."""
    joined = dict(branches[0])
    for names in branches[1:]:
        for name, value in names.items():
            mine = joined.get(name, UNDEFINED)
            if mine is UNDEFINED:
                joined[name] = value
            elif mine is not value:
                joined[name] = either((mine, value))
    return joined
