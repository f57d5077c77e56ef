"""The surroundings of every open file: read when first asked for, and again when something changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from kls.environment import Environment
from kls.surroundings import Surroundings, surroundings


class Neighbourhood:
    """Surroundings by folder. Any thread may ask. `folders` are the workspace's, `editor` the client's settings."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Surroundings] = {}
        self._environments: dict[tuple[str | None, str, str | None], Environment] = {}
        self._folders: tuple[str, ...] = ()
        self._editor: Mapping[str, Mapping[str, object]] = {}
        self._told: set[str] = set()
        self.chosen: str | None = None
        """The interpreter that the editor works with."""

    @property
    def folders(self) -> tuple[str, ...]:
        """The workspace folders, by path."""
        return self._folders

    @property
    def editor(self) -> Mapping[str, Mapping[str, object]]:
        """The client's settings, as they were last heard."""
        return self._editor

    def reset(
        self, folders: Sequence[str] | None = None, editor: Mapping[str, Mapping[str, object]] | None = None
    ) -> None:
        """Forget what was read. `editor` has the settings by workspace folder, under "" those for all others."""
        with self._lock:
            self._known, self._environments = {}, {}
            if folders is not None:
                self._folders = tuple(folders)
            if editor is not None:
                self._editor = editor

    def of(self, path: str) -> Surroundings:
        """What lies around a file."""
        folder = str(Path(path).parent)
        with self._lock:
            known = self._known.get(folder)
            if known is None:
                known = self._known[folder] = self._read(folder)
            return known

    def _read(self, folder: str) -> Surroundings:
        workspace = self._workspace(folder)
        editor = self._editor.get(workspace or "", self._editor.get("", {}))
        return surroundings(folder, workspace, editor, chosen=self.chosen, known=self._environments)

    def new_problems(self) -> list[str]:
        """What is wrong with the settings and was not said yet."""
        with self._lock:
            problems = {problem: None for known in self._known.values() for problem in known.settings.problems}
            new = [problem for problem in problems if problem not in self._told]
            # What was mended may be said again when it comes back.
            self._told = set(problems)
            return new

    def _workspace(self, folder: str) -> str | None:
        """The innermost workspace folder that holds `folder`."""
        around = [f for f in self._folders if Path(folder).is_relative_to(f)]
        return max(around, key=len, default=None)
