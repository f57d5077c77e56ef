"""Where a module's source is, found as the import system finds it and without importing."""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec

import pytest
from fake_disk import Disk

from kls.environment import Environment, find_module, read_environment
from kls.environment.modules import invalidate, locate_module


def environment(disk: Disk, *folders: str) -> Environment:
    return read_environment(None, [str(disk.root / folder) for folder in folders], variables={})


def test_modules_and_packages(disk: Disk) -> None:
    disk.write("a/models/__init__.py")
    disk.write("a/models/blocks.py")
    disk.write("a/train.py")
    found = environment(disk, "a")
    assert find_module("train", found) == str(disk.root / "a/train.py")
    assert find_module("models", found) == str(disk.root / "a/models/__init__.py")
    assert find_module("models.blocks", found) == str(disk.root / "a/models/blocks.py")
    for name in ("blocks", "models.none", "train.inner", "", "models..blocks", "a/train", "."):
        assert find_module(name, found) is None, name


def test_the_folder_of_the_importing_file_comes_first(disk: Disk) -> None:
    disk.write("a/utils.py")
    disk.write("a/scripts/utils.py")
    found = environment(disk, "a")
    assert find_module("utils", found) == str(disk.root / "a/utils.py")
    assert find_module("utils", found, str(disk.root / "a/scripts")) == str(disk.root / "a/scripts/utils.py")


def test_relative_names_start_at_the_importing_file(disk: Disk) -> None:
    for path in ("p/__init__.py", "p/base.py", "p/q/__init__.py", "p/q/layers.py"):
        disk.write(path)
    found, folder = environment(disk), str(disk.root / "p/q")
    assert find_module(".layers", found, folder) == str(disk.root / "p/q/layers.py")
    assert find_module("..base", found, folder) == str(disk.root / "p/base.py")
    assert find_module("..q.layers", found, folder) == str(disk.root / "p/q/layers.py")
    assert find_module(".", found, folder) == str(disk.root / "p/q/__init__.py")
    assert find_module("..", found, folder) == str(disk.root / "p/__init__.py")
    assert find_module(".base", found, folder) is None
    assert find_module(".base", found) is None


def test_namespace_packages_have_parts_in_many_folders_and_no_source(disk: Disk) -> None:
    disk.write("a/space/one.py")
    disk.write("b/space/deep/two.py")
    found = environment(disk, "a", "b")
    assert find_module("space.one", found) == str(disk.root / "a/space/one.py")
    assert find_module("space.deep.two", found) == str(disk.root / "b/space/deep/two.py")
    assert find_module("space", found) is None
    module = locate_module("space", found)
    assert module is not None
    assert module.folders == (str(disk.root / "a/space"), str(disk.root / "b/space"))
    assert locate_module("void", found) is None


def test_a_package_beats_a_namespace_before_it(disk: Disk) -> None:
    disk.write("a/keras/notes.txt")
    disk.write("b/keras/__init__.py")
    assert find_module("keras", environment(disk, "a", "b")) == str(disk.root / "b/keras/__init__.py")


def test_extension_modules_and_stubs_have_no_source(disk: Disk) -> None:
    disk.write(f"a/fast{EXTENSION_SUFFIXES[0]}")
    disk.write("a/fast-stubs/__init__.pyi")
    disk.write("a/typed.pyi")
    disk.write("b/fast.py")
    found = environment(disk, "a", "b")
    assert find_module("fast", found) is None
    assert locate_module("fast", found) is not None
    assert locate_module("typed", found) is None


def test_files_that_come_and_go_are_noticed_after_invalidate(disk: Disk) -> None:
    disk.write("a/x.py")
    found = environment(disk, "a")
    assert find_module("new", found) is None
    new = disk.write("a/new.py")
    invalidate()
    assert find_module("new", found) == str(new)
    new.unlink()
    invalidate()
    assert find_module("new", found) is None


@pytest.mark.parametrize("name", ["keras.layers", "keras.src.applications.resnet", "json.decoder", "jedi.api", "keras"])
def test_it_is_what_python_would_import(name: str) -> None:
    before = set(sys.modules)
    found = find_module(name, read_environment(sys.executable, []))
    assert set(sys.modules) == before
    top = name.split(".")[0]
    if top != "keras":
        spec = find_spec(name)
        assert spec is not None
        assert found == spec.origin
    else:
        spec = find_spec("keras")
        assert spec is not None and spec.origin is not None
        assert found is not None
        assert found.startswith(spec.origin.removesuffix("__init__.py"))


def test_a_folder_that_is_gone_or_was_never_one_has_no_modules(disk: Disk) -> None:
    disk.write("file.py")
    assert find_module("x", environment(disk, "gone", "file.py")) is None
