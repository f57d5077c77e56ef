"""What was done by the parts of a unit: the records from which `activations.py` and `edited.py` replay them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kls.program.values import Value


class Activation:
    """One call of a function, as the unit of what it makes: the same object whenever the same call is run again."""

    __slots__ = ("inside",)

    def __init__(self, *outer: Hashable) -> None:
        self.inside: tuple[Hashable, ...] = (*outer, self)
        """The unit, the calls within it that are around this one, and this one."""


CallKey: TypeAlias = "tuple[str, int]"
"""The function's name, and 1 for the first call of it in the calling activation, 2 for the next."""


@dataclass(frozen=True)
class Deed:
    """What running a unit, or a part of one, did; `steps` is its share of the budget."""

    reads: Mapping[Hashable, Value]
    writes: Mapping[Hashable, Value]
    events: tuple[object, ...]
    called: frozenset[object]
    uncalled: frozenset[object]
    steps: int
    imports: tuple[tuple[str, object], ...]
    """The modules that it imported, as they were then."""


Place: TypeAlias = "tuple[int, int, str]"
"""Where a statement stands in its piece, and its text."""

StatementKey: TypeAlias = "tuple[object, ...]"
"""The place, and 1 for the first time that what it stands in is run in its activation, 2 for the next."""


@dataclass(frozen=True)
class Statement:
    """What one statement of a function did, which called no function of the program, or several in a row."""

    deed: Deed
    places: tuple[Place, ...]
    around: tuple[Value, ...]
    """What else its names may mean."""
    names: Mapping[str, Value]
    """The local variables before it."""
    after: Mapping[str, Value] | None
    """The local variables after it; None where it cannot be replayed."""
    allocated: tuple[int, int]
    """How many addresses there were before and after it."""
    parts: Mapping[StatementKey, Statement]
    """The statements in it: those of an `if`, or those that were in a row."""


@dataclass(frozen=True)
class Call:
    """What one call of a function did, and the value that it gave."""

    deed: Deed

    activation: Activation
    function: Value
    arguments: Value
    depth: int
    """How many calls were under way."""
    stack: tuple[object, ...] | None
    """Where those stood; None if nothing came of that."""
    result: Value
    """UNDEFINED where it cannot be replayed."""
    calls: Mapping[CallKey, Call]
    statements: Mapping[StatementKey, Statement] | None
    """Those of a function whose text was changed since the first run; None for others."""
