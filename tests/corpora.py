"""Packages of PyPI as bodies of real code: downloaded once, unpacked into .corpora/NAME/, never installed.

usage: corpora.py NAME...
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

CORPORA = Path(__file__).parents[1] / ".corpora"


def fetch(name: str) -> Path | None:
    """The folder with a package's newest release, as an archive has it; None where there is none to be had."""
    folder = CORPORA / name
    if not folder.is_dir():
        with tempfile.TemporaryDirectory() as scratch:
            archive = download(name, Path(scratch))
            if archive is None:
                return None
            unpacked = Path(scratch, "unpacked")
            unpack(archive, unpacked)
            CORPORA.mkdir(exist_ok=True)
            shutil.move(unpacked, folder)
    return folder


def download(name: str, folder: Path) -> Path | None:
    """The archive of a package: a wheel where there is one, else a source distribution."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, "--no-build-isolation", "--dest", str(folder), name], capture_output=True, text=True
    )
    found = [path for path in folder.iterdir() if path.is_file()]
    if done.returncode or not found:
        print(f"{name}: {(done.stderr.strip().splitlines() or ['nothing came'])[-1]}", file=sys.stderr)
        return None
    return found[0]


def unpack(archive: Path, folder: Path) -> None:
    """Unpack; a source distribution's own top folder is left away."""
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    inside = list(folder.iterdir())
    if len(inside) == 1 and archive.suffix != ".whl":
        inner = inside[0].rename(folder.with_name("inner"))
        folder.rmdir()
        inner.rename(folder)


def main() -> None:
    """Fetch the named packages and say where they are."""
    for name in sys.argv[1:]:
        print(name, fetch(name))


if __name__ == "__main__":
    main()
