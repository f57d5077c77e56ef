"""A client for the server under test: pytest-lsp's, which also keeps the version of what it was sent."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from common import REPOSITORY
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient
from pytest_lsp.client import make_test_lsp_client
from server_editor import Editor, capabilities


@pytest.fixture
def settings() -> dict[str, object]:
    """The editor's settings under `kls`; tests that need others override it."""
    return {"python": sys.executable, "keras": "3.15.1"}


@pytest.fixture
def wanted() -> types.ClientCapabilities:
    """The capabilities of the editor; tests that need others override it."""
    return capabilities()


@pytest.fixture
def options() -> dict[str, object]:
    """initializationOptions; tests that need others override it."""
    return {"trusted": True}


def _client() -> LanguageClient:
    client = make_test_lsp_client()

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams) -> None:
        client.registered = [*getattr(client, "registered", []), *params.registrations]

    @client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
    def refresh_lenses(params: None) -> None:
        client.lens_refreshes = getattr(client, "lens_refreshes", 0) + 1

    return client


CONFIG = ClientServerConfig(
    server_command=[sys.executable, "-m", "kls", "server"],
    client_factory=_client,
    server_env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "ignore"},
)


@pytest_lsp.fixture(config=CONFIG)
async def client(
    lsp_client: LanguageClient,
    tmp_path: Path,
    settings: dict[str, object],
    wanted: types.ClientCapabilities,
    options: dict[str, object],
) -> AsyncIterator[None]:
    """The server, initialized in a workspace of its own."""
    lsp_client.set_configuration({"kls": settings})
    folder = types.WorkspaceFolder(tmp_path.as_uri(), "workspace")
    await lsp_client.initialize_session(
        types.InitializeParams(
            wanted, root_uri=tmp_path.as_uri(), workspace_folders=[folder], initialization_options=options
        )
    )
    yield
    if lsp_client._server is not None and lsp_client._server.returncode is None:
        await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: LanguageClient, tmp_path: Path) -> Editor:
    """An editor on the workspace."""
    return Editor(client, tmp_path)
