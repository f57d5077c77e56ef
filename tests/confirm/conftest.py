"""Interpreters of several eras of Keras, the shared cases, and one warm session for each interpreter."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from common import lacking

from kls.confirm.limits import Limits
from kls.confirm.session import Facts, Session

ROOT = Path(__file__).resolve().parent.parent.parent
Open = Callable[..., Session]


def interpreter(era: str) -> Path:
    """The interpreter that has this Keras: the one that runs the tests, or an environment of its own under .eras."""
    import importlib.metadata

    own = importlib.metadata.version("tf_keras" if era == "tf_keras" else "keras")
    if era in ("tf_keras", own):
        return Path(sys.executable)
    path = ROOT / ".eras" / f"keras-{era}" / "bin" / "python"
    if not path.exists():
        lacking(f"no Keras {era}: `make test` installs it as {path}")
    return path


def shared() -> Path:
    """The folder with the 44 pairs of cases."""
    path = Path(os.environ.get("KLS_SHARED", ROOT.parent / "shared")) / "cases"
    if not (path / "expected.json").exists():
        lacking(f"no cases at {path}: set KLS_SHARED")
    return path


@pytest.fixture(scope="session")
def cases() -> Path:
    return shared()


@pytest.fixture(scope="session")
def expected(cases: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((cases / "expected.json").read_text())
    return found


@pytest.fixture(scope="session")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Session]]:
    """sessions(era) -> a warm session over an empty project, the same one for every test."""
    opened: dict[str, Session] = {}

    def session(era: str) -> Session:
        if era not in opened:
            project = tmp_path_factory.mktemp("project")
            facts = Facts(interpreter(era), project, legacy=era == "tf_keras", backend="tensorflow")
            opened[era] = Session(facts)
        return opened[era]

    yield session
    for each in opened.values():
        each.close()


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session with tight limits."""
    facts = Facts(interpreter("3.15.1"), tmp_path_factory.mktemp("project"), backend="tensorflow")
    limits = Limits(seconds=4, soft_seconds=2.5, resident_bytes=768 << 20, files=2000, threads=200)
    session = Session(facts, limits=limits)
    yield session
    session.close()


@dataclass(frozen=True)
class Alive:
    """Whether processes of this machine are there."""

    @staticmethod
    def agents() -> set[int]:
        """Process ids of everything that runs our agent."""
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if b"kls_agent" in line:
                    found.add(int(entry.name))
        return found


@pytest.fixture
def alive() -> Alive:
    return Alive()
