"""The columns of `kls confirm --matrix`: every Keras, on every backend, of the interpreters that are given or found."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kls.cli.building import Builder, CannotBuild
from kls.cli.checking import absolute
from kls.cli.files import Target
from kls.cli.reading import Reader
from kls.confirm.asked import Confirmation
from kls.confirming import suspects
from kls.environment import Environment, Era
from kls.source.document import Document

BACKENDS = ("tensorflow", "jax", "torch")
_EXECUTABLES = ("bin/python", "Scripts/python.exe")


@dataclass(frozen=True)
class Column:
    """One Keras to build with. `keras`: a version to take in place of the installed one, to ask for tf_keras."""

    python: str
    keras: str | None
    backend: str | None
    error: str | None = None
    """Why there is nothing to start."""

    def reader(self) -> Reader:
        """Reads and analyses files for this Keras."""
        own = {"KERAS_BACKEND": self.backend} if self.backend else {}
        return Reader({"python": self.python, "keras": self.keras}, variables={**os.environ, **own})


@dataclass(frozen=True)
class Outcome:
    """What one column gave: the models by line, the rules that static analysis named at a line, or why there is nothing."""

    column: Column
    confirmation: Confirmation | None
    rules: dict[int, tuple[str, ...]]
    error: str | None
    document: Document | None = None


def columns_of(pythons: Sequence[str], file: str) -> list[Column]:
    """The columns for some interpreters; for none, those that the project of `file` is found to have."""
    path = absolute(file)
    flavours = [_flavours(python, path) for python in list(pythons) or found(path)]
    taken = {version for columns in flavours for _, version in columns[:1]}
    kept = []
    for columns in flavours:
        # The others of an interpreter are worth a column only once: environments share a TensorFlow with its Keras 2.
        others = [(column, version) for column, version in columns[1:] if version not in taken]
        taken |= {version for _, version in others}
        kept += [column for column, _ in [*columns[:1], *others]]
    return kept


def found(path: str) -> list[str]:
    """The interpreter that a file is checked with, and those of the virtual environments in its project."""
    around = Reader({}).around(path)
    project = Path(around.project)
    configs = sorted([*project.glob("*/pyvenv.cfg"), *project.glob("*/*/pyvenv.cfg")])
    inside = [str(c.parent / name) for c in configs for name in _EXECUTABLES if (c.parent / name).exists()]
    first = [around.environment.python] if around.environment.python else []
    pairs = [(python, Reader({"python": python}).around(path).environment) for python in inside if python not in first]
    return [*first, *(python for python, environment in pairs if environment.keras_version is not None)]


def _flavours(python: str, path: str) -> list[tuple[Column, tuple[str | None, str | None]]]:
    """The columns of an interpreter with their (version, backend), the one that its user works with first."""
    environment = Reader({"python": python}).around(path).environment
    if environment.python is None:
        return [(Column(python, None, None, f"there is no interpreter {python}"), (python, None))]
    if environment.keras_version is None and environment.tf_keras_version is None:
        return [(Column(python, None, None, f"{environment.python} has no Keras"), (python, None))]
    version, legacy = environment.keras_version, environment.tf_keras_version
    columns = [(Column(python, None, backend), (version, backend)) for backend in _backends(environment)]
    if legacy is not None and environment.era is not Era.TF_KERAS:
        columns.append((Column(python, legacy, None), (legacy, None)))
    return columns


def _backends(environment: Environment) -> list[str | None]:
    """The backends that are installed, the one that the user works with first; None for a Keras that has but one."""
    if environment.era is Era.TF_KERAS:
        return [None]
    there = [name for name in BACKENDS if _holds(environment.search_path, name)]
    mine = environment.backend
    return [*([mine] if mine in there or not there else []), *(name for name in there if name != mine)]


def _holds(folders: Iterable[str], package: str) -> bool:
    return any((Path(folder) / package / "__init__.py").is_file() for folder in folders)


def build(columns: Sequence[Column], target: Target, line: int | None) -> list[Outcome]:
    """Build a file under every column, one after another; the next Keras is imported while one builds.

    `line`: only the model there (1-based).
    """
    readers = [column.reader() for column in columns]
    builders = [Builder(reader, fixed=True) for reader in readers]
    path, document = absolute(target.shown), readers[0].document(target)
    outcomes = []
    try:
        for index, (column, reader, builder) in enumerate(zip(columns, readers, builders, strict=True)):
            for ahead in range(index, min(index + 2, len(columns))):
                if columns[ahead].error is None:
                    builders[ahead].warm(path, document)
            outcomes.append(_outcome(column, reader, builder, target, line))
            builder.close()
    finally:
        for builder in builders:
            builder.close()
    return outcomes


def _outcome(column: Column, reader: Reader, builder: Builder, target: Target, line: int | None) -> Outcome:
    """Everything that the file builds, with the verdicts on what static analysis suspects in the place of plain ones."""
    if column.error is not None:
        return Outcome(column, None, {}, column.error)
    checked = reader.check(target)
    analysis, document = checked.analysis, checked.document
    assert analysis is not None
    suspected = suspects(analysis) if line is None else suspects(analysis, line - 1)
    rules = {s.line + 1: tuple(dict.fromkeys(finding.rule for finding in s.findings)) for s in suspected}
    try:
        if line is not None:
            return Outcome(column, builder.build(analysis, suspected) if suspected else None, rules, None, document)
        every = builder.build(analysis, None)
        if not suspected:
            return Outcome(column, every, {}, None, document)
        judged = builder.build(analysis, suspected)
    except CannotBuild as error:
        return Outcome(column, None, rules, str(error), document)
    known = {model.line for model in judged.models}
    covered = {at for suspect in suspected for at in suspect.lines}
    plain = tuple(m for m in every.models if m.line not in covered and m.line not in known)
    models = tuple(sorted([*plain, *judged.models], key=lambda model: model.line))
    return Outcome(
        column, Confirmation(judged.python, judged.keras, judged.backend, judged.sandbox, models), rules, None, document
    )
