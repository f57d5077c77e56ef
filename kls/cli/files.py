"""Which files a command works on: the files named, and all Python under the folders named that git would not ignore."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".ipynb")
STDIN = "-"
_NEVER = frozenset({"__pycache__", "node_modules", "site-packages"})


@dataclass(frozen=True)
class Target:
    """A file to read, or why there is none. `shown` is the path as the user would write it; "-" is standard input."""

    shown: str
    error: str | None = None
    named: bool = True
    """Whether the user named it, and not only a folder that it is in."""


@dataclass(frozen=True)
class _Ignore:
    """One .gitignore and the folder that it speaks of."""

    folder: Path
    spec: GitIgnoreSpec


def targets(paths: Sequence[str]) -> list[Target]:
    """The files that `paths` stand for, in order, each once. What is not there becomes a Target with an error."""
    found: dict[str, Target] = {}
    for path in paths:
        if path == STDIN:
            found.setdefault(path, Target(path))
        elif Path(path).is_dir():
            found |= {shown: Target(shown, named=False) for shown in _walk(Path(path)) if shown not in found}
        elif Path(path).exists():
            found.setdefault(path, Target(path))
        else:
            found.setdefault(path, Target(path, "no such file or folder"))
    return list(found.values())


def _walk(folder: Path) -> Iterator[str]:
    """Every .py and .ipynb under `folder`, sorted, without hidden folders, environments and what git ignores.

    A folder that git ignores itself is read all the same, since it was named.
    """
    above = _ignores_above(folder)
    ignores = {folder: [] if _ignored(folder.resolve(), True, above) else above}
    for name, subfolders, files in os.walk(folder):
        here, inside = Path(name), Path(name).resolve()
        known = [*ignores.pop(here), *_ignores_of(here)]
        subfolders[:] = sorted(s for s in subfolders if _wanted(here / s) and not _ignored(inside / s, True, known))
        ignores |= {here / s: known for s in subfolders}
        for file in sorted(files):
            if file.endswith(SUFFIXES) and not _ignored(inside / file, False, known):
                yield str(here / file)


def _wanted(folder: Path) -> bool:
    return not folder.name.startswith(".") and folder.name not in _NEVER and not (folder / "pyvenv.cfg").exists()


def _ignores_above(folder: Path) -> list[_Ignore]:
    """The .gitignore files from the root of the repository to the folder above `folder`; none outside a repository."""
    inside = folder.resolve()
    above = [inside, *inside.parents]
    root = next((i for i, parent in enumerate(above) if (parent / ".git").exists()), 0)
    return [ignore for parent in reversed(above[1 : root + 1]) for ignore in _ignores_of(parent)]


def _ignores_of(folder: Path) -> list[_Ignore]:
    try:
        lines = (folder / ".gitignore").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [_Ignore(folder.resolve(), GitIgnoreSpec.from_lines(lines))]


def _ignored(path: Path, is_folder: bool, ignores: Sequence[_Ignore]) -> bool:
    """What git says of the absolute `path`: the deepest .gitignore that has an opinion decides."""
    for ignore in reversed(ignores):
        relative = path.relative_to(ignore.folder).as_posix() + ("/" if is_folder else "")
        included = ignore.spec.check_file(relative).include
        if included is not None:
            return included
    return False
