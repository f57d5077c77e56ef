"""Confirming from the command line: one warm Keras for each environment, closed at the end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from kls.analysis import Analysis
from kls.cli.checking import Checked
from kls.confirm.agent_process import AgentDied, KerasMissing
from kls.confirm.asked import Confirmation
from kls.confirm.confirm import confirm
from kls.confirm.jail import NoJail
from kls.confirm.session import Facts, Session
from kls.confirming import Suspect, facts, in_cells, judged, sites, suspects
from kls.environment import Environment, spoken
from kls.source.document import Document

if TYPE_CHECKING:
    from kls.cli.reading import Reader


class CannotBuild(Exception):
    """Nothing can be built here; the message says why, for a person."""


class Builder:
    """Builds models of files in the sandbox."""

    def __init__(
        self, reader: Reader, progress: Callable[[str], None] = lambda message: None, *, fixed: bool = False
    ) -> None:
        """`fixed`: the backend is the reader's, whatever the program says."""
        self._reader = reader
        self._fixed = fixed
        self._progress = progress
        self._sessions: dict[tuple[Facts, bool, str | None], Session] = {}

    def build(self, analysis: Analysis, suspected: tuple[Suspect, ...] | None) -> Confirmation:
        """The verdicts on some models of a file, on all that it builds for None. Raises CannotBuild."""
        document = analysis.documents[analysis.path]
        environment = self._environment(analysis.path, document)
        session = self._session(analysis.path, environment)
        wanted = None if suspected is None else sites(suspected, document, environment, analysis.path)
        try:
            return in_cells(confirm(analysis.path, document.text, wanted, session, progress=self._progress), document)
        except (NoJail, KerasMissing, AgentDied, OSError) as error:
            raise CannotBuild(str(error)) from None

    def _environment(self, path: str, document: Document) -> Environment:
        """What a file meets: the Keras that it speaks, under the backend that it chooses or that was chosen for it."""
        own = self._reader.around(path).environment
        return replace(spoken(own, document), backend=own.backend) if self._fixed else spoken(own, document)

    def _session(self, path: str, environment: Environment) -> Session:
        """The warm process for a file. Raises CannotBuild."""
        around = self._reader.around(path)
        known = facts(environment, around.project)
        if known is None:
            named = around.settings.python
            raise CannotBuild(
                f"there is no interpreter {named}" if named else "no Python was found; name it: --python EXE"
            )
        key = known, around.settings.allow_unsandboxed, around.settings.bwrap
        return self._sessions.setdefault(key, Session(known, allow_unsandboxed=key[1], bwrap=key[2]))

    def warm(self, path: str, document: Document) -> None:
        """Begin to import the Keras of a file; what goes wrong is said by `build`."""
        with suppress(CannotBuild, NoJail, AgentDied, OSError):
            self._session(path, self._environment(path, document)).start()

    def confirmed(self, checked: Checked) -> Checked:
        """The file with what the real Keras says of its findings. Raises CannotBuild."""
        suspected = suspects(checked.analysis) if checked.analysis else ()
        if checked.analysis is None or not suspected:
            return checked
        confirmation = self.build(checked.analysis, suspected)
        return replace(checked, findings=judged(checked.findings, suspected, confirmation, checked.path))

    def close(self) -> None:
        """End the warm processes."""
        for session in self._sessions.values():
            session.close()
