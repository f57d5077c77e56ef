"""The command `kls.confirm`: builds models with the real Keras, when the user asks for it and never otherwise."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from kls.confirm.agent_process import AgentDied, KerasMissing
from kls.confirm.asked import Confirmation
from kls.confirm.confirm import confirm
from kls.confirm.jail import NoJail
from kls.confirm.session import Cancelled, Session
from kls.confirming import Suspect, facts, in_cells, sentence, sites, suspects, to_json
from kls.environment import Environment, spoken
from kls.server.analyses import Result
from kls.server.lenses import COMMAND
from kls.server.server import KlsServer
from kls.server.texts import OpenFile
from kls.surroundings import Surroundings

_MOST_SAID = 4
_UNTRUSTED = "kls: this workspace is not trusted, so nothing of it is run. Trust it to confirm with Keras."


def register(ls: KlsServer) -> None:
    """Add the feature."""
    ls.command(COMMAND)(confirm_command)
    ls.opened = prewarm
    ls.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)
    ls.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)(did_save_notebook)


async def did_save(ls: KlsServer, params: types.DidSaveTextDocumentParams) -> None:
    """Those who save a file with a finding may soon ask to confirm it."""
    await _saved(ls, params.text_document.uri)


async def did_save_notebook(ls: KlsServer, params: types.DidSaveNotebookDocumentParams) -> None:
    """As for a file."""
    await _saved(ls, params.notebook_document.uri)


async def _saved(ls: KlsServer, uri: str) -> None:
    file = ls.texts.find(uri)
    result = await ls.analyses.current(file.uri) if file else None
    if result is not None and result.analysis.findings:
        await prewarm(ls, result.file)


async def prewarm(ls: KlsServer, file: OpenFile) -> None:
    """Import Keras in the sandbox before the first confirm, for users who want that; nothing of their program is run."""
    loop = asyncio.get_running_loop()
    around = await loop.run_in_executor(None, ls.neighbourhood.of, file.path)
    if not (around.settings.prewarm and ls.client.trusted):
        return
    session = _session(ls, around, spoken(around.environment, file.document))
    if session is not None and session.pid is None:
        try:
            await loop.run_in_executor(None, session.start)
        except (NoJail, AgentDied, OSError) as error:
            ls.log(f"Keras could not be started ahead: {error}", types.MessageType.Warning)


async def confirm_command(ls: KlsServer, *arguments: Any) -> dict[str, object] | None:
    """`kls.confirm(uri, line?)`: the model at the 0-based line, or every model of the file that has a finding.

    Shows what came of it and answers the JSON of `kls confirm`; None if nothing was built, which is said why.
    """
    uri, line = _arguments(arguments)
    file = ls.texts.find(uri)
    if not ls.client.trusted:
        _say(ls, types.MessageType.Error, _UNTRUSTED)
        return None
    result = await ls.analyses.with_models(file.uri) if file else None
    if result is None:
        _say(ls, types.MessageType.Error, f"kls: {uri} is not open")
        return None
    here = None if line is None else result.places.position(result.file, uri, types.Position(line, 0)).line
    suspected = suspects(result.analysis, here)
    if not suspected:
        _say(ls, types.MessageType.Info, "kls: nothing is suspicious here, so there is nothing to confirm")
        return None
    async with _Progress(ls, "Confirm with Keras") as progress:
        confirmation = await _confirm(ls, result, suspected, progress)
    if confirmation is None:
        return None
    ls.verdicts.add(result, suspected, confirmation)
    _say(ls, *_summary(suspected, confirmation))
    newest = ls.analyses.newest(result.file.uri)
    if newest is not None:
        ls.show(newest)
        if ls.client.lens_refresh:
            ls.workspace_code_lens_refresh(None)
    return to_json(confirmation, result.file.document)


def _arguments(arguments: tuple[Any, ...]) -> tuple[str, int | None]:
    """(uri, line or None). Raises JsonRpcInvalidParams."""
    uri, line = (*arguments, None, None)[:2]
    if not isinstance(uri, str) or not (line is None or (isinstance(line, int) and not isinstance(line, bool))):
        raise JsonRpcInvalidParams(f"{COMMAND} takes a uri and, if you like, a line")
    return uri, line


async def _confirm(
    ls: KlsServer, result: Result, suspected: tuple[Suspect, ...], progress: _Progress
) -> Confirmation | None:
    """The build, on a thread of its own; None if it could not be, which is said why."""
    loop = asyncio.get_running_loop()
    around = await loop.run_in_executor(None, ls.neighbourhood.of, result.file.path)
    document, path = result.file.document, result.file.path
    environment = spoken(around.environment, document)
    session = _session(ls, around, environment)
    if session is None:
        _say(ls, types.MessageType.Error, "kls: no Python interpreter was found; set kls.python")
        return None

    def cancelled() -> bool:
        # What is built for a text that is gone helps nobody.
        return progress.cancelled or ls.texts.files.get(result.file.uri) is not result.file

    def report(message: str) -> None:
        loop.call_soon_threadsafe(progress.report, message)

    wanted = sites(suspected, document, environment, path)
    build = partial(confirm, path, document.text, wanted, session, progress=report, cancelled=cancelled)
    try:
        return in_cells(await loop.run_in_executor(None, build), document)
    except Cancelled:
        why = "it was cancelled" if progress.cancelled else "the text changed meanwhile"
        _say(ls, types.MessageType.Info, f"kls: not confirmed, {why}")
    except (NoJail, KerasMissing, AgentDied, OSError) as error:
        _say(ls, types.MessageType.Error, f"kls: not confirmed: {error}")
    return None


def _session(ls: KlsServer, around: Surroundings, environment: Environment) -> Session | None:
    known = facts(environment, around.project)
    settings = around.settings
    return ls.verdicts.session(known, settings.allow_unsandboxed, settings.bwrap) if known else None


def _summary(suspected: tuple[Suspect, ...], confirmation: Confirmation) -> tuple[types.MessageType, str]:
    """What the user is told: a sentence a model, and whether a fix of it was proven."""
    lines = []
    for suspect, model in zip(suspected, confirmation.models, strict=False):
        proven = next((fix.title for fix in model.fixes if fix.verified), None)
        name = suspect.variable or f"line {suspect.line + 1}"
        lines.append(f"{name}: {sentence(model, confirmation)}" + (f". Verified fix: {proven}" if proven else ""))
    left_out = len(lines) - _MOST_SAID
    shown = lines[:_MOST_SAID] + ([f"and {left_out} more"] if left_out > 0 else [])
    bad = any(model.verdict == "confirmed" for model in confirmation.models)
    return (types.MessageType.Warning if bad else types.MessageType.Info), "\n".join(shown)


def _say(ls: KlsServer, type_: types.MessageType, message: str) -> None:
    """Editors make links of Markdown's in messages: names that come from a program are not to be any."""
    message = message.replace("](", "] (")
    ls.window_show_message(types.ShowMessageParams(type_, message))


class _Progress:
    """Work-done progress that the user can cancel, for clients that show it."""

    def __init__(self, ls: KlsServer, title: str) -> None:
        self._ls, self._title = ls, title
        self._token: str | None = None

    async def __aenter__(self) -> _Progress:
        if self._ls.client.progress:
            token = str(uuid.uuid4())
            try:
                await self._ls.work_done_progress.create_async(token)
            except JsonRpcException:
                return self
            self._token = token
            self._ls.work_done_progress.begin(token, types.WorkDoneProgressBegin(self._title, cancellable=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._token is not None:
            self._ls.work_done_progress.end(self._token, types.WorkDoneProgressEnd())
            self._ls.work_done_progress.tokens.pop(self._token, None)

    @property
    def cancelled(self) -> bool:
        """Whether the user has had enough. Any thread may ask."""
        future = self._ls.work_done_progress.tokens.get(self._token) if self._token else None
        return future is not None and future.cancelled()

    def report(self, message: str) -> None:
        """Say what is being done."""
        if self._token in self._ls.work_done_progress.tokens:
            self._ls.work_done_progress.report(self._token, types.WorkDoneProgressReport(message=message))
