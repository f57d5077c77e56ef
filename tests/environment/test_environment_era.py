"""Which era a version of Keras belongs to."""

from __future__ import annotations

import pytest

from kls.environment import Era, era_of
from kls.environment.era import ERAS, NEWEST, parse_version


@pytest.mark.parametrize(
    ("version", "era"),
    [
        ("2.0.0", "tf_keras"),
        ("2.15.0", "tf_keras"),
        ("2.21.0", "tf_keras"),
        ("3.0.0.dev2023100103", "3.0"),
        ("3.0", "3.0"),
        ("3.3.3", "3.0"),
        ("3.7.0", "3.0"),
        ("3.9.2", "3.0"),
        ("3.10.0", "3.10"),
        ("3.12.0", "3.10"),
        ("3.13.9", "3.10"),
        ("3.14.0rc1", "3.14"),
        ("3.14.0", "3.14"),
        ("3.15.1", "3.14"),
        ("4.0.0", "3.14"),
        ("nightly", "3.14"),
        (None, "3.14"),
    ],
)
def test_era_of_a_version(version: str | None, era: str) -> None:
    assert era_of(version) is Era(era)


def test_eras_are_ordered_by_time() -> None:
    assert [era.value for era in sorted({*ERAS})] == ["tf_keras", "3.0", "3.10", "3.14"]
    assert Era("tf_keras") < Era("3.0") < Era("3.10") < Era("3.14") == NEWEST
    assert Era("3.10") >= Era("3.10") > Era("3.0")


def test_what_is_no_version_is_said_so() -> None:
    with pytest.raises(ValueError, match=r"not a Keras version: 'latest' \(it should look like 3.12.0\)"):
        parse_version("latest")
