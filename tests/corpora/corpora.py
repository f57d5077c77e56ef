"""The packages of packages.toml: downloaded once from PyPI, each into a folder of its own under .corpora/."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import tomllib

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".corpora"


@dataclass(frozen=True)
class Package:
    """A package at the version that is pinned, and the versions of Keras that it was written for."""

    name: str
    version: str
    keras: tuple[str, ...]
    further: bool
    """Whether it was added to the nine that every change is measured on."""

    @property
    def folder(self) -> Path:
        """Where its source lies once `download` has been called."""
        return FOLDER / f"{self.name}-{self.version}"

    @property
    def files(self) -> list[Path]:
        """Its Python files."""
        return sorted(path for path in self.folder.rglob("*") if path.suffix in (".py", ".ipynb") and path.is_file())


def packages() -> list[Package]:
    """All that packages.toml names, in its order."""
    listed = tomllib.loads((HERE / "packages.toml").read_text(encoding="utf-8"))["package"]
    return [Package(p["name"], p["version"], tuple(p["keras"]), p.get("further", False)) for p in listed]


def download(package: Package) -> None:
    """Put the package's source in its folder, if it is not there yet. Nothing of it is installed.

    Raises:
        CalledProcessError: pip cannot get it.
    """
    if (package.folder / "pyproject.toml").exists():
        return
    with tempfile.TemporaryDirectory() as scratch:
        wheel = _pip(package, scratch, "--only-binary=:all:", "--python-version=3.11")
        if wheel.returncode:
            _pip(package, scratch, "--no-binary=:all:").check_returncode()
        archive = next(path for path in Path(scratch).iterdir() if path.is_file())
        package.folder.mkdir(parents=True, exist_ok=True)
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(package.folder)
        else:
            with tarfile.open(archive) as opened:
                opened.extractall(package.folder, filter="data")
            _lift(package.folder)
    for metadata in package.folder.glob("*.dist-info/METADATA"):  # a wheel has its README there
        (package.folder / "README.md").write_text(metadata.read_text("utf-8", "replace").partition("\n\n")[2], "utf-8")
    marker = package.folder / "pyproject.toml"  # a folder of a wheel's content is no project without
    if not marker.exists():
        marker.touch()


def _pip(package: Package, folder: str, *how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", *how]
    command += ["--dest", folder, f"{package.name}=={package.version}"]
    return subprocess.run(command, text=True, capture_output=True)


def _lift(folder: Path) -> None:
    """The single folder of a source archive goes, what is in it stays."""
    inner = next(folder.iterdir())
    for path in list(inner.iterdir()):
        path.rename(folder / path.name)
    inner.rmdir()
