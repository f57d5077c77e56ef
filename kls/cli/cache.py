"""What earlier runs of `kls check` found, kept on disk by the content of everything that the answer depends on."""

from __future__ import annotations

import pickle
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import platformdirs

import kls
from kls.analysis import import_finder
from kls.cli.checking import absolute
from kls.cli.files import STDIN, Target
from kls.surroundings import Surroundings

KEPT = 30 * 24 * 3600
"""Seconds after which an entry that nobody asked for again is dropped."""

Import = tuple[str, str | None, bytes]
"""A module that the analysis asked for: its name, where it was found, and the digest of its file."""


@dataclass(frozen=True)
class Entry:
    """What is kept of one file: the imports that it holds for, and what was found."""

    imports: tuple[Import, ...]
    outcome: Any


class Cache:
    """The entries of all runs. Where the disk does not serve there simply are none; never raises.

    Entries are pickles in a folder of the user's own, as trustworthy as the user's own Python files.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._finders: dict[str, Callable[[str], str | None]] = {}
        """By folder, as a module is looked for beside the file first."""
        self._connection: sqlite3.Connection | None = None
        try:
            folder = folder or platformdirs.user_cache_path("kls")
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(folder / "check.sqlite", isolation_level=None)
            self._connection.execute("CREATE TABLE IF NOT EXISTS entry (key BLOB PRIMARY KEY, used REAL, value BLOB)")
            self._connection.execute("BEGIN")  # one write to the disk for the whole run
        except (OSError, sqlite3.Error):
            self._connection = None

    def get(self, key: bytes | None, target: Target, around: Surroundings) -> Any:
        """What was found in the file when it, its imports and everything around it were as they are now; else None."""
        if key is None or self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT value FROM entry WHERE key = ?", (key,)).fetchone()
            entry = _unpickled(row[0]) if row else None
            if entry is None or not self._holds(entry, target, around):
                return None
            self._connection.execute("UPDATE entry SET used = ? WHERE key = ?", (time.time(), key))
        except sqlite3.Error:
            self._connection = None
            return None
        return entry.outcome

    def put(self, key: bytes, entry: Entry) -> None:
        """Keep an entry."""
        if self._connection is not None:
            try:
                row = (key, time.time(), pickle.dumps(entry))
                self._connection.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", row)
            except sqlite3.Error:
                self._connection = None

    def close(self) -> None:
        """Write to disk, and drop what nobody asked for in a month."""
        if self._connection is not None:
            try:
                self._connection.execute("DELETE FROM entry WHERE used < ?", (time.time() - KEPT,))
                self._connection.execute("COMMIT")
                self._connection.close()
            except sqlite3.Error:
                pass  # the next run finds less; that is all

    def _holds(self, entry: Entry, target: Target, around: Surroundings) -> bool:
        path = absolute(target.shown)
        folder = str(Path(path).parent)
        if folder not in self._finders:
            self._finders[folder] = cache(import_finder(path, around.environment))
        find = self._finders[folder]
        return all(find(name) == where and digest_of(where) == digest for name, where, digest in entry.imports)


def _unpickled(value: bytes) -> Entry | None:
    try:
        entry = pickle.loads(value)
    except Exception:  # a damaged pickle may raise anything
        return None
    return entry if isinstance(entry, Entry) else None


def entry_key(target: Target, around: Surroundings, flags: object) -> bytes | None:
    """By what a file's entry is found: its text, its surroundings, the flags and this very version of kls."""
    if target.error or target.shown == STDIN:
        return None
    try:
        text = Path(target.shown).read_bytes()
    except OSError:
        return None
    digest = blake2b(text, digest_size=20)
    for part in (target.shown, absolute(target.shown), around, flags):
        digest.update(repr(part).encode(errors="replace"))
    digest.update(version_stamp())
    return digest.digest()


def imports_of(found: Mapping[str, str | None]) -> tuple[Import, ...]:
    """The modules that an analysis asked for, with what their files hold now."""
    return tuple((name, path, digest_of(path)) for name, path in found.items())


@cache
def digest_of(path: str | None) -> bytes:
    """The digest of a file's content; empty where it has none. Read once a process."""
    try:
        return blake2b(Path(path).read_bytes(), digest_size=20).digest() if path else b""
    except OSError:
        return b""


@cache
def version_stamp() -> bytes:
    """Changes whenever kls itself does, also while it is being worked on."""
    stamp = blake2b(kls.__version__.encode(), digest_size=20)
    for path in sorted(Path(kls.__file__).parent.rglob("*.py")):
        state = path.stat()
        stamp.update(f"{path}{state.st_size}{state.st_mtime_ns}".encode())
    return stamp.digest()
