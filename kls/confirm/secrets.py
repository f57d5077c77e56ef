"""What of a project stays out of the jail: credentials and history."""

from __future__ import annotations

import os
from pathlib import Path

HIDDEN = frozenset(
    {
        ".git", ".hg", ".svn", ".env", ".envrc", ".netrc", ".pypirc", ".npmrc", ".ssh", ".aws", ".azure", ".gnupg",
        ".kube", ".docker", ".gcloud", "secrets", ".secrets", "id_rsa", "id_ed25519", "credentials.json",
        "secrets.toml",
    }
)  # fmt: skip
SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", ".venv", "venv"})
MAX_ENTRIES = 20_000


def is_secret(name: str) -> bool:
    """Whether a file or folder of this name is kept out of the jail."""
    return name in HIDDEN or name.startswith(".env.") or name.endswith((".pem", ".key"))


def secrets_under(project: Path) -> tuple[list[Path], list[Path]]:
    """(files, folders) of a project to hide.

    Looks at MAX_ENTRIES entries at most, the top of the tree first; packages are not searched.
    """
    files: list[Path] = []
    folders: list[Path] = []
    level, seen = [project], 0
    while level and seen < MAX_ENTRIES:
        below: list[Path] = []
        for folder in level:
            try:
                entries = list(os.scandir(folder))
            except OSError:
                continue
            seen += len(entries)
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_secret(entry.name):
                    (folders if is_folder else files).append(Path(entry.path))
                    files += link_target(entry, project)
                elif is_folder and entry.name not in SKIPPED:
                    below.append(Path(entry.path))
        level = below
    return files, folders


def link_target(entry: os.DirEntry[str], project: Path) -> list[Path]:
    """What a secret that is a symbolic link leads to, where that is a file of the project too."""
    target = Path(entry.path).resolve()
    return [target] if entry.is_symlink() and target.is_file() and target.is_relative_to(project.resolve()) else []


def project_folder(root: Path) -> Path | None:
    """The folder that may be shown to a program: the project's root, unless that is a home folder or holds one."""
    root = root.resolve()
    home = Path.home().resolve()
    return None if root == home or root in home.parents else root
