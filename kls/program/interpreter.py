"""The interpreter: it runs syntax over abstract values, with one step budget, and can be stopped at every step."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from kls.program.dispatch import EXPRESSIONS, STATEMENTS
from kls.program.edited import run_edited
from kls.program.frame import Frame
from kls.program.paths import End, join_names
from kls.program.store import Key, Overlay
from kls.program.values import UNDEFINED, UNKNOWN, Either, External, Site, Value, either, same

if TYPE_CHECKING:
    from kls.program.library import Library
    from kls.program.modules import Modules

STEP_BUDGET = 80_000
"""Statements, calls and branches of one analysis, without those of imported modules; some 20 microseconds each."""

BRANCH_COST = 5
"""How many steps a branch counts for: its state is copied and joined."""

DEPTH_LIMIT = 60
"""Nested calls of the program's functions; deeper ones answer UNKNOWN."""


PARTED_LIMIT = 64
"""Paths that have left and are kept apart until they arrive; more are dropped."""

LEAVING = ("return", "break", "broke", "continue", "raise")
"""How paths may leave, the strongest first; "broke" is a `break` that has left its loop's body."""

NOWHERE: frozenset[str] = frozenset()


class Cancelled(Exception):
    """Newer text came while this one was being analysed."""


class BudgetExceeded(Exception):
    """The step budget is used up; what was found so far stands."""


class ProgramRaises(Exception):
    """The program itself raises here, on every path. `raised` is the exception or its class, UNKNOWN for any."""

    def __init__(self, raised: Value = UNKNOWN) -> None:
        super().__init__(raised)
        self.raised = raised


def raising(error: str | BaseException) -> ProgramRaises:
    """The program raises a built-in exception, given by its name or as it came up in a computation."""
    return ProgramRaises(External(f"builtins.{error if isinstance(error, str) else type(error).__name__}"))


class Interpreter:
    """The state of one analysis: where it is, what it may still spend, and the overlay of the unit that runs."""

    def __init__(self, library: Library, modules: Modules, cancelled: Callable[[], bool] = lambda: False) -> None:
        self.library = library
        self.modules = modules
        self.cancelled = cancelled
        self.observe: Callable[[object], Iterable[object]] = lambda event: ()
        """What else an event gives while the program stands there: the rules' findings."""
        self.texts: Mapping[tuple[str, tuple[str, int]], str] = {}
        """The texts of the pieces that may be edited, by module and name."""
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
        self.told: Callable[[object], bool] | None = None
        """Which events are reported; None: all of them."""
        self.returned: Value = None
        """What the generator returned that has come to its end just now."""
        self.raised: Value = UNKNOWN
        """What was raised where control left by "raise"."""
        self.handling: list[Value] = []
        """The exceptions that are being handled, the outermost first."""
        self.parted: list[list[End]] = []
        """Paths that have left where others went on, until they arrive; each entry has a layer of the overlay."""
        self.maybe: list[Value] = []
        """What may have been raised, on paths that are not followed, in the `try` body under way."""
        self.widened = 0
        """How many loops of unknown length are under way: what happens there may happen any number of times."""
        self.piloting = False
        """Whether a loop's body is run only to see what it changes."""
        self.forked = 0
        """How many branches under unknown conditions are under way."""
        self.assumed = 0
        """How many functions are under way that nobody calls, with parameters that are not known."""

    def start(self) -> None:
        """Nothing is under way: a unit begins."""
        self.calling = self.frame = None
        self.stack, self.running = [], []
        self.guarded = self.widened = self.forked = 0
        self.raised, self.handling, self.maybe, self.parted = UNKNOWN, [], [], []
        self.piloting = False

    @property
    def is_settled(self) -> bool:
        """Whether there is one path alone, on which nothing that is raised would be caught and all events are reported."""
        unsettled = self.guarded or self.widened or self.forked or self.piloting or self.parted or self.handling
        return not unsettled and self.told is None

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

    def spend(self, steps: int) -> None:
        """Count what takes as long as so many steps: work on something large.

        Raises:
            Cancelled, BudgetExceeded: as `step`.
        """
        self.steps += steps
        if self.steps > self.limit:
            raise BudgetExceeded
        if self.cancelled():
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
        if self.overlay.statements_before is not None:
            return run_edited(self, body, frame)
        for node in body:
            handler = STATEMENTS.get(type(node))
            if handler is not None:
                self.step()
                self.calling, self.frame = None, frame
                signal = handler(self, node, frame)
                if signal is not None:
                    return signal
        return None

    def attempt(self, run: Callable[[], str | None]) -> str | None:
        """Run a branch; a program that raises in an expression leaves it by "raise"."""
        try:
            return run()
        except ProgramRaises as error:
            self.raised = error.raised
            return "raise"

    def doubt(self, raised: Value = UNKNOWN) -> None:
        """Something may have been raised here; the analysis goes on as if it had not."""
        if self.guarded and raised not in self.maybe:
            self.maybe.append(raised)

    def branches(self, frame: Frame, runs: Sequence[Callable[[], str | None]]) -> str | None:
        """Run each branch from the same state and go on with the join of those that fall through.

        A branch that raises is dropped, unless a `try` is around it; those that return, break or continue stay
        parted until they arrive (`rejoin`). What a branch returned is kept in `frame.pending`.
        """
        self.steps += BRANCH_COST
        local = frame.locals
        ends: list[End] = []
        self.forked += 1
        try:
            for run in runs:
                mark = len(self.parted)
                self.overlay.branch()
                frame.locals = None if local is None else dict(local)
                finished = False
                try:
                    signal = self.attempt(run)
                    finished = True
                finally:
                    if not finished:
                        self.unwind(mark)
                ends.extend(self._leave(mark, signal, frame))
                if signal == "return" and frame.result is not UNDEFINED:
                    frame.pending.append(frame.result)
                    frame.result = UNDEFINED
        finally:
            self.forked -= 1
            frame.locals = local
        return self._go_on(ends, frame, NOWHERE)

    def rejoin(self, mark: int, signal: str | None, frame: Frame, here: frozenset[str]) -> str | None:
        """Join, with the path under way, those that parted since `mark` and leave by a signal that ends `here`.

        The answer is how control goes on: None where some path arrives.
        """
        if len(self.parted) == mark:
            return None if signal in here else signal
        if signal == "return" and frame.result is not UNDEFINED:
            frame.pending.append(frame.result)
            frame.result = UNDEFINED
        return self._go_on(self.ends(mark, signal, frame), frame, here)

    def ends(self, mark: int, signal: str | None, frame: Frame | None) -> list[End]:
        """The path under way, first, and those that parted since `mark`, each with what it wrote since then."""
        names = None if frame is None else frame.locals
        found = [End(signal, {}, frame, names, self.raised if signal == "raise" else UNDEFINED)]
        while len(self.parted) > mark:
            layer = self.overlay.leave()
            found = [
                end._replace(writes={**layer, **end.writes}) if end.writes else end._replace(writes=layer)
                for end in found
            ]
            found.extend(self.parted.pop())
        return found

    def resume(self, frame: Frame, ends: Sequence[End], action: Callable[[End], str | None]) -> str | None:
        """Carry on each path by itself with `action`, from the state that it had, and join them."""
        if len(ends) == 1:
            return self.attempt(lambda: action(ends[0]))

        def run(end: End) -> Callable[[], str | None]:
            def carry_on() -> str | None:
                for key, value in end.writes.items():
                    self.overlay.set(key, value)
                if end.frame is frame and end.names is not None:
                    frame.locals = dict(end.names)
                return action(end)

            return carry_on

        return self.branches(frame, [run(end) for end in ends])

    def _leave(self, mark: int, signal: str | None, frame: Frame | None) -> list[End]:
        """End a branch that began at `mark`: its paths, each with all that it wrote."""
        found = self.ends(mark, signal, frame)
        layer = self.overlay.leave()
        return [
            end._replace(writes={**layer, **end.writes}) if end.writes else end._replace(writes=layer) for end in found
        ]

    def unwind(self, mark: int) -> dict[Key, Value]:
        """Give up a branch and the paths that parted in it; the answer is what was written last."""
        while len(self.parted) > mark:
            self.overlay.leave()
            self.parted.pop()
        return self.overlay.leave()

    def _go_on(self, ends: list[End], frame: Frame, here: frozenset[str]) -> str | None:
        """Join the paths that arrive here; those that go further stay parted, if they are of interest."""
        own = [end for end in ends if end.frame is frame or end.signal == "raise"]
        arriving = [end for end in own if end.signal is None or end.signal in here]
        signal = None
        if not arriving:
            signal = next(s for s in LEAVING if any(end.signal == s for end in own))
            arriving = [end for end in own if end.signal == signal]
        further = [end for end in ends if not any(end is other for other in arriving)]
        gone = [end for end in further if end.signal == "raise" and not self.guarded]
        kept = [end for end in further if not (end.signal == "raise" and not self.guarded)]
        if kept and len(self.parted) < PARTED_LIMIT:
            self.overlay.branch()
            self.parted.append(kept)
        self.overlay.merge([end.writes for end in arriving], [end.writes for end in gone])
        if frame.locals is not None:
            known = [end.names for end in arriving if end.names is not None and end.frame is frame]
            if known:
                frame.locals = join_names(known)
        if signal == "return":  # every path has left: the values are all in `pending`
            frame.result = frame.pending.pop() if frame.pending else UNKNOWN
        elif signal == "raise":
            raised = [end.raised for end in arriving]
            self.raised = raised[0] if all(same(raised[0], other) for other in raised) else UNKNOWN
        return signal

    def choose(self, value: Value, act: Callable[[Value], Value]) -> Value:
        """`act` on each alternative of `value`, joined; alternatives for which the program raises are dropped."""
        if type(value) is not Either:
            return act(value)
        ends: list[dict[Key, Value]] = []
        results: list[Value] = []
        raised: list[Value] = []
        self.forked += 1
        try:
            for alternative in value.values:
                mark = len(self.parted)
                self.overlay.branch()
                finished = False
                try:
                    results.append(act(alternative))
                    finished = True
                except ProgramRaises as error:
                    raised.append(error.raised)
                finally:
                    if not finished:
                        self.unwind(mark)
                if finished:
                    paths = self._leave(mark, None, None)
                    ends.append(paths[0].writes)
                    raised.extend(path.raised for path in paths[1:])
        finally:
            self.forked -= 1
        if not ends:
            raise ProgramRaises(raised[0] if len(raised) == 1 else UNKNOWN)
        for one in raised:
            self.doubt(one)
        self.overlay.merge(ends)
        return either(results)

    def aside(
        self,
        act: Callable[[], Value],
        keep: Callable[[Key], bool] = lambda key: False,
        tell: Callable[[object], bool] = lambda event: False,
    ) -> Value:
        """What `act` gives; nothing else comes of it but the writes that `keep` says and the events that `tell` says."""
        mark = len(self.parted)
        self.overlay.branch()
        try:
            with self.telling(tell):
                return act()
        except ProgramRaises:
            return UNKNOWN
        finally:
            for key, value in self.unwind(mark).items():
                if keep(key):
                    self.overlay.set(key, value)

    @contextmanager
    def telling(self, tell: Callable[[object], bool]) -> Iterator[None]:
        """Of what happens inside only the events are reported that `tell` says, and that are to be reported outside."""
        outer = self.told
        self.told = tell if outer is None else lambda event: tell(event) and outer(event)
        try:
            yield
        finally:
            self.told = outer

    @contextmanager
    def entered(self, node: ast.AST, site: Site) -> Iterator[None]:
        """A call of one of the program's functions, from `site`."""
        calling, frame = self.calling, self.frame
        self.stack.append(site)
        self.running.append(node)
        try:
            yield
        finally:
            self.stack.pop()
            self.running.pop()
            self.calling, self.frame = calling, frame

    def raises(self) -> NoReturn:
        """The program raises here."""
        raise ProgramRaises

    def emit(self, event: object) -> None:
        """Report something to whoever runs the unit."""
        if self.told is not None and not self.told(event):
            return
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
