"""From `initialize` to `shutdown`: who the client is, what it is offered, and the end of all that runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from kls.server import configuration, pull, watching
from kls.server.client import client, option
from kls.server.protocol import encoding
from kls.server.server import KlsServer

_PATIENCE = 2.0
"""Seconds for a client to say what its settings are."""


def register(ls: KlsServer) -> None:
    """Add the feature."""
    ls.feature(types.INITIALIZE)(initialize)
    ls.feature(types.INITIALIZED)(initialized)
    ls.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_workspace_folders)
    ls.feature(types.SHUTDOWN)(shutdown)


def initialize(ls: KlsServer, params: types.InitializeParams) -> None:
    """pygls makes the answer from what is registered when this returns."""
    ls.client = client(params)
    ls.texts.encoding = encoding(ls.workspace.position_encoding)
    folders = _folders(ls)
    ls.texts.root = Path(folders[0]) if folders else Path.cwd()
    settings = option(ls.client.options, "settings")
    chosen = option(ls.client.options, "python")
    ls.neighbourhood.chosen = chosen if isinstance(chosen, str) and chosen else None
    ls.neighbourhood.reset(folders, configuration.unscoped(settings))
    # What is opened before the settings are known would be shown as it is not.
    ls.analyses.hold(ls.client.configuration)
    if ls.client.pulls:
        ls.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, pull.OPTIONS)(pull.pull)


async def initialized(ls: KlsServer, params: types.InitializedParams) -> None:
    """Now the client may be asked."""
    try:
        await asyncio.wait_for(configuration.ask(ls), _PATIENCE)
    except asyncio.TimeoutError:
        ls.log("the client does not say what its settings are", types.MessageType.Warning)
    finally:
        ls.analyses.hold(False)
    await watching.watch(ls)
    await configuration.subscribe(ls)


async def did_change_workspace_folders(ls: KlsServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """pygls has changed its list already."""
    ls.neighbourhood.reset(_folders(ls))
    await configuration.ask(ls)
    ls.renew()


def shutdown(ls: KlsServer, params: None) -> None:
    """Nothing is asked of us any more."""
    ls.end()


def _folders(ls: KlsServer) -> list[str]:
    """The workspace folders that are on disk, else the root that older clients send."""
    uris = [folder.uri for folder in ls.workspace.folders.values()] or [ls.workspace.root_uri or ""]
    return [path for uri in uris if (path := to_fs_path(uri))]
