"""What lies around a file: its project, its settings, the interpreter and the Keras that it will meet."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pathspec import GitIgnoreSpec

from kls.environment import Environment, find_interpreter, on_path, read_environment
from kls.pages import naming_nothing
from kls.settings import Settings, read_settings

_ROOT_MARKERS = ("pyproject.toml", ".git", "setup.py", "setup.cfg")


@dataclass(frozen=True)
class Surroundings:
    """The facts that an analysis of a file goes by."""

    project: str
    settings: Settings
    environment: Environment


def surroundings(
    folder: str,
    workspace: str | None = None,
    editor: Mapping[str, object] | None = None,
    source: str = "the editor's settings",
    variables: Mapping[str, str] | None = None,
    chosen: str | None = None,
    known: dict[tuple[str | None, str, str | None], Environment] | None = None,
) -> Surroundings:
    """For the files of `folder`, which may lie in an open `workspace` folder. Starts nothing, never raises.

    `editor` are the user's own settings; `source` is what their problems are said to be in. `chosen` is the interpreter
    that the editor works with, which counts where the settings name none. `known` keeps environments, which the folders
    of a project share, from one call to the next.
    """
    project = workspace or project_of(folder)
    settings = read_settings(folder).merge(editor or {}, source)
    python = find_interpreter(folder, settings.python or chosen, project, variables)
    if python is None and not settings.python:
        python = find_interpreter(folder, None, project, variables)
    if settings.python and python is None:
        settings = _with_problem(settings, f"{source}: there is no interpreter {settings.python!r}")
    known = {} if known is None else known
    environment, problem = _read(python, project, settings.keras, variables, known)
    if problem is not None:
        settings = _with_problem(settings, problem)
    if environment.installed_keras is None and not (settings.python or chosen) and python == on_path(folder, variables):
        own, _ = _read(sys.executable, project, settings.keras, variables, known)
        environment = own if own.installed_keras is not None else environment  # no project chose the one on PATH
    for name, words in (("select", settings.select), ("ignore", settings.ignore), ("severity", settings.severity)):
        for word in naming_nothing(words):
            settings = _with_problem(settings, f"the setting {name} has {word!r}, which is no rule")
    return Surroundings(project, settings, environment)


def _read(
    python: str | None,
    project: str,
    keras: str | None,
    variables: Mapping[str, str] | None,
    known: dict[tuple[str | None, str, str | None], Environment],
) -> tuple[Environment, str | None]:
    """(an environment, kept in `known`; what is wrong with the version that `keras` asks for, where it was not known yet)."""
    key, problem = (python, project, keras), None
    if key not in known:
        try:
            known[key] = read_environment(python, [project], keras, variables)
        except ValueError as error:
            problem = str(error)
            known[key] = read_environment(python, [project], None, variables)
    return known[key], problem


def excluded(path: str, around: Surroundings) -> bool:
    """Whether the settings say not to check the file at `path`, which is absolute."""
    if not around.settings.exclude:
        return False
    base = Path(around.settings.folder or around.project)
    if not Path(path).is_relative_to(base):
        return False
    return GitIgnoreSpec.from_lines(around.settings.exclude).match_file(Path(path).relative_to(base).as_posix())


def project_of(folder: str) -> str:
    """The nearest folder upwards that looks like the root of a project; `folder` itself where none does."""
    start = Path(folder).absolute()
    for place in (start, *start.parents):
        if any((place / marker).exists() for marker in _ROOT_MARKERS):
            return str(place)
    return str(start)


def _with_problem(settings: Settings, problem: str) -> Settings:
    return replace(settings, problems=(*settings.problems, problem))
