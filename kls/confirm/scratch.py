"""Scratch folders on our own disk, for jails that have no file systems of their own: made, and removed whatever is in them."""

from __future__ import annotations

import itertools
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PREFIX = "kls-scratch-"


def make_folder() -> str:
    """A new empty folder that only this user may look into. Raises OSError.

    Folders of those who were killed before they could remove theirs are removed.
    """
    user = getattr(os, "getuid", lambda: 0)()  # 0 is everybody's on Windows, whose temporary folder is one's own
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if path.lstat().st_uid == user and is_folder(path) and not has_owner(path.name):
                remove_folder(str(path))
    return str(Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")).resolve())


def has_owner(name: str) -> bool:
    """Whether the process that made a folder of this name may still be there."""
    number = name.removeprefix(PREFIX).partition("-")[0]
    if sys.platform == "win32" or not number.isdecimal():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def remove_folders(folders: Iterable[str]) -> None:
    """Remove folders and all that is in them; what cannot be removed stays. Never raises."""
    for folder in folders:
        with suppress(OSError):
            remove_folder(folder)


def remove_folder(folder: str) -> None:
    """Remove a folder that programs have filled: nested ten thousand deep, say, with modes that forbid looking into it.

    What is in a folder of the folder is moved up before that is removed, so that paths stay short. Nobody may be writing to
    it any more. Raises OSError.
    """
    top, numbers = Path(folder), itertools.count()
    while found := list(top.iterdir()):
        for path in found:
            if not is_folder(path):
                path.unlink()
                continue
            path.chmod(0o700)
            for inner in list(path.iterdir()):
                if is_folder(inner):
                    inner.chmod(0o700)  # a folder that may not be written to may not be moved
                inner.rename(next(new for n in numbers if not os.path.lexists(new := top / f"up-{n}")))
            path.rmdir()
    top.rmdir()


def is_folder(path: Path) -> bool:
    """Whether a path is a folder itself, and no link to one."""
    return stat.S_ISDIR(path.lstat().st_mode)


def usage(folders: Iterable[str], most: int) -> tuple[int, int]:
    """(files, bytes) below some folders; counting stops beyond `most` files."""
    files = size = 0
    for folder in folders:
        for place, below, names in os.walk(folder):
            files += len(below) + len(names)
            if files > most:
                return files, size
            for name in names:
                with suppress(OSError):
                    size += Path(place, name).lstat().st_size
    return files, size
