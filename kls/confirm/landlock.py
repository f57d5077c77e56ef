"""The Linux jail where no namespaces are to be had.

The agent shuts itself in with Landlock and seccomp before it reads anything.
"""

from __future__ import annotations

import functools
import platform
import sys
import tempfile
from pathlib import Path

from kls.confirm.bubblewrap import LOADER, SYSTEM, interpreter_binds
from kls.confirm.interpreter import read_interpreter
from kls.confirm.jail import AGENT, ISOLATED, Cell, Level, Place, Start, probe
from kls.confirm.secrets import project_folder, secrets_under

# What TensorFlow and NumPy ask the kernel about the machine.
MACHINE = ("/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/fs/cgroup", "/etc/localtime", "/dev/shm")
TRY = (
    "import sys, importlib.util as u; p = sys.argv.pop(); "
    "s = u.spec_from_file_location('kls_agent', p + '/__init__.py', submodule_search_locations=[p]); "
    "m = u.module_from_spec(s); sys.modules['kls_agent'] = m; s.loader.exec_module(m); "
    "from kls_agent import fence, seal; fence.restrict(['/usr', p], []); seal.seal()"
)


class Landlock:
    """Landlock of version 3 or later, and seccomp."""

    def level(self) -> Level:
        """Shuts a Python in; the answer is remembered for this process."""
        return tried()

    def place(self, cell: Cell) -> Place:
        """A folder of its own for scratch files, and the paths that may be read."""
        scratch = tempfile.mkdtemp(prefix="kls-")
        folders = [*interpreter_binds(cell.interpreter), AGENT]
        readable = ["/usr", *SYSTEM, *LOADER, *MACHINE[:-1], *map(str, folders)]
        project = project_folder(cell.project) if cell.project is not None else None
        if project is not None:
            readable += map(str, without_secrets(project))
        rules = {"read": [*readable, "/proc/cpuinfo", "/proc/meminfo"], "write": [scratch]}
        return Place(str(AGENT), (scratch,), False, rules, (scratch,))

    def start(self, cell: Cell, place: Place, command: tuple[str, ...]) -> Start:
        """The interpreter without its site module: the agent loads that once it is shut in."""
        scratch = place.scratch[0]
        environment = {**cell.environment, "HOME": scratch, "TMPDIR": scratch}
        return Start((str(cell.interpreter.executable), *ISOLATED, "-S", *command), environment)


def without_secrets(project: Path) -> list[Path]:
    """Paths that together hold a project but not its secrets: Landlock can allow, not except."""
    hidden = {path for paths in secrets_under(project) for path in paths}
    holders = {parent for path in hidden for parent in path.parents}
    if not hidden:
        return [project]
    found: list[Path] = []
    todo = [project]
    while todo:
        for path in todo.pop().iterdir():
            if path in holders and path.is_dir() and not path.is_symlink():
                todo.append(path)
            elif path not in hidden and not path.is_symlink():
                found.append(path)
    return found


@functools.cache
def tried() -> Level:
    """Whether this kernel lets a process shut itself in."""
    executable = read_interpreter(Path(sys.executable)).executable
    wrong = probe(Start((str(executable), *ISOLATED, "-S", "-c", TRY, str(AGENT)), {}))
    if wrong is not None:
        return Level("landlock", False, wrong)
    detail = f"Landlock and a system call filter on {platform.release()}; no namespaces"
    return Level("landlock", True, detail, True, True, True, True)
