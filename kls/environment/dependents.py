"""Which installed packages have to do with Keras: only their source is worth reading, as only they hand out its objects."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

MOST_FILES = 2_000
"""A package that has more files than this, none of the first of which imports Keras, is taken not to."""

_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(?:keras|tf_keras|tensorflow)\b", re.MULTILINE)


def is_installed(path: str) -> bool:
    """Whether a file lies where packages are installed, and not in a project of the user's."""
    return "site-packages" in path or "dist-packages" in path


def uses_keras(name: str, path: str) -> bool:
    """Whether any file of the package that module `name`, found at `path`, is part of imports Keras or TensorFlow."""
    module = Path(path)
    top = module.parent if module.name == "__init__.py" else module
    for _ in range(name.count(".")):
        top = top.parent
    return _uses_keras(str(top))


@cache
def _uses_keras(top: str) -> bool:
    """Asked once a process: a package does not take up Keras while an editor is open."""
    files = Path(top).rglob("*.py") if Path(top).is_dir() else iter((Path(top),))
    return any(_IMPORT.search(_content(file)) for file, _ in zip(files, range(MOST_FILES)))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
