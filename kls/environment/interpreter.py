"""Choosing the interpreter that the user's program runs under. Candidates are looked at on disk, never started."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from kls.environment.layout import home_folder, read_text

VENV_NAMES = (".venv", "venv", "env", ".conda")
_EXECUTABLES = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")


def find_interpreter(
    root: str,
    configured: str | None = None,
    workspace: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> str | None:
    """The absolute path of the interpreter for code in the folder `root`; links are kept, for a venv is known by them.

    In this order: the user's own setting; a virtual environment in `root` or a folder above it, up to `workspace` (`root`
    alone when that is None); VIRTUAL_ENV; CONDA_PREFIX; PATH; the one that runs kls. `configured` may be an executable,
    the folder of a virtual environment, or a command on PATH, relative to `workspace`; when it names none the answer is
    None, because another interpreter is not what the user asked for.
    """
    variables = os.environ if variables is None else variables
    top = Path(workspace or root).absolute()
    if configured:
        return _configured(configured, top, variables)
    folders = [folder / name for folder in _upwards(Path(root).absolute(), top) for name in VENV_NAMES]
    folders += [Path(variables[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if variables.get(name)]
    for folder in folders:
        found = _executable_in(folder)
        if found:
            return found
    return on_path(root, variables) or sys.executable or None


def _upwards(folder: Path, top: Path) -> Iterator[Path]:
    """`folder` and the folders above it as far as `top`; `folder` alone when it does not lie under `top`."""
    yield folder
    if top in folder.parents:
        for parent in folder.parents:
            yield parent
            if parent == top:
                return


def _executable_in(folder: Path) -> str | None:
    if not folder.is_dir():  # most are not there
        return None
    for name in _EXECUTABLES:
        if _is_executable(folder / name):
            return str(folder / name)
    return None


def _is_executable(path: Path) -> bool:
    try:
        return path.is_file() and os.access(path, os.X_OK)
    except OSError:
        return False


def _configured(configured: str, top: Path, variables: Mapping[str, str]) -> str | None:
    if configured.startswith("~"):
        configured = str(home_folder(variables)) + configured[1:]
    path = Path(os.path.normpath(top / configured))
    if path.is_dir():
        return _executable_in(path)
    if _is_executable(path):
        return str(path)
    if os.path.basename(configured) != configured:  # noqa: PTH119 a command has no folder in it
        return None
    return _command(configured, str(top), variables)


def on_path(root: str, variables: Mapping[str, str] | None = None) -> str | None:
    """The interpreter that `python3` or `python` starts in the folder `root`; None where there is none."""
    variables = os.environ if variables is None else variables
    return _command("python3", root, variables) or _command("python", root, variables)


def _command(name: str, root: str, variables: Mapping[str, str]) -> str | None:
    found = shutil.which(name, path=variables.get("PATH", ""))
    return _behind_shim(Path(found).absolute(), root, variables) if found else None


def _behind_shim(executable: Path, root: str, variables: Mapping[str, str]) -> str | None:
    """The interpreter that a pyenv shim would start: shims are shell scripts, which say nothing about packages."""
    if executable.parent.name != "shims" or not (executable.parent.parent / "versions").is_dir():
        return str(executable)
    pyenv = executable.parent.parent
    chosen = variables.get("PYENV_VERSION", "")
    if not chosen:
        folders = [Path(root).absolute(), *Path(root).absolute().parents]
        texts = (read_text(path) for path in [*(folder / ".python-version" for folder in folders), pyenv / "version"])
        chosen = next((text for text in texts if text), "")
    for version in re.split(r"[:\s]+", chosen.strip()):
        for folder in (pyenv / "versions" / version, *_newest_of(pyenv / "versions", version)):
            found = _executable_in(folder) if version else None
            if found:
                return found
    return None


def _newest_of(versions: Path, prefix: str) -> list[Path]:
    """`3.11` means the newest installed 3.11.x."""
    if not re.fullmatch(r"\d+(\.\d+)?", prefix):
        return []
    found = [path for path in versions.glob(f"{prefix}.*") if re.fullmatch(r"[\d.]+", path.name)]
    return sorted(found, key=lambda path: [int(part) for part in path.name.split(".")], reverse=True)
