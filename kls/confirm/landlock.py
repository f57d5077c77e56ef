"""The Linux jail where no namespaces are to be had.

Our own interpreter shuts itself in with Landlock and seccomp, and then becomes the user's: that may be the project's own, and
could not be trusted to do so.
"""

from __future__ import annotations

import functools
import json
import platform
import sys
from pathlib import Path

from kls.confirm.bubblewrap import LOADER, SYSTEM, interpreter_binds, interpreter_shown
from kls.confirm.interpreter import read_interpreter
from kls.confirm.jail import AGENT, ISOLATED, Cell, Level, Place, Start, probe
from kls.confirm.scratch import make_folder, remove_folders
from kls.confirm.secrets import without_secrets

# What TensorFlow and NumPy ask the kernel about the machine.
MACHINE = ("/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/fs/cgroup", "/etc/localtime")
LAUNCH = (
    "import sys, importlib.util as u; p = sys.argv.pop(1); "
    "s = u.spec_from_file_location('kls_agent', p + '/__init__.py', submodule_search_locations=[p]); "
    "m = u.module_from_spec(s); sys.modules['kls_agent'] = m; s.loader.exec_module(m); "
    "import kls_agent.fence as f; f.launch()"
)


class Landlock:
    """Landlock of version 6 or later (Linux 6.12), and seccomp."""

    def level(self) -> Level:
        """Shuts a Python in; the answer is remembered for this process."""
        return tried()

    def place(self, cell: Cell) -> Place:
        """A folder of its own for scratch files, and the paths that may be read."""
        scratch = make_folder()
        shown = [interpreter_shown(cell.interpreter, folder) for folder in interpreter_binds(cell.interpreter)]
        if cell.project is not None:
            shown.append(cell.project)
        folders = [AGENT, *(path for one in shown for path in without_secrets(one))]
        readable = ["/usr", *SYSTEM, *LOADER, *MACHINE, *map(str, folders)]
        rules = {"read": [*readable, "/proc/cpuinfo", "/proc/meminfo"], "write": [scratch]}
        return Place(str(AGENT), (scratch,), False, rules, (scratch,))

    def start(self, cell: Cell, place: Place, command: tuple[str, ...]) -> Start:
        """Our interpreter, which shuts itself in and starts the cell's."""
        scratch = place.scratch[0]
        environment = {**cell.environment, "HOME": scratch, "TMPDIR": scratch}
        launcher = (sys.executable, *ISOLATED, "-S", "-c", LAUNCH, str(AGENT), json.dumps(dict(place.fence or {})))
        return Start((*launcher, str(cell.interpreter.executable), *ISOLATED, *command), environment)


@functools.cache
def tried() -> Level:
    """Whether this kernel lets a process shut itself in, found by starting this very Python so."""
    jail = Landlock()
    cell = Cell(read_interpreter(Path(sys.executable)), None, {"PATH": "/usr/bin:/bin"})
    try:
        place = jail.place(cell)
    except OSError as error:
        return Level("landlock", False, str(error))
    try:
        wrong = probe(jail.start(cell, place, ("-S", "-c", "pass")))
    finally:
        remove_folders(place.remove)
    if wrong is not None:
        return Level("landlock", False, wrong)
    detail = f"Landlock and a system call filter on {platform.release()}; no namespaces"
    return Level("landlock", True, detail, True, True, True, True)
