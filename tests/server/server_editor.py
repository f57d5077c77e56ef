"""An editor for the tests of the server: a program with a fault, a client, and what is to be waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities


class Editor:
    """An editor with the server in it: opens, types, and waits for what the server says of the newest text."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.published: dict[str, tuple[int | None, list[types.Diagnostic]]] = {}
        self.publications = 0
        client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = self._publish

    def _publish(self, params: types.PublishDiagnosticsParams) -> None:
        self.published[params.uri] = params.version, list(params.diagnostics)
        self.publications += 1

    def open(self, text: str, name: str = "model.py", uri: str | None = None) -> str:
        """Open a text; the uri is that of a file in the workspace, which need not be on disk."""
        uri = uri or (self.folder / name).as_uri()
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, types.LanguageKind.Python, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def edit(self, uri: str, *edits: types.TextEdit) -> None:
        """Send incremental changes, one after the other."""
        self.versions[uri] += 1
        changes = [types.TextDocumentContentChangePartial(e.range, e.new_text) for e in edits]
        identifier = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, changes))

    def save(self, uri: str) -> None:
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        """Close it."""
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def pushed(self, uri: str, version: int | None = None) -> list[types.Diagnostic]:
        """The diagnostics that were sent for the newest version of the text."""
        version = version or self.versions[uri]
        await until(lambda: uri in self.published and self.published[uri][0] == version, f"diagnostics of {uri}")
        return self.published[uri][1]

    async def pulled(self, uri: str) -> list[types.Diagnostic]:
        """The diagnostics that are answered when they are asked for."""
        identifier = types.TextDocumentIdentifier(uri)
        report = await self.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(identifier))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return list(report.items)

    async def actions(self, uri: str, line: int, only: list[str] | None = None, character: int = 20) -> list[Any]:
        """The code actions at a place."""
        here = types.Position(line, character)
        context = types.CodeActionContext(diagnostics=[], only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), types.Range(here, here), context)
        return list(await self.client.text_document_code_action_async(params) or [])

    async def lenses(self, uri: str) -> list[types.CodeLens]:
        """The code lenses of a file."""
        params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
        return list(await self.client.text_document_code_lens_async(params) or [])

    async def hover(self, uri: str, line: int, character: int) -> str:
        """The text of a hover, "" for none."""
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
        hover = await self.client.text_document_hover_async(params)
        return hover.contents.value if hover and isinstance(hover.contents, types.MarkupContent) else ""

    async def confirm(self, uri: str, *line: int) -> Any:
        """Run the command."""
        params = types.ExecuteCommandParams("kls.confirm", arguments=[uri, *line])
        return await asyncio.wait_for(self.client.workspace_execute_command_async(params), 120)


async def until(true: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        await asyncio.sleep(0.005)


def capabilities(**changes: object) -> types.ClientCapabilities:
    """Those of an editor like VS Code, whose diagnostics are pushed; `changes` by dotted path with __ for the dots."""
    found = client_capabilities("visual_studio_code@v1.65.2")
    assert found.workspace
    found.workspace.diagnostics = None
    for path, value in changes.items():
        *parents, name = path.split("__")
        at: Any = found
        for parent in parents:
            at = getattr(at, parent)
        setattr(at, name, value)
    return found
