"""The paths of a program that have left where others went on, and what they bring to where they arrive."""

from __future__ import annotations

from typing import NamedTuple

from kls.program.frame import Frame
from kls.program.store import Key
from kls.program.values import UNDEFINED, Value, either


class End(NamedTuple):
    """How a path left: by which signal, with what written and which local names, and what was raised."""

    signal: str | None
    writes: dict[Key, Value]
    frame: Frame | None
    """What it leaves, and what `names` are of."""
    names: dict[str, Value] | None
    raised: Value


def join_names(branches: list[dict[str, Value]]) -> dict[str, Value]:
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
