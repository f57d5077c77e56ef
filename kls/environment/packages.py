"""What is installed in folders of packages: versions from dist-info, folders from .pth files and editable installs."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from packaging.version import InvalidVersion, Version

from kls.environment.layout import read_text

DISTRIBUTIONS = {
    "keras": ("keras", "keras-nightly"),
    "tf_keras": ("tf-keras", "tf-keras-nightly"),
    "tensorflow": (
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-gpu",
        "tensorflow-intel",
        "tensorflow-macos",
        "tensorflow-rocm",
        "tf-nightly",
        "tf-nightly-cpu",
    ),
}
"""Which distributions install a package, by the package's name."""

_VERSION_FILES = ("src/version.py", "version.py", "__init__.py", "src/__init__.py", "tools/pip_package/setup.py")
_INFO = re.compile(r"(?P<name>[\w.]+)-(?P<version>\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info", re.I)


def installed_version(package: str, folders: Sequence[str | os.PathLike[str]]) -> str | None:
    """The version of `package`, a key of DISTRIBUTIONS, that an import finds on these folders; None when it is not there.

    The first folder that has the package decides. Its dist-info names the version; a checkout without one is asked for
    the `__version__` in its source.
    """
    for folder in map(Path, folders):
        version = _distribution_version(folder, DISTRIBUTIONS[package]) or _source_version(folder / package)
        if version is not None:
            return version
    return None


def _distribution_version(folder: Path, names: Iterable[str]) -> str | None:
    """The newest of the distributions in `folder`: an interrupted upgrade can leave the old one's dist-info behind."""
    wanted = {name.replace("-", "_") for name in names}
    found: list[Version] = []
    try:
        entries = os.listdir(folder)  # noqa: PTH208 names are all that is needed, and there can be thousands
    except OSError:
        return None
    for entry in entries:
        match = _INFO.fullmatch(entry)
        if match and re.sub(r"[-_.]+", "_", match["name"]).lower() in wanted:
            try:
                found.append(Version(match["version"]))
            except InvalidVersion:
                continue
    return str(max(found)) if found else None


def _source_version(package: Path) -> str | None:
    if not (package / "__init__.py").is_file():
        return None
    for name in _VERSION_FILES:
        match = re.search(r"^__version__ = [\"'](\d[\w.+-]*)[\"']", read_text(package / name) or "", re.M)
        if match:
            return match.group(1)
    return None


def path_lines(site: Path) -> tuple[list[str], dict[str, str]]:
    """What the .pth files of a folder of packages add: (folders that exist, editable package name -> folder or file).

    Lines that start with `import` would run code and are not followed; the finders that editable installs bring with
    them are read instead.
    """
    folders: list[str] = []
    editable: dict[str, str] = {}
    try:
        files = sorted(path for path in site.iterdir() if path.suffix in (".pth", ".py") and path.name[0] != ".")
    except OSError:
        return [], {}
    for file in files:
        if file.suffix == ".pth":
            folders += _folders_of(file)
        elif file.name.startswith(("__editable__", "_editable_impl_")):
            editable.update(_mapping_of(file))
    return list(dict.fromkeys(folders)), editable


def _folders_of(file: Path) -> list[str]:
    found = []
    for line in (read_text(file) or "").splitlines():
        line = line.rstrip()
        if not line or line.startswith(("#", "import ", "import\t")) or "\0" in line:
            continue
        folder = os.path.normpath(file.parent / line)
        if Path(folder).is_dir():
            found.append(folder)
    return found


def _mapping_of(file: Path) -> dict[str, str]:
    """The packages that an editable finder knows: setuptools' MAPPING, or hatchling's calls of map_module."""
    try:
        tree = ast.parse(read_text(file) or "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, str] = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        if any(isinstance(target, ast.Name) and target.id == "MAPPING" for target in targets) and value is not None:
            found.update(_strings(value))
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "map_module":
            pair = [arg.value for arg in value.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if len(pair) == 2:
                found[pair[0]] = pair[1]
    return found


def _strings(node: ast.expr) -> dict[str, str]:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    return {key: item for key, item in value.items() if isinstance(key, str) and isinstance(item, str)}
