"""Interpreters that are nothing but files: kls reads them and never starts one."""

from __future__ import annotations

from pathlib import Path


class Disk:
    """A folder in which installations are laid out."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str = "") -> Path:
        """A file with this text."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def executable(self, path: str) -> Path:
        """A program that fails loudly if anybody starts it."""
        file = self.write(path, "#!/bin/sh\nexit 99\n")
        file.chmod(0o755)
        return file

    def python(self, prefix: str, version: str = "3.11") -> Path:
        """A plain installation."""
        self.write(f"{prefix}/lib/python{version}/os.py")
        self.write(f"{prefix}/lib/python{version}/site-packages/README.txt")
        python = self.executable(f"{prefix}/bin/python{version}")
        for name in ("python3", "python"):
            (python.parent / name).symlink_to(python.name)
        return python

    def venv(self, folder: str, base: Path, config: str = "") -> Path:
        """A virtual environment of an installation, as `python -m venv` lays it out."""
        version = base.name.removeprefix("python")
        self.write(f"{folder}/pyvenv.cfg", f"home = {base.parent}\nversion = {version}.7\n{config}")
        self.write(f"{folder}/lib/python{version}/site-packages/README.txt")
        (self.root / folder / "bin").mkdir()
        (self.root / folder / "bin" / "python").symlink_to(base)
        return self.root / folder / "bin" / "python"

    def install(self, site: str, package: str, version: str, info: str = "{name}-{version}.dist-info") -> None:
        """A package with its dist-info."""
        self.write(f"{site}/{package}/__init__.py")
        self.write(
            f"{site}/{info.format(name=package, version=version)}/METADATA", f"Name: {package}\nVersion: {version}\n"
        )

    def variables(self, **more: str) -> dict[str, str]:
        """Environment variables of a user whose home is empty."""
        return {"HOME": str(self.root / "home"), "PATH": "", **more}
