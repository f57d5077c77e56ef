"""What the real Keras said, for as long as it is about the text that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kls.confirm.asked import Confirmation
from kls.confirm.session import Facts, Session
from kls.confirming import Suspect, judged, run_edit, sentence
from kls.rules.finding import Edit, Finding
from kls.server.analyses import Result
from kls.source.document import Document
from kls.source.position import Location


@dataclass(frozen=True)
class _Kept:
    """A confirmation, the models that it is about and the texts that it stands and falls with, by path."""

    texts: Mapping[str, str]
    suspects: tuple[Suspect, ...]
    confirmation: Confirmation


class Verdicts:
    """The verdicts by file, and the warm processes that give them."""

    def __init__(self) -> None:
        self._kept: dict[str, list[_Kept]] = {}
        self._sessions: dict[tuple[Facts, bool, str | None], Session] = {}

    def add(self, result: Result, suspected: tuple[Suspect, ...], confirmation: Confirmation) -> None:
        """Remember a verdict; it takes the place of older ones on the same models."""
        lines = {suspect.line for suspect in suspected}
        older = [kept for kept in self._valid(result) if not lines & {suspect.line for suspect in kept.suspects}]
        self._kept[result.file.uri] = [*older, _Kept(_texts(result), suspected, confirmation)]

    def applied(self, result: Result) -> tuple[Finding[Location], ...]:
        """The findings of an analysis with all that is known of this very text."""
        findings = result.analysis.findings
        for kept in self._valid(result):
            findings = judged(findings, kept.suspects, kept.confirmation, result.file.path)
        return findings

    def told(self, result: Result) -> list[tuple[int, str]]:
        """(0-based line of a model's construction, the verdict on it in a sentence)."""
        return [
            (suspect.line, sentence(model, kept.confirmation))
            for kept in self._valid(result)
            for suspect, model in zip(kept.suspects, kept.confirmation.models, strict=False)
        ]

    def wanted(self, result: Result) -> list[tuple[Suspect, Edit[Location]]]:
        """The models that could not be built for want of arguments, each with the comment that is to say how to call what."""
        return [
            (suspect, edit)
            for kept in self._valid(result)
            for suspect, model in zip(kept.suspects, kept.confirmation.models, strict=False)
            if (edit := run_edit(model, result.file.document, result.file.path)) is not None
        ]

    def forget(self, uri: str | None = None) -> None:
        """Drop the verdicts on one file, or all: the environment or a file on disk is another."""
        if uri is None:
            self._kept.clear()
        else:
            self._kept.pop(uri, None)

    def session(self, facts: Facts, allow_unsandboxed: bool, bwrap: str | None) -> Session:
        """The warm process for an environment; made when it is first asked for, started by its first request."""
        key = facts, allow_unsandboxed, bwrap
        if key not in self._sessions:
            self._sessions[key] = Session(facts, allow_unsandboxed=allow_unsandboxed, bwrap=bwrap)
        return self._sessions[key]

    def close(self) -> None:
        """End the warm processes, also what they are doing."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def _valid(self, result: Result) -> list[_Kept]:
        """The verdicts on the text of `result`; those on older text are dropped for good."""
        now = _texts(result)
        kept = [kept for kept in self._kept.get(result.file.uri, ()) if kept.texts == now]
        if kept:
            self._kept[result.file.uri] = kept
        else:
            self._kept.pop(result.file.uri, None)
        return kept


def _texts(result: Result) -> dict[str, str]:
    """The file's own text, and those that its analysis read and the client has open."""
    documents: Iterable[tuple[str, Document]] = ((path, file.document) for path, file in result.places.open.items())
    used = {result.file.path, *result.analysis.documents}
    return {path: document.text for path, document in documents if path in used}
