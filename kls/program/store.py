"""The one place for all that changes, and a unit's recorded view of it, by which unchanged units are replayed.

A unit (a top-level piece of text, or a function that nobody calls) sees the store through an Overlay: what it reads
from below is recorded, what it writes is kept aside. Equal reads give equal writes and events, so a unit whose reads
are unchanged need not be run again. The same overlay serves the branches of an `if` whose condition is unknown.
A call within a unit has an overlay of its own, on top of its caller's; see `activations.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Protocol, cast

from kls.program.deeds import Activation, Call, CallKey, Deed, Statement, StatementKey
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    Address,
    Container,
    Suspended,
    Value,
    either,
    indistinguishable,
    same,
)

Key = Hashable


class Cell(Protocol):
    """What a library keeps in the store: it knows itself how two branches' versions of it join."""

    def join_cell(self, other: Value) -> Value:
        """The join with another version of this cell; UNKNOWN where there is none."""
        ...


class Store:
    """Keys to values; what is absent here is looked for in the modules that have been imported."""

    __slots__ = ("_fallback", "_values")

    def __init__(self, fallback: Callable[[Key], Value] = lambda key: UNDEFINED) -> None:
        self._values: dict[Key, Value] = {}
        self._fallback = fallback

    def get(self, key: Key) -> Value:
        """The value at `key`, or UNDEFINED."""
        value = self._values.get(key, UNDEFINED)
        return self._fallback(key) if value is UNDEFINED else value

    def update(self, writes: Mapping[Key, Value]) -> None:
        """Take over what a unit wrote."""
        self._values.update(writes)

    def items(self) -> Mapping[Key, Value]:
        """Everything written, for comparing two stores."""
        return self._values


@dataclass(frozen=True)
class Unit(Deed):
    """What running one unit read, wrote and reported."""

    calls: Mapping[CallKey, Call] = field(default_factory=dict)
    """The calls of the program's functions within it, for the next run."""

    def holds(self, store: Store, changed: Set[Key] | None) -> bool:
        """Whether running it again on `store` would do the same.

        `changed` has all keys that may not be as they were when the unit was run or replayed last; None: it may be any.
        """
        reads, get = self.reads, store.get
        if changed is None:
            return all(indistinguishable(get(key), value) for key, value in reads.items())
        if reads.keys().isdisjoint(changed):
            return True
        few, many = (reads, changed) if len(reads) < len(changed) else (changed, reads)
        return all(indistinguishable(get(key), reads[key]) for key in few if key in many)


class Overlay:
    """One unit's view of the store while it runs: layers of writes, one more for each branch that is under way."""

    __slots__ = (
        "_below",
        "_layers",
        "allocated",
        "base",
        "before",
        "called",
        "calls",
        "counts",
        "depth",
        "events",
        "reads",
        "repeatable",
        "statements",
        "statements_before",
        "uncalled",
        "unit",
    )

    def __init__(
        self,
        base: Store,
        unit: Key,
        writes: Mapping[Key, Value] | None = None,
        before: Mapping[CallKey, Call] | None = None,
    ) -> None:
        """`before` are the calls of the last run, {} for a first one; None: calls are not to be remembered."""
        self.base = base
        self.unit = unit
        self.reads: dict[Key, Value] = {}
        self.events: list[object] = []
        self.called: set[object] = set()
        self.uncalled: set[object] = set()
        """What was taken out of `called`, which the caller is to do as well."""
        self.allocated = 0
        self.before = before
        self.calls: dict[CallKey, Call] = {}
        self.counts: dict[Key, int] = {}
        """How often each function has been called, and each remembered statement run."""
        self.statements_before: Mapping[StatementKey, Statement] | None = None
        """Those of the last run; None: statements are not to be remembered."""
        self.statements: dict[StatementKey, Statement] = {}
        self.depth = 0
        """How many remembered calls are under way."""
        self.repeatable = True
        """False once something was looked at that `reads` does not have."""
        self._below: tuple[Mapping[Key, Value], ...] = ()
        """What the calls around this one have written, the innermost first."""
        self._layers: list[dict[Key, Value]] = [dict(writes or {})]

    def activation(self) -> Activation:
        """A new one, within this unit or call."""
        return Activation(*(self.unit.inside if type(self.unit) is Activation else (self.unit,)))

    def inner(
        self,
        activation: Activation,
        calls: Mapping[CallKey, Call],
        statements: Mapping[StatementKey, Statement] | None,
    ) -> Overlay:
        """The overlay of a call that begins now, with what is remembered of the one that it was."""
        made = Overlay(self.base, activation, before=calls)
        made.statements_before, made.depth = statements, self.depth + 1
        made._below = (self._layers[0], *self._below)
        return made

    def part(self) -> Overlay:
        """The overlay of a statement that begins now: its calls and what it makes are those of the activation."""
        made = Overlay(self.base, self.unit, before=self.before)
        made.calls, made.counts, made.allocated = self.calls, self.counts, self.allocated
        made.depth = self.depth
        made._below = (self._layers[0], *self._below)
        return made

    def settle(self) -> None:
        """Go on with what the path under way has written; those that parted from it and never arrive are gone."""
        for layer in self._layers[1:]:
            self._layers[0].update(layer)
        del self._layers[1:]

    def deed(self, steps: int, imports: tuple[tuple[str, object], ...], since: int = 0) -> Deed:
        """What was done here, in so many steps. What was read of things that were made here is left out, of those made by
        the activation itself beyond its first `since` addresses: there was nothing of them before."""
        unit = self.unit
        return Deed(
            {
                k: v
                for k, v in self.reads.items()
                if v is not UNDEFINED or not (isinstance(k, tuple) and _is_of(k, unit, since))
            },
            self.writes,
            tuple(self.events),
            frozenset(self.called),
            frozenset(self.uncalled),
            steps,
            imports,
        )

    @property
    def is_plain(self) -> bool:
        """Whether no branch is under way."""
        return len(self._layers) == 1

    def absorb(self, deed: Deed) -> None:
        """Take over what a part of this one did; its reads are recorded here unless they are of what was written here."""
        layer, mine = self._layers[0], self.reads
        for key, value in deed.reads.items():
            if key not in layer:
                mine.setdefault(key, value)
        layer.update(deed.writes)
        self.events.extend(deed.events)
        self.called.difference_update(deed.uncalled)
        self.called.update(deed.called)
        self.uncalled.update(deed.uncalled)

    def reads_alike(self, deed: Deed) -> bool:
        """Whether a part that would be run now would read what it read."""
        for key, value in deed.reads.items():
            now = self.peek(key)
            if now is not value and not indistinguishable(now, value):
                return False
        return True

    @property
    def writes(self) -> dict[Key, Value]:
        """What the unit has written, outside of any branch."""
        return self._layers[0]

    def get(self, key: Key) -> Value:
        """The value at `key`, or UNDEFINED; a read from below is recorded."""
        layers = self._layers
        value = layers[-1].get(key, UNDEFINED)
        if value is not UNDEFINED:
            return value
        if len(layers) > 1:
            for layer in layers[-2::-1]:
                value = layer.get(key, UNDEFINED)
                if value is not UNDEFINED:
                    return value
        value = self.reads.get(key, None)
        if value is None and key not in self.reads:
            value = self.reads[key] = self._outside(key)
        return value

    def _outside(self, key: Key) -> Value:
        for below in self._below:
            value = below.get(key, UNDEFINED)
            if value is not UNDEFINED:
                return value
        return self.base.get(key)

    def peek(self, key: Key) -> Value:
        """What `get` would give where no branch is under way; it is not recorded."""
        value = self._layers[0].get(key, UNDEFINED)
        if value is UNDEFINED and key in self.reads:
            return self.reads[key]
        return self._outside(key) if value is UNDEFINED else value

    def set(self, key: Key, value: Value) -> None:
        """Write; seen by this unit at once and by others when it is done."""
        self._layers[-1][key] = value

    def uncall(self, node: object) -> None:
        """A function is taken not to have been called."""
        self.called.discard(node)
        self.uncalled.add(node)

    def allocate(self) -> Address:
        """A fresh address, the same in every run of the same unit."""
        self.allocated += 1
        return (self.unit, self.allocated)

    def new(self, kind: str, content: Value) -> Container:
        """A fresh list, dict, set or iterator."""
        container = Container(kind, self.allocate())
        self._layers[-1][container.address] = content
        return container

    def branch(self) -> None:
        """From here on, writes are kept apart until `leave`."""
        self._layers.append({})

    def attributes(self, address: Address) -> dict[str, Value]:
        """What this unit has written at (address, name), by name."""
        found: dict[str, Value] = {}
        self.repeatable = False
        for layer in (*reversed(self._below), *self._layers):
            for key, value in layer.items():
                if type(key) is tuple and len(key) == 2 and key[0] == address and isinstance(key[1], str):
                    found[key[1]] = value
        return found

    def outside(self, address: Address) -> bool:
        """Whether what stands at an address may have been written by another unit."""
        return _root(address[0]) != _root(self.unit)

    def top(self) -> Mapping[Key, Value]:
        """What was written since the last `branch`."""
        return self._layers[-1]

    def leave(self) -> dict[Key, Value]:
        """What was written since `branch`; the state is as it was before."""
        return self._layers.pop()

    def merge(self, through: Sequence[Mapping[Key, Value]], left: Sequence[Mapping[Key, Value]] = ()) -> None:
        """Go on with what any of several branches wrote.

        Of branches that control has `left`, only the objects that they made are kept: they may still be referred to.
        """
        for key in dict.fromkeys(key for writes in through for key in writes):
            below = self.get(key) if any(key not in writes for writes in through) else UNDEFINED
            values = [writes.get(key, below) for writes in through]
            joined = values[0]
            for value in values[1:]:
                joined = join(joined, value)
            self._layers[-1][key] = joined
        for writes in left:
            for key, value in writes.items():
                if self.get(key) is UNDEFINED:
                    self._layers[-1][key] = value


def _root(unit: Key) -> Key:
    """The unit that a call is within; any other unit is its own."""
    return unit.inside[0] if type(unit) is Activation else unit


def _is_of(value: tuple[object, ...], unit: Key, since: int) -> bool:
    """Whether a key, or a part of it, is of something that a unit made beyond its first addresses, or a call within it."""
    owner = value[0] if value else None
    if owner is unit:
        return value[1] > since  # type: ignore[operator]  # it is an address
    if type(owner) is Activation:
        return unit in owner.inside
    for part in value:  # noqa: SIM110 a generator would take twice as long, for all that is read
        if isinstance(part, tuple) and _is_of(part, unit, since):
            return True
    return False


def join(a: Value, b: Value) -> Value:
    """The join of what two branches left at one key."""
    if a is UNDEFINED or b is UNDEFINED:
        return b if a is UNDEFINED else a
    if same(a, b):
        return a
    if hasattr(type(a), "join_cell"):
        return cast("Cell", a).join_cell(b)
    if type(a) is tuple and type(b) is tuple:
        return tuple(either((x, y)) for x, y in zip(a, b)) if len(a) == len(b) else UNKNOWN
    if type(a) is dict and type(b) is dict:
        return {k: join(a[k], b[k]) for k in a} if a.keys() == b.keys() else UNKNOWN
    return UNKNOWN if type(a) is Suspended or type(b) is Suspended else either((a, b))
