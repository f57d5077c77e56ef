"""Which interpreter is chosen, in which order, and that none is started to find out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from fake_disk import Disk

from kls.environment import find_interpreter


def test_the_order_of_preference(disk: Disk) -> None:
    base = disk.python("usr")
    root, work = str(disk.root / "work/project/deep"), str(disk.root / "work")
    disk.write("work/project/deep/model.py")
    variables = disk.variables()
    assert find_interpreter(root, None, work, variables) == sys.executable
    variables["PATH"] = str(base.parent)
    assert find_interpreter(root, None, work, variables) == str(base.parent / "python3")
    variables["CONDA_PREFIX"] = str(disk.root / "conda")
    conda = disk.executable("conda/bin/python")
    assert find_interpreter(root, None, work, variables) == str(conda)
    variables["VIRTUAL_ENV"] = str(disk.root / "active")
    active = disk.venv("active", base)
    assert find_interpreter(root, None, work, variables) == str(active)
    above = disk.venv("work/env", base)
    assert find_interpreter(root, None, work, variables) == str(above)
    assert find_interpreter(root, None, root, variables) == str(active)
    nearer = disk.venv("work/project/venv", base)
    assert find_interpreter(root, None, work, variables) == str(nearer)
    nearest = disk.venv("work/project/.venv", base)
    assert find_interpreter(root, None, work, variables) == str(nearest)
    assert find_interpreter(root, str(conda), work, variables) == str(conda)


def test_nothing_above_the_workspace_is_looked_at(disk: Disk) -> None:
    disk.venv(".venv", disk.python("usr"))
    disk.write("work/project/model.py")
    found = find_interpreter(str(disk.root / "work/project"), None, str(disk.root / "work"), disk.variables())
    assert found == sys.executable


def test_a_setting_may_be_a_program_a_folder_a_command_or_relative(disk: Disk) -> None:
    python = disk.venv("work/tools/venv", disk.python("usr"))
    home = disk.executable("home/bin/python")
    work = str(disk.root / "work")
    variables = disk.variables(PATH=str(disk.root / "usr/bin"))
    for setting, expected in {
        str(python): python,
        str(python.parent.parent): python,
        "tools/venv": python,
        "./tools/venv/bin/python": python,
        "~/bin/python": home,
        "python3.11": disk.root / "usr/bin/python3.11",
    }.items():
        assert find_interpreter(work, setting, work, variables) == str(expected), setting


@pytest.mark.parametrize("setting", ["/nowhere/python", "none/such", "no-such-command", "work"])
def test_a_setting_that_names_nothing_is_not_replaced_by_a_guess(disk: Disk, setting: str) -> None:
    disk.venv(".venv", disk.python("usr"))
    disk.write("work/model.py")
    root = str(disk.root)
    assert find_interpreter(root, setting, root, disk.variables()) is None


def test_a_file_that_is_not_executable_is_no_interpreter(disk: Disk) -> None:
    disk.write(".venv/bin/python", "text")
    assert find_interpreter(str(disk.root), None, None, disk.variables()) == sys.executable


def test_a_windows_environment(disk: Disk) -> None:
    python = disk.executable(".venv/Scripts/python.exe")
    assert find_interpreter(str(disk.root), None, None, disk.variables()) == str(python)


def test_behind_a_pyenv_shim_is_the_version_that_pyenv_would_choose(disk: Disk) -> None:
    disk.executable("pyenv/shims/python3")
    for version in ("3.9.1", "3.11.7", "3.11.12", "3.12.1"):
        disk.executable(f"pyenv/versions/{version}/bin/python")
    variables = disk.variables(PATH=str(disk.root / "pyenv/shims"))
    disk.write("work/project/model.py")
    root = str(disk.root / "work/project")

    def chosen(**more: str) -> str:
        found = find_interpreter(root, None, None, {**variables, **more})
        assert found is not None
        parts = Path(found).parts
        return parts[-3] if found.startswith(str(disk.root)) else "our own"

    assert chosen() == "our own"
    disk.write("pyenv/version", "3.9.1\n")
    assert chosen() == "3.9.1"
    disk.write("work/.python-version", "3.11\n")
    assert chosen() == "3.11.12"
    assert chosen(PYENV_VERSION="system:3.12.1") == "3.12.1"
