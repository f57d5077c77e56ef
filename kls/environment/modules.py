"""Finding the file of a module without importing anything, part by part, as the import system would."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from pathlib import Path
from typing import NamedTuple

from kls.environment.read import Environment

_finders: dict[str, FileFinder] = {}


class Found(NamedTuple):
    """A module. `path` is its source, None for a namespace package and an extension; `folders` are a package's."""

    path: str | None
    folders: tuple[str, ...]


def find_module(name: str, environment: Environment, from_dir: str | None = None) -> str | None:
    """The absolute path of the source of module `name`, such as "keras.layers"; None when it has none that can be read.

    `from_dir` is the folder of the file that imports: it is looked in first, as for a script, and relative names
    (".layers", "..models.resnet") start there.
    """
    found = locate_module(name, environment, from_dir)
    return found.path if found else None


def locate_module(name: str, environment: Environment, from_dir: str | None = None) -> Found | None:
    """Like find_module, but tells a namespace package or an extension module (no path) from one that is not there."""
    absolute = name.lstrip(".")
    dots = len(name) - len(absolute)
    parts = absolute.split(".") if absolute else []
    if dots:
        if from_dir is None:
            return None
        folder = Path(from_dir)
        for _ in range(dots - 1):
            folder = folder.parent
        folders: Sequence[str] = (str(folder),)
        if not parts:
            initial = folder / "__init__.py"
            return Found(str(initial) if initial.is_file() else None, (str(folder),))
    else:
        folders = (*([from_dir] if from_dir else []), *environment.search_path)
    if not all(parts):
        return None
    found = None
    for part in parts:
        found = _find(part, folders)
        if found is None and not dots and part is parts[0]:
            found = _editable(part, environment)
        if found is None:
            return None
        folders = found.folders
    return found


def invalidate() -> None:
    """Forget what folders held: files were made or deleted within the resolution of their time stamps."""
    for finder in list(_finders.values()):
        finder.invalidate_caches()


def _find(part: str, folders: Sequence[str]) -> Found | None:
    """A module by the last part of its name in the first of `folders` that has it.

    A finder of our own for each folder: PathFinder would ask sys.modules for the parents of namespace packages.
    """
    portions: list[str] = []
    for folder in folders:
        spec = _finder(folder).find_spec(part)
        if spec is None:
            continue
        inside = tuple(spec.submodule_search_locations or ())
        if spec.loader is None:
            portions += inside
        elif isinstance(spec.loader, SourceFileLoader):
            return Found(spec.origin, inside)
        else:
            return Found(None, inside)
    return Found(None, tuple(portions)) if portions else None


def _finder(folder: str) -> FileFinder:
    finder = _finders.get(folder)
    if finder is None:
        finder = FileFinder(folder, (SourceFileLoader, [".py"]), (ExtensionFileLoader, EXTENSION_SUFFIXES))
        _finders[folder] = finder
    return finder


def _editable(part: str, environment: Environment) -> Found | None:
    """A top-level package that an editable install maps to its folder, its `__init__.py` or its only file."""
    place = dict(environment.editable).get(part)
    if place is None:
        return None
    path = Path(place)
    initial = path / "__init__.py"
    if initial.is_file():
        return Found(str(initial), (str(path),))
    if path.is_dir():
        return Found(None, (str(path),))
    if path.is_file():
        return Found(str(path), (str(path.parent),) if path.name == "__init__.py" else ())
    single = path.with_name(path.name + ".py")
    return Found(str(single), ()) if single.is_file() else None
