"""The macOS jail.

A sandbox-exec profile that denies by default. Written from Apple's profile language; not exercised by our
tests.
"""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from kls.confirm.interpreter import read_interpreter
from kls.confirm.jail import AGENT, ISOLATED, Cell, Level, Place, Start, probe
from kls.confirm.scratch import make_folder
from kls.confirm.secrets import may_be_shown

PROGRAM = "/usr/bin/sandbox-exec"
SYSTEM = (
    "/usr/lib",
    "/usr/share",
    "/System",
    "/Library/Frameworks",
    "/private/var/db/dyld",
    "/private/var/db/timezone",
)
RULES = """(version 1)
(deny default)
(allow process-fork)
(allow process-exec (literal {executable}))
(allow signal (target children))
(allow signal (target self))
(allow sysctl-read)
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))
(allow file-read-metadata)
(allow file-read* (literal "/") (literal "/dev/urandom") (literal "/dev/random") {readable})
(allow file-write* (literal "/dev/null") {writable})
(allow file-read* {writable})
(deny file-read* file-write* {hidden})
(deny network*)
"""


class SandboxExec:
    """The system's sandbox-exec."""

    def level(self) -> Level:
        """Starts a Python in it; the answer is remembered for this process."""
        return tried()

    def place(self, cell: Cell) -> Place:
        """A folder of its own for scratch files."""
        scratch = make_folder()
        return Place(str(AGENT), (scratch,), False, remove=(scratch,))

    def start(self, cell: Cell, place: Place, command: tuple[str, ...]) -> Start:
        """sandbox-exec with a profile for this cell. Fork after TensorFlow's import needs the Objective-C check off."""
        scratch = place.scratch[0]
        environment = {
            **cell.environment,
            "HOME": scratch,
            "TMPDIR": scratch,
            "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
        }
        run = (str(cell.interpreter.executable), *ISOLATED, *command)
        return Start((PROGRAM, "-p", profile(cell, scratch), *run), environment)


def quoted(path: str | Path) -> str:
    """A path as a string of the profile language."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def profile(cell: Cell, scratch: str) -> str:
    """The rules for one cell; a later rule wins, so the project's secrets are denied last."""
    project = cell.project
    folders = [f for f in cell.interpreter.folders if may_be_shown(f) and may_be_shown(f.resolve())]
    readable: list[str | Path] = [
        *SYSTEM,
        AGENT,
        *folders,
        *(folder.resolve() for folder in folders),
        *([project.folder] if project else []),
    ]
    hidden = project.hidden if project else frozenset()
    return RULES.format(
        executable=quoted(cell.interpreter.executable.resolve()),
        readable=" ".join(f"(subpath {quoted(path)})" for path in readable),
        writable=f"(subpath {quoted(scratch)})",
        hidden=" ".join(f"(subpath {quoted(path)})" for path in sorted(hidden)) or '(literal "/nonexistent")',
    )


@functools.cache
def tried() -> Level:
    """Whether sandbox-exec works here."""
    jail = SandboxExec()
    cell = Cell(read_interpreter(Path(sys.executable)), None, {"PATH": "/usr/bin:/bin"})
    place = jail.place(cell)
    try:
        wrong = probe(jail.start(cell, place, ("-S", "-c", "pass")))
    finally:
        Path(place.scratch[0]).rmdir()
    if wrong is not None:
        return Level("sandbox-exec", False, wrong)
    return Level(
        "sandbox-exec", True, "a profile that denies by default; no new processes by limit", True, True, True, True
    )
