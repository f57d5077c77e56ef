"""The one place for all that changes, and a unit's recorded view of it, by which unchanged units are replayed.

A unit (a top-level piece of text, or a function that nobody calls) sees the store through an Overlay: what it reads
from below is recorded, what it writes is kept aside. Equal reads give equal writes and events, so a unit whose reads
are unchanged need not be run again. The same overlay serves the branches of an `if` whose condition is unknown.
A call within a unit has an overlay of its own, on top of its caller's; see `activations.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, cast

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


class Activation:
    """One call of a function, as the unit of what it makes: the same object whenever the same call is run again."""

    __slots__ = ("inside",)

    def __init__(self, *outer: Key) -> None:
        self.inside: tuple[Key, ...] = (*outer, self)
        """The unit, the calls within it that are around this one, and this one."""


CallKey: TypeAlias = "tuple[str, int]"
"""The function's name, and 1 for the first call of it in the calling activation, 2 for the next."""


@dataclass(frozen=True)
class Call:
    """What one call of a function did: all of a unit, and the value that it gave."""

    activation: Activation
    function: Value
    arguments: Value
    depth: int
    """How many calls were under way."""
    stack: tuple[object, ...] | None
    """Where those stood; None if nothing came of that."""
    result: Value
    """UNDEFINED where it cannot be replayed."""
    reads: Mapping[Key, Value]
    writes: Mapping[Key, Value]
    events: tuple[object, ...]
    called: frozenset[object]
    uncalled: frozenset[object]
    steps: int
    imports: tuple[tuple[str, object], ...]
    calls: Mapping[CallKey, Call]


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
class Unit:
    """What running one unit read, wrote and reported; `steps` is its share of the budget."""

    reads: Mapping[Key, Value]
    writes: Mapping[Key, Value]
    events: tuple[object, ...]
    called: frozenset[object]
    steps: int
    imports: tuple[tuple[str, object], ...]
    """The modules that it imported, as they were then."""
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
        "events",
        "reads",
        "repeatable",
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
        self.counts: dict[str, int] = {}
        """How often each function has been called."""
        self.repeatable = True
        """False once something was looked at that `reads` does not have."""
        self._below: tuple[Mapping[Key, Value], ...] = ()
        """What the calls around this one have written, the innermost first."""
        self._layers: list[dict[Key, Value]] = [dict(writes or {})]

    def activation(self) -> Activation:
        """A new one, within this unit or call."""
        return Activation(*(self.unit.inside if type(self.unit) is Activation else (self.unit,)))

    def inner(self, activation: Activation, before: Mapping[CallKey, Call]) -> Overlay:
        """The overlay of a call that begins now."""
        made = Overlay(self.base, activation, before=before)
        made._below = (self._layers[0], *self._below)
        return made

    @property
    def depth(self) -> int:
        """How many remembered calls are under way."""
        return len(self._below)

    @property
    def is_plain(self) -> bool:
        """Whether no branch is under way."""
        return len(self._layers) == 1

    def absorb(self, call: Call) -> None:
        """Take over what a call within this one did; its reads are recorded here unless they are of what was written here."""
        layer, mine = self._layers[0], self.reads
        for key, value in call.reads.items():
            if key not in layer:
                mine.setdefault(key, value)
        layer.update(call.writes)
        self.events.extend(call.events)
        self.called.difference_update(call.uncalled)
        self.called.update(call.called)
        self.uncalled.update(call.uncalled)

    def outer_reads(self) -> dict[Key, Value]:
        """What was read, but for what this activation made itself: outside there is nothing of it."""
        unit = self.unit
        return {k: v for k, v in self.reads.items() if v is not UNDEFINED or not _is_of(k, unit)}

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


def _is_of(key: Key, activation: Key) -> bool:
    """Whether a key is of something that was made in an activation, or in a call within it."""
    for part in key if isinstance(key, tuple) else ():
        if part is activation or (type(part) is Activation and activation in part.inside):
            return True
        if isinstance(part, tuple) and _is_of(part, activation):
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
