"""Jails: what one promises, which one this machine has, and a real try of it. One interface for all systems."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kls.confirm.interpreter import Interpreter
from kls.confirm.scratch import make_folder
from kls.confirm.secrets import Shown

AGENT = Path(__file__).resolve().parent.parent / "agent"
PROBE_SECONDS = 20
ISOLATED = ("-I", "-B")  # no PYTHON* variables, no user site, no bytecode written
ALLOW = "kls.sandbox.allowUnsandboxed"


class NoJail(Exception):
    """Nothing on this machine keeps a program from the network, files, secrets or other processes."""

    def __init__(self, why: str) -> None:
        cure = "Install bubblewrap from your system's packages. " if sys.platform == "linux" else ""
        super().__init__(
            f"no sandbox: {why}. Nothing was run. {cure}To run model code without one all the same, set {ALLOW} "
            "to true in your own editor settings (a project's settings cannot set it)."
        )
        self.why = why


@dataclass(frozen=True)
class Level:
    """What a jail keeps a program from; `detail` says how, or why it cannot be had."""

    name: str
    works: bool
    detail: str
    network: bool = False
    writes: bool = False
    secrets: bool = False
    processes: bool = False

    @property
    def enough(self) -> bool:
        """Whether programs may be run in it without the user's own leave."""
        return self.works and not self.lacks

    @property
    def lacks(self) -> tuple[str, ...]:
        """What it does not keep programs from."""
        held = {
            "the network": self.network,
            "writing files": self.writes,
            "reading secrets": self.secrets,
            "other processes": self.processes,
        }
        return tuple(name for name, kept in held.items() if not kept)


@dataclass(frozen=True)
class Cell:
    """What one warm process gets to see. `environment` is all of its environment variables."""

    interpreter: Interpreter
    project: Shown | None
    environment: Mapping[str, str]
    scratch_bytes: int = 256 << 20


@dataclass(frozen=True)
class Place:
    """The inside of one jail: where the agent's folder lies, what can be written.

    `private`: the writable folders are file systems of the jail's own. `fence`: paths that the agent itself must
    shut itself into (Landlock). `remove`: folders of ours to remove when the process has ended. `forks`: whether one process can
    serve many programs; else there is one for each.
    """

    agent: str
    scratch: tuple[str, ...]
    private: bool
    fence: Mapping[str, list[str]] | None = None
    remove: tuple[str, ...] = ()
    forks: bool = True


@dataclass(frozen=True)
class Start:
    """A command to start, with all of its environment. `descriptors`: what it inherits; whoever starts it closes them here."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    descriptors: tuple[int, ...] = ()


class Jail(Protocol):
    """One way of shutting a process in."""

    def level(self) -> Level:
        """What it promises on this machine, after a real try. Never raises."""
        ...

    def place(self, cell: Cell) -> Place:
        """Make room for one process."""
        ...

    def start(self, cell: Cell, place: Place, command: tuple[str, ...]) -> Start:
        """How to start the cell's interpreter in it; `command` are its arguments after the isolating flags."""
        ...


def jails(bwrap: str | None = None) -> list[Jail]:
    """The jails of this system, the strongest first. `bwrap`: the only bubblewrap program to try."""
    if sys.platform == "linux":
        from kls.confirm import bubblewrap, landlock

        programs = [Path(bwrap).expanduser()] if bwrap else bubblewrap.programs()
        return [*(bubblewrap.Bubblewrap(path) for path in programs), landlock.Landlock()]
    if sys.platform == "darwin":
        from kls.confirm.macos import SandboxExec

        return [SandboxExec()]
    if sys.platform == "win32":
        from kls.confirm.windows import JobObject

        return [JobObject()]
    return []


def choose(allow_unsandboxed: bool = False, bwrap: str | None = None) -> tuple[Jail, Level]:
    """The strongest jail that is enough, tried for real.

    With the user's leave the strongest that works at all, at last none. `bwrap`: the bubblewrap program that the user
    named, which is tried in the place of those that are found. Raises NoJail.
    """
    tried: list[tuple[Jail, Level]] = []
    for jail in jails(bwrap):
        level = jail.level()
        if level.enough:
            return jail, level
        tried.append((jail, level))
    if allow_unsandboxed:
        for jail, level in tried:
            if level.works:
                return jail, level
        return Unsandboxed(), Unsandboxed().level()
    why = "; ".join(f"{level.name}: {level.detail}" for _, level in tried)
    raise NoJail(why or f"none is known for {sys.platform}")


def level(allow_unsandboxed: bool = False, bwrap: str | None = None) -> Level:
    """The level that confirm would run at, for `kls doctor`; one that does not work where there is none."""
    try:
        return choose(allow_unsandboxed, bwrap)[1]
    except NoJail as error:
        return Level("none", False, error.why)


def probe(start: Start) -> str | None:
    """Start a command for real; None when it ended well, else what went wrong."""
    try:
        done = subprocess.run(
            start.command,
            env=dict(start.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_SECONDS,
            pass_fds=start.descriptors,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        close(start.descriptors)
    if done.returncode == 0:
        return None
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return said[-1][:300] if said else f"exit code {done.returncode}"


def close(descriptors: tuple[int, ...]) -> None:
    """Close our own ends of what a started command has inherited."""
    for descriptor in descriptors:
        os.close(descriptor)


class Unsandboxed:
    """No jail at all: only the agent's own limits and filter. Only ever used with the user's leave."""

    def level(self) -> Level:
        """Promises nothing."""
        return Level("none", True, "allowed by your own settings; only the child's system call filter and limits hold")

    def place(self, cell: Cell) -> Place:
        """A folder of its own for scratch files."""
        scratch = make_folder()
        return Place(str(AGENT), (scratch,), False, remove=(scratch,), forks=hasattr(os, "fork"))

    def start(self, cell: Cell, place: Place, command: tuple[str, ...]) -> Start:
        """The interpreter as it is, with the cell's environment."""
        home = {"HOME": place.scratch[0], "TMPDIR": place.scratch[0]}
        return Start((str(cell.interpreter.executable), *ISOLATED, *command), {**cell.environment, **home})
