"""The client's settings: the section `kls`, asked for at the start and whenever it says that they changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from kls.server.server import KlsServer

SECTION = "kls"


def register(ls: KlsServer) -> None:
    """Add the feature."""
    ls.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)


async def did_change_configuration(ls: KlsServer, params: types.DidChangeConfigurationParams) -> None:
    """Clients that can be asked are asked; others send the settings along."""
    if not await ask(ls):
        settings = plain(params.settings)
        section = settings.get(SECTION, settings) if isinstance(settings, Mapping) else None
        ls.neighbourhood.reset(editor=unscoped(section))
        ls.renew()


async def subscribe(ls: KlsServer) -> None:
    """Have the client say when its settings change, where it wants to be asked to."""
    workspace = ls.client_capabilities.workspace
    change = workspace.did_change_configuration if workspace else None
    if change and change.dynamic_registration:
        method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        options = types.DidChangeConfigurationRegistrationOptions(SECTION)
        await ls.try_to_register(types.Registration("kls-configuration", method, options))


async def ask(ls: KlsServer) -> bool:
    """Take the client's settings for each workspace folder and for all else; False if the client cannot be asked."""
    if not ls.client.configuration:
        return False
    folders = ls.neighbourhood.folders
    items = [types.ConfigurationItem(section=SECTION)]
    items += [types.ConfigurationItem(Path(folder).as_uri(), SECTION) for folder in folders]
    try:
        answers = await ls.workspace_configuration_async(types.ConfigurationParams(items))
    except JsonRpcException as error:
        ls.log(f"the client's settings could not be had: {error}", types.MessageType.Warning)
        return False
    settings = [plain(answer) for answer in answers]
    editor = {name: value for name, value in zip(["", *folders], settings, strict=False) if isinstance(value, Mapping)}
    if editor != ls.neighbourhood.editor:
        ls.neighbourhood.reset(editor=editor)
        ls.renew()
    return True


def unscoped(settings: object) -> dict[str, Mapping[str, object]]:
    """Settings that hold everywhere."""
    settings = plain(settings)
    return {"": settings} if isinstance(settings, Mapping) else {}


def plain(value: Any) -> Any:
    """JSON as dicts and lists: pygls hands some of it over as named tuples."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
