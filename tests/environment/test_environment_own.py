"""Where no project says which interpreter it runs under, one that has Keras is better than one that has none."""

from __future__ import annotations

import sys

import pytest
from fake_disk import Disk

from kls.environment import Environment
from kls.surroundings import surroundings


@pytest.mark.keras
def test_a_python_on_path_without_keras_makes_way_for_ours(disk: Disk) -> None:
    base = disk.python("usr")
    disk.write("work/model.py")
    folder, variables = str(disk.root / "work"), disk.variables(PATH=str(base.parent))
    assert surroundings(folder, variables=variables).environment.python == sys.executable
    disk.install("usr/lib/python3.11/site-packages", "keras", "3.12.0")
    assert surroundings(folder, variables=variables).environment.python == str(base.parent / "python3")


def test_one_that_was_chosen_does_not(disk: Disk) -> None:
    base = disk.python("usr")
    disk.write("work/model.py")
    folder, variables = str(disk.root / "work"), disk.variables(PATH=str(base.parent))
    python = str(base.parent / "python3")
    assert surroundings(folder, chosen=python, variables=variables).environment.python == python
    assert surroundings(folder, editor={"python": python}, variables=variables).environment.python == python
    own = disk.venv("work/.venv", base)
    assert surroundings(folder, variables=variables).environment.python == str(own)


@pytest.mark.keras
def test_what_stood_in_once_is_not_taken_for_it_when_it_is_chosen(disk: Disk) -> None:
    base = disk.python("usr")
    disk.write("work/model.py")
    folder, variables = str(disk.root / "work"), disk.variables(PATH=str(base.parent))
    known: dict[tuple[str | None, str, str | None], Environment] = {}
    python = str(base.parent / "python3")
    assert surroundings(folder, variables=variables, known=known).environment.python == sys.executable
    assert surroundings(folder, chosen=python, variables=variables, known=known).environment.python == python
