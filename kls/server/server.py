"""The server: what it holds while it runs. What it can do is in the feature modules, which register on it."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from kls import __version__
from kls.analysis import Analysis, Memo, Snapshot, analyse
from kls.rules.finding import Finding
from kls.server import diagnostics
from kls.server.analyses import Analyses, Result
from kls.server.client import Client
from kls.server.inference import Inference
from kls.server.neighbourhood import Neighbourhood
from kls.server.protocol import Protocol
from kls.server.texts import OpenFile, Texts
from kls.server.verdicts import Verdicts
from kls.source.position import Location
from kls.surroundings import excluded

_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithNotebook("*", cells=[types.NotebookCellLanguage("python")])]
)


class KlsServer(LanguageServer):
    """pygls's server with our state. All of it is used on the event loop, but for `_analyse`."""

    def __init__(self) -> None:
        super().__init__(
            "kls",
            __version__,
            types.TextDocumentSyncKind.Incremental,
            _NOTEBOOKS,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self.client = Client()
        self.texts = Texts()
        self.neighbourhood = Neighbourhood()
        self.verdicts = Verdicts()
        self.inference = Inference()
        self.analyses = Analyses(self.texts, self._analyse, self._arrived, self._log_error)
        self.opened: Callable[[KlsServer, OpenFile], Awaitable[None]] | None = None
        """What else is to be done for a file that was analysed for the first time, by its path."""
        self._memo = Memo()
        self._told: dict[str, tuple[int, list[types.Diagnostic] | None]] = {}
        self._seen: set[str] = set()
        self._tasks: set[asyncio.Future[None]] = set()
        self._shown: dict[str, tuple[int, list[types.Diagnostic]]] = {}

    def findings(self, result: Result) -> tuple[Finding[Location], ...]:
        """What is to be shown: the findings of the analysis, with what the real Keras said of this very text."""
        return self.verdicts.applied(result)

    def diagnostics(self, result: Result) -> dict[str, list[types.Diagnostic]]:
        """By document: the file's own, or those of its cells."""
        return diagnostics.by_document(result.file, self.findings(result), result.places, self.client)

    def show(self, result: Result) -> None:
        """Send the diagnostics to a client that does not ask; ask one that does to ask again."""
        if self.client.pulls:
            self.workspace_diagnostic_refresh(None)
            return
        for uri, items in self.diagnostics(result).items():
            version = result.file.version_of(uri)
            if self._shown.get(uri) != (version, items):
                self._shown[uri] = version, items
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, items, version))

    def result_id(self, uri: str, items: list[types.Diagnostic]) -> str:
        """A name for what a client that asks is told of a document; the same as long as it is the same."""
        number, before = self._told.get(uri, (0, None))
        if before != items:
            number += 1
            self._told[uri] = number, items
        return str(number)

    def forget(self, file: OpenFile) -> None:
        """The file was closed: nothing of it is shown or remembered any more."""
        self.analyses.closed(file.uri)
        self._memo.forget(file.path)
        self._seen.discard(file.uri)
        self.hide(file.uris)

    def hide(self, uris: Iterable[str]) -> None:
        """These documents are closed: nothing is shown in them any more."""
        for uri in uris:
            if self._shown.pop(uri, None) is not None:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def renew(self) -> None:
        """Settings, environment or files on disk may be others: nothing that was remembered counts."""
        self._memo = Memo()
        self.verdicts.forget()
        self.analyses.changed_all()
        if self.client.pulls:
            self.workspace_diagnostic_refresh(None)

    async def try_to_register(self, registration: types.Registration) -> None:
        """Register a capability; a client that refuses goes without."""
        try:
            await self.client_register_capability_async(types.RegistrationParams([registration]))
        except JsonRpcException as error:
            self.log(f"{registration.method} could not be registered: {error}", types.MessageType.Warning)

    def end(self) -> None:
        """Stop what runs beside the event loop, also a build in the sandbox."""
        self.analyses.close()
        self.verdicts.close()
        self.inference.close()

    def log(self, message: str, type_: types.MessageType = types.MessageType.Info) -> None:
        """A line for the client's log of this server."""
        self.window_log_message(types.LogMessageParams(type_, message))

    def report_server_error(self, error: Exception, source: object) -> None:
        """An error that no request waits for belongs into the log, not into the user's face."""
        self._log_error(error)

    def _log_error(self, error: Exception) -> None:
        self.log("".join(traceback.format_exception(error)), types.MessageType.Error)

    def _analyse(self, file: OpenFile, files: Mapping[str, OpenFile], cancelled: Callable[[], bool]) -> Analysis:
        """On the analysis thread."""
        around = self.neighbourhood.of(file.path)
        if excluded(file.path, around):
            return Analysis(file.path, (), {file.path: file.document}, True, {}, tuple)
        snapshot = Snapshot(file.path, file.document, {path: other.document for path, other in files.items()})
        return analyse(snapshot, around.environment, around.settings, self._memo, cancelled)

    def _arrived(self, result: Result) -> None:
        """An analysis of the newest text is there."""
        if result.failure is not None:
            self.log(f"the analysis of {result.file.path} failed", types.MessageType.Error)
            self._log_error(result.failure)
        if self.opened and result.file.uri not in self._seen:
            self._seen.add(result.file.uri)
            if result.analysis.findings:
                task = asyncio.ensure_future(self.opened(self, result.file))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        for problem in self.neighbourhood.new_problems():
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"kls: {problem}"))
        if not self.client.pulls:
            self.show(result)
