"""Good code that looks like a fault: on no version may there be a warning or an error, and mostly there is nothing at all."""

from __future__ import annotations

import pytest

from .checking import VERSIONS, check, found, loud
from .good_graphs import GOOD_GRAPHS
from .good_programs import GOOD_PROGRAMS

PREAMBLE = """
import keras
from keras import layers


def backbone(name="backbone"):
    image = keras.Input((16, 16, 3), name=name + "_in")
    x = layers.Conv2D(4, 3, name=name + "_conv")(image)
    x = layers.Conv2D(6, 3, name=name + "_top")(x)
    return keras.Model(image, x, name=name)


def stack(name="stack"):
    return keras.Sequential([keras.Input((8,)), layers.Dense(4, name="a"), layers.Dense(2, name="b")], name=name)

"""

GOOD = {**GOOD_GRAPHS, **GOOD_PROGRAMS}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("program", [pytest.param(code, id=name) for name, code in GOOD.items()])
def test_no_warning_and_no_error(program: str, version: str) -> None:
    assert loud(check(PREAMBLE + program, version)) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_not_even_a_hint_for_the_most_common_idioms(version: str) -> None:
    common = (
        "a model called on its own input",
        "a head on a model's output",
        "layers by name in a loop",
        "a Sequential that is added to",
        "a siamese network",
        "a U-Net",
    )
    for name in common:
        assert found(check(PREAMBLE + GOOD[name], version)) == [], name


@pytest.mark.parametrize("version", VERSIONS)
def test_half_typed_programs_do_not_make_the_rules_fail(version: str) -> None:
    program = PREAMBLE + GOOD["a siamese network"]
    for end in range(len(PREAMBLE), len(program), 7):
        check(program[:end], version)
