"""Nothing gets out: every attack works without the jail, and none within it."""

from __future__ import annotations

import os
from typing import Any

import pytest
from attacks import ATTACKS, MAY_FAIL_OUTSIDE
from attacks_deeper import NAMESPACES
from poisons import POISONS

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]

NAMES = sorted([*ATTACKS, *POISONS])
WALLED = [name for name in NAMES if name not in NAMESPACES]
# Exceptions by which a wall says no; any other would mean that the attack itself is broken.
WALLS = ("PermissionError", "FileNotFoundError", "OSError", "URLError", "ProcessLookupError", "NotADirectoryError")


def test_there_are_enough_attacks() -> None:
    assert len(NAMES) >= 200


def held(outcome: str) -> bool:
    """Whether an attack ran, and failed at a wall (SIGSYS is the end of those who speak to the kernel in another tongue)."""
    return (
        outcome == "held"
        or "ended its process (signal 31)" in outcome
        or outcome in {f"held-{error}" for error in WALLS}
    )


@pytest.mark.parametrize("name", NAMES)
def test_root_or_whoever_runs_this(as_this_user: dict[str, Any], name: str) -> None:
    assert as_this_user["outside"][name] == "escaped" or name in MAY_FAIL_OUTSIDE
    assert held(as_this_user["inside"][name]), as_this_user["inside"][name]


@pytest.mark.parametrize("name", NAMES)
def test_an_ordinary_user(as_nobody: dict[str, Any], name: str) -> None:
    assert as_nobody["outside"][name] == "escaped" or name in MAY_FAIL_OUTSIDE
    assert held(as_nobody["inside"][name]), as_nobody["inside"][name]


@pytest.mark.parametrize("name", WALLED)
def test_landlock_alone(behind_landlock: dict[str, Any], name: str) -> None:
    assert held(behind_landlock["inside"][name]), behind_landlock["inside"][name]


@pytest.mark.parametrize("name", WALLED)
def test_landlock_alone_for_an_ordinary_user(nobody_behind_landlock: dict[str, Any], name: str) -> None:
    assert held(nobody_behind_landlock["inside"][name]), nobody_behind_landlock["inside"][name]


def test_most_attacks_were_seen_to_work(as_this_user: dict[str, Any]) -> None:
    """Those that this machine forbids to everybody show nothing."""
    shown = [name for name in NAMES if as_this_user["outside"][name] == "escaped"]
    assert len(shown) >= (180 if os.getuid() == 0 else 140)


def test_what_gets_through_is_seen(as_this_user: dict[str, Any], behind_landlock: dict[str, Any]) -> None:
    assert as_this_user["inside"]["canary"] == behind_landlock["inside"]["canary"] == "escaped"


def test_nothing_outside_has_changed(as_this_user: dict[str, Any], behind_landlock: dict[str, Any]) -> None:
    assert as_this_user["changed"] == []
    assert behind_landlock["changed"] == []
    assert "bubblewrap" in as_this_user["level"]
    assert behind_landlock["level"] == "landlock"
