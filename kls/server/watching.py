"""Files on disk that an analysis depends on: other modules, settings, the environment."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote

from lsprotocol import types

from kls.server.server import KlsServer

_PATTERNS = ("**/*.py", "**/pyproject.toml", "**/pyvenv.cfg")


def register(ls: KlsServer) -> None:
    """Add the feature."""
    ls.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_watched_files)


async def watch(ls: KlsServer) -> None:
    """Ask the client to watch, if it can be asked."""
    if ls.client.watches:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _PATTERNS]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        await ls.try_to_register(types.Registration("kls-watching", method, options))


def did_change_watched_files(ls: KlsServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Look again. A module that is open here was saved: its text is known."""
    changed = [event.uri for event in params.changes if ls.texts.find(event.uri) is None]
    if not changed:
        return
    if any(PurePosixPath(unquote(uri)).suffix != ".py" for uri in changed):
        ls.neighbourhood.reset()
    ls.renew()
