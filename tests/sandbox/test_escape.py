"""Nothing gets out: every attack works without the jail, and none within it."""

from __future__ import annotations

from typing import Any

import pytest
from attacks import ATTACKS, MAY_FAIL_OUTSIDE

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]

NAMES = sorted(ATTACKS)
# Exceptions by which a wall says no; any other would mean that the attack itself is broken.
WALLS = ("PermissionError", "FileNotFoundError", "OSError", "URLError", "ProcessLookupError", "NotADirectoryError")


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) >= 60


def held(outcome: str) -> bool:
    """Whether an attack ran, and failed at a wall."""
    return outcome == "held" or outcome in {f"held-{error}" for error in WALLS}


@pytest.mark.parametrize("name", NAMES)
def test_root_or_whoever_runs_this(as_this_user: dict[str, Any], name: str) -> None:
    assert as_this_user["outside"][name] == "escaped" or name in MAY_FAIL_OUTSIDE
    assert held(as_this_user["inside"][name]), as_this_user["inside"][name]


@pytest.mark.parametrize("name", NAMES)
def test_an_ordinary_user(as_nobody: dict[str, Any], name: str) -> None:
    assert as_nobody["outside"][name] == "escaped" or name in MAY_FAIL_OUTSIDE
    assert held(as_nobody["inside"][name]), as_nobody["inside"][name]


@pytest.mark.parametrize("name", NAMES)
def test_landlock_alone(behind_landlock: dict[str, Any], name: str) -> None:
    assert held(behind_landlock["inside"][name]), behind_landlock["inside"][name]


def test_nothing_outside_has_changed(as_this_user: dict[str, Any], behind_landlock: dict[str, Any]) -> None:
    assert as_this_user["changed"] == []
    assert behind_landlock["changed"] == []
    assert "bubblewrap" in as_this_user["level"]
    assert behind_landlock["level"] == "landlock"
