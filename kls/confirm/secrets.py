"""What of a project stays out of the jail: credentials, history, and what is no plain file; and whether that has changed."""

from __future__ import annotations

import itertools
import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HIDDEN = frozenset(
    {
        ".git", ".hg", ".svn", ".env", ".envrc", ".netrc", ".pypirc", ".npmrc", ".ssh", ".aws", ".azure", ".gnupg",
        ".kube", ".docker", ".dockercfg", ".gcloud", ".terraform", ".vault-token", ".git-credentials", ".pgpass", ".my.cnf",
        ".htpasswd", ".boto", ".s3cfg", ".kaggle", "kaggle.json", "secrets", ".secrets", "id_rsa", "id_dsa", "id_ecdsa",
        "id_ed25519", "credentials.json", "credentials.toml", "secrets.toml", "secrets.yaml", "secrets.yml",
        "secrets.json", "application_default_credentials.json", "terraform.tfstate", ".bash_history", ".python_history",
    }
)  # fmt: skip
ENDINGS = (".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".ppk", ".kdbx", ".env", ".tfvars", ".git")
BEGINNINGS = (".env.", "client_secret", "service-account", "service_account")
SKIPPED = frozenset({"node_modules", "site-packages", "dist-packages", "__pycache__", ".venv", "venv"})
MAX_ENTRIES = 100_000
# A folder that was changed this shortly before it was looked into may change again without its time telling.
UNSURE_NS = 100_000_000
# Folders of the system that are nobody's project or interpreter, and those below which nothing is.
SYSTEM = frozenset(
    map(Path, ("/", "/etc", "/home", "/root", "/var", "/tmp", "/run", "/srv", "/mnt", "/media", "/opt", "/Users"))
)
KERNEL = tuple(map(Path, ("/etc", "/proc", "/sys", "/dev", "/boot")))


@dataclass(frozen=True)
class Shown:
    """A folder as a program may see it: without `files` and `folders`, which lie in it.

    `looked`: the folders that were searched and the times of their last change, in ns; 0 where that cannot be trusted.
    `marks`: the inodes of what is hidden, as a path that is given to another file has to be hidden anew.
    """

    folder: Path
    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    looked: Mapping[Path, int]
    marks: Mapping[Path, int]

    @property
    def hidden(self) -> frozenset[Path]:
        """All that is hidden."""
        return frozenset((*self.files, *self.folders))

    def current(self) -> bool:
        """Whether it still is as it was. Quick where no folder of it has changed."""
        if all(changed(folder) == when for folder, when in self.looked.items()):
            return True
        return show(self.folder).marks == self.marks


def is_secret(name: str) -> bool:
    """Whether a file or folder of this name is kept out of the jail."""
    lower = name.lower()
    python = lower.endswith((".py", ".pyi"))
    return lower in HIDDEN or lower.endswith(ENDINGS) or (lower.startswith(BEGINNINGS) and not python)


def is_environment(folder: str | Path) -> bool:
    """Whether a folder is a virtual environment: some are called `.env`."""
    return Path(folder, "pyvenv.cfg").is_file()


def show(folder: Path, below: bool = True) -> Shown:
    """What to hide of a folder and, with `below`, of the folders in it; packages are not searched.

    Looks at MAX_ENTRIES entries at most, the top of the tree first; folders that it does not come to are hidden.
    """
    files: list[Path] = []
    folders: list[Path] = []
    looked: dict[Path, int] = {}
    level, seen, now = [folder], 0, time.time_ns()
    while level:
        deeper: list[Path] = []
        for place in level:
            when = changed(place)
            entries = entries_of(place, MAX_ENTRIES + 1 - seen)
            seen += len(entries)
            if seen > MAX_ENTRIES and place != folder:
                folders.append(place)
                continue
            looked[place] = when if now - when > UNSURE_NS else 0
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if is_secret(entry.name) and not is_environment(entry.path):
                        folders.append(Path(entry.path))
                    elif below and entry.name not in SKIPPED:
                        deeper.append(Path(entry.path))
                elif is_secret(entry.name) or not (entry.is_symlink() or entry.is_file(follow_symlinks=False)):
                    files += [Path(entry.path), *link_target(entry, folder)]
        level = deeper
    marks = {path: inode(path) for path in (*files, *folders)}
    return Shown(folder, tuple(files), tuple(folders), looked, marks)


def entries_of(folder: Path, most: int) -> list[os.DirEntry[str]]:
    """The first entries of a folder; none where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return list(itertools.islice(entries, max(0, most)))
    except OSError:
        return []


def changed(folder: Path) -> int:
    """When the set of a folder's entries changed last, in ns; -1 where it is gone."""
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116 - in a loop over a whole project
    except OSError:
        return -1


def inode(path: Path) -> int:
    """The number of what lies at a path; 0 where nothing does."""
    try:
        return path.lstat().st_ino
    except OSError:
        return 0


def link_target(entry: os.DirEntry[str], project: Path) -> list[Path]:
    """What a secret that is a symbolic link leads to, where that is a plain file of the project too."""
    if not entry.is_symlink():
        return []
    target = Path(entry.path).resolve()
    inside = target.is_relative_to(project.resolve())
    return [target] if inside and target.exists() and stat.S_ISREG(target.stat().st_mode) else []


def without_secrets(shown: Shown) -> list[Path]:
    """Paths that together hold a folder but nothing of what is hidden, for walls that can allow but not except."""
    hidden = shown.hidden
    holders = {parent for path in hidden for parent in path.parents}
    if not hidden:
        return [shown.folder]
    found: list[Path] = []
    todo = [shown.folder]
    while todo:
        for path in todo.pop().iterdir():
            if path in holders and path.is_dir() and not path.is_symlink():
                todo.append(path)
            elif path not in hidden and not path.is_symlink():
                found.append(path)
    return found


def may_be_shown(folder: Path) -> bool:
    """Whether a folder may be shown to a program at all: not a home folder, one that holds it, or one of the system's."""
    home = Path.home().resolve()
    if folder == home or folder in home.parents or folder in SYSTEM:
        return False
    return not any(folder.is_relative_to(kernel) for kernel in KERNEL)


def project_folder(root: Path) -> Path | None:
    """The folder that may be shown to a program: the project's root, unless that is a home folder or holds one."""
    root = root.resolve()
    return root if may_be_shown(root) else None


def show_project(root: Path | None) -> Shown | None:
    """A project as it is shown; None where there is none, or none that may be."""
    folder = project_folder(root) if root is not None else None
    return show(folder) if folder is not None else None
