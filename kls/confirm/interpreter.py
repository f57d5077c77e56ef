"""What an interpreter needs to run, read from disk and without starting it.

Its base installation, packages and path lines.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Interpreter:
    """A Python by its executable; `folders` are all that must be readable for it to start and import its packages."""

    executable: Path
    folders: tuple[Path, ...]
    sites: tuple[Path, ...]

    def fingerprint(self) -> tuple[object, ...]:
        """Changes when the interpreter or its set of packages does; None parts where something is gone."""
        return tuple(
            stamp(path) for path in (self.executable, self.executable.parent.parent / "pyvenv.cfg", *self.sites)
        )


def stamp(path: Path) -> tuple[int, int] | None:
    """(inode, modification time in ns) of what a path leads to, or None."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns


def read_interpreter(executable: Path) -> Interpreter:
    """Facts of an interpreter. Raises FileNotFoundError where there is no such file."""
    executable = Path(executable).absolute()
    if not executable.exists():
        raise FileNotFoundError(f"no interpreter at {executable}")
    prefixes = [executable.parent.parent, *link_prefixes(executable)]
    home = venv_home(executable.parent.parent / "pyvenv.cfg")
    if home is not None:
        prefixes += [home.parent, home.resolve().parent, *link_prefixes(home / executable.name)]
    prefixes = [prefix for prefix in prefixes if holds_python(prefix)]
    sites = [site for prefix in prefixes[:1] for site in site_packages(prefix)]
    if home is not None and shares_system_packages(executable.parent.parent / "pyvenv.cfg"):
        sites += site_packages(home.parent)
    lines = [path for site in sites for path in path_lines(site)]
    return Interpreter(executable, tuple(dict.fromkeys([*prefixes, *lines])), tuple(dict.fromkeys([*sites, *lines])))


def holds_python(prefix: Path) -> bool:
    """Whether a folder looks like an installation or an environment: a link and a pyvenv.cfg may name any."""
    if sys.platform == "win32":
        return (prefix / "python.exe").is_file() or (prefix / "pyvenv.cfg").is_file()
    kinds = ("pyvenv.cfg", "bin/python*", "lib*/python3*")
    return any(next(prefix.glob(kind), None) is not None for kind in kinds)


def link_prefixes(executable: Path) -> list[Path]:
    """The installation prefixes that the symbolic links of an executable pass through."""
    found = []
    for _ in range(20):
        if not executable.is_symlink():
            break
        target = Path(executable.parent, executable.readlink())
        executable = Path(*target.parts)
        found += [executable.parent.parent, executable.parent.resolve().parent]
    return found


def settings_of(config: Path) -> dict[str, str]:
    """The `key = value` lines of a pyvenv.cfg; empty where there is none."""
    try:
        lines = config.read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {key.strip().lower(): value.strip() for key, sign, value in pairs if sign}


def venv_home(config: Path) -> Path | None:
    """The folder of the base interpreter's executable, for a virtual environment."""
    home = settings_of(config).get("home")
    return Path(home) if home else None


def shares_system_packages(config: Path) -> bool:
    """Whether a virtual environment sees the base installation's packages."""
    return settings_of(config).get("include-system-site-packages", "").lower() == "true"


def site_packages(prefix: Path) -> list[Path]:
    """The package folders under a prefix (site.getsitepackages)."""
    if sys.platform == "win32":
        return [path for path in [prefix / "Lib" / "site-packages"] if path.is_dir()]
    folders = [*prefix.glob("lib*/python3*/site-packages"), *prefix.glob("lib/python3*/dist-packages")]
    return [path for path in folders if path.is_dir()]


def path_lines(site: Path) -> list[Path]:
    """Existing folders that the .pth files of a package folder put on sys.path; lines that are code are not run."""
    found = []
    for file in sorted(site.glob("*.pth")):
        try:
            lines = file.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        for line in lines:
            text = line.strip()
            if text and not text.startswith(("#", "import ", "import\t")):
                path = site / text
                if path.is_dir():
                    found.append(path)
    return found
