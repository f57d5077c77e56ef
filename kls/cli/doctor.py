"""`kls doctor`: what kls has found on this machine, and what is missing."""

from __future__ import annotations

import sys
from pathlib import Path

from kls import __version__
from kls.cli.colours import Paint, painter
from kls.cli.reading import Reader
from kls.confirm.jail import level
from kls.surroundings import Surroundings


def examine(python: str | None) -> int:
    """Print it all; answers 0 if models can be checked and confirmed here, else 1."""
    paint = painter()
    around = Reader({"python": python}).around(str(Path.cwd() / "x.py"))
    jail = level(around.settings.allow_unsandboxed, around.settings.bwrap)
    rows = [("kls", f"{__version__}, run by Python {sys.version.split()[0]}"), *_environment(around)]
    rows.append(("sandbox", f"{jail.name}: {jail.detail}" if jail.detail else jail.name))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{paint('bold', name.ljust(width))}  {value}")
    problems = [*around.settings.problems, *_missing(around)]
    if jail.works and jail.lacks:
        problems.append(f"your settings let models be built where nothing keeps them from {', '.join(jail.lacks)}")
    if not jail.works:
        problems.append("models can be checked but not confirmed: there is no sandbox")
    _print_problems(problems, paint)
    return 1 if problems else 0


def _environment(around: Surroundings) -> list[tuple[str, str]]:
    environment = around.environment
    version = ".".join(map(str, environment.python_version)) if environment.python_version else "of unknown version"
    return [
        ("project", around.project),
        ("python", f"{environment.python or 'none'} ({version})"),
        ("keras", f"{environment.keras_version or 'not installed'}, builds graphs as {environment.era.value}"),
        ("tensorflow", environment.tensorflow_version or "not installed"),
        ("tf_keras", environment.tf_keras_version or "not installed"),
        ("backend", f"{environment.backend}, {environment.image_data_format}, {environment.floatx}"),
    ]


def _missing(around: Surroundings) -> list[str]:
    environment = around.environment
    if environment.python is None:
        return ["no Python interpreter was found; name one with --python"]
    if environment.keras_version is None:
        install = f"{environment.python} -m pip install keras tensorflow"
        return [f"{environment.python} has no Keras, so nothing can be confirmed: {install}"]
    return []


def _print_problems(problems: list[str], paint: Paint) -> None:
    if not problems:
        print(paint("green", "all is well"))
    for problem in problems:
        print(f"{paint('red', 'problem')}: {problem}")
