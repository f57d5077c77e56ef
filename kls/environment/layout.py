"""Where an interpreter keeps its packages: venvs, conda, Debian, Windows and plain installations, read from disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MOST_CHARACTERS = 1_000_000
"""Configuration files larger than this are not read."""


@dataclass(frozen=True)
class Layout:
    """An installed Python. `sites` are its folders of packages, in the order of sys.path; all of them exist."""

    version: tuple[int, int] | None
    standard_library: tuple[Path, ...]
    sites: tuple[Path, ...]


def read_text(path: Path) -> str | None:
    """The text of a small configuration file, or None when there is none that can be read. Bad bytes are replaced."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return file.read(MOST_CHARACTERS)
    except OSError:
        return None


def read_layout(python: Path, variables: Mapping[str, str]) -> Layout:
    """The layout of the interpreter at `python`; its links are followed as Python follows them (PEP 405)."""
    python = python.absolute()
    config = venv_config(python)
    if config is None:
        # Like Python, look beside the name that it is called by before what that is a link to.
        for executable in (python, python.resolve()):
            base = _installation(_prefix(executable), python, variables)
            if base.standard_library:
                return base
        return base
    home = Path(config.get("home", ""))
    version = _config_version(config)
    base = _installation(_prefix(home / python.name), home / python.name, variables, version)
    version = version or base.version
    sites = _site_packages(_prefix(python), version)
    if config.get("include-system-site-packages", "").lower() == "true":
        sites += base.sites
    return Layout(version, base.standard_library, tuple(dict.fromkeys(sites)))


def venv_config(python: Path) -> dict[str, str] | None:
    """The settings of the virtual environment that `python` belongs to, or None when it belongs to none."""
    for folder in (python.parent, python.parent.parent):
        text = read_text(folder / "pyvenv.cfg")
        if text is not None:
            pairs = (line.partition("=") for line in text.splitlines())
            return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals}
    return None


def _prefix(python: Path) -> Path:
    """The folder that an installation is rooted in: on Windows the interpreter may lie right in it."""
    return python.parent.parent if python.parent.name.lower() in ("bin", "scripts") else python.parent


def _config_version(config: Mapping[str, str]) -> tuple[int, int] | None:
    """venv writes `version`, virtualenv and uv `version_info`."""
    return _version(config.get("version_info") or config.get("version") or "")


def _version(text: str) -> tuple[int, int] | None:
    match = re.match(r"(\d+)\.(\d+)", text)
    return (int(match.group(1)), int(match.group(2))) if match else None


def _installation(
    prefix: Path, python: Path, variables: Mapping[str, str], version: tuple[int, int] | None = None
) -> Layout:
    """A Python that is no virtual environment."""
    version = version or _installed_version(prefix, python)
    library = []
    if version and (prefix / "lib" / _named(version) / "os.py").is_file():
        library = [prefix / "lib" / _named(version), prefix / "lib" / _named(version) / "lib-dynload"]
    library += [prefix / "Lib", prefix / "DLLs"] if (prefix / "Lib" / "os.py").is_file() else []
    sites = [*_user_sites(version, variables), *_debian_sites(prefix, version), *_site_packages(prefix, version)]
    return Layout(version, _existing(library), _existing(sites))


def _installed_version(prefix: Path, python: Path) -> tuple[int, int] | None:
    """From the name of what `python` links to, then from the folders and files of the installation."""
    for name in (python.name, python.resolve().name):
        match = re.match(r"python(\d+\.\d+)", name)
        if match:
            return _version(match.group(1))
    found = {_version(path.parent.name[6:]) for path in _glob(prefix / "lib", "python3*/os.py")}
    found |= {_version(path.name[7:]) for path in _glob(prefix / "conda-meta", "python-3*.json")}
    for path in _glob(prefix, "python3*.dll"):
        match = re.fullmatch(r"python3(\d+)", path.stem)
        found |= {(3, int(match.group(1)))} if match else set()
    return max((version for version in found if version), default=None)


def _glob(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _named(version: tuple[int, int]) -> str:
    return f"python{version[0]}.{version[1]}"


def _site_packages(prefix: Path, version: tuple[int, int] | None) -> tuple[Path, ...]:
    """Where pip installs under `prefix`, on every system."""
    folders = [prefix / "Lib" / "site-packages"]
    if version:
        folders = [prefix / lib / _named(version) / "site-packages" for lib in ("lib", "lib64")] + folders
    else:
        folders = _glob(prefix / "lib", "python3*/site-packages")[-1:] + folders
    return _existing(folders)


def _debian_sites(prefix: Path, version: tuple[int, int] | None) -> list[Path]:
    """Debian keeps its own packages in dist-packages, and what pip adds in /usr/local."""
    if version is None:
        return []
    return [
        prefix / "local" / "lib" / _named(version) / "dist-packages",
        prefix / "local" / "lib" / _named(version) / "site-packages",
        prefix / "lib" / "python3" / "dist-packages",
        prefix / "lib" / _named(version) / "dist-packages",
    ]


def _user_sites(version: tuple[int, int] | None, variables: Mapping[str, str]) -> list[Path]:
    """Where `pip install --user` puts packages."""
    if version is None or variables.get("PYTHONNOUSERSITE"):
        return []
    home = home_folder(variables)
    base = Path(variables["PYTHONUSERBASE"]) if variables.get("PYTHONUSERBASE") else home / ".local"
    folders = [base / "lib" / _named(version) / "site-packages"]
    if variables.get("APPDATA"):
        folders.append(Path(variables["APPDATA"]) / "Python" / f"Python{version[0]}{version[1]}" / "site-packages")
    folders.append(home / "Library" / "Python" / f"{version[0]}.{version[1]}" / "lib" / "python" / "site-packages")
    return folders


def home_folder(variables: Mapping[str, str]) -> Path:
    """The user's home folder."""
    named = variables.get("HOME") or variables.get("USERPROFILE")
    return Path(named) if named else Path("~").expanduser()


def _existing(folders: list[Path]) -> tuple[Path, ...]:
    """The folders that are there, each once, whatever links lead to it."""
    found: dict[Path, Path] = {}
    for folder in folders:
        try:
            if folder.is_dir():
                found.setdefault(folder.resolve(), folder)
        except OSError:
            continue
    return tuple(found.values())
