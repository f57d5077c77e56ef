"""Writes kls/graph/public_names.py: which public names every Keras 3 has, read from the packages that PyPI has of it.

    python tests/truth/make_public_names.py FOLDER

FOLDER keeps one wheel of each minor version; what is not there is downloaded. A test compares the written table with the Keras
that the tests run on.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parents[2] / "kls" / "graph" / "public_names.py"
VERSIONS = """
3.0.5 3.1.1 3.2.1 3.3.3 3.4.1 3.5.0 3.6.0 3.7.0 3.8.0 3.9.2 3.10.0 3.11.3 3.12.0 3.13.0 3.14.0 3.15.1
""".split()
MODULES = """
activations applications backend callbacks config constraints datasets initializers layers losses metrics models ops
optimizers optimizers.schedules preprocessing preprocessing.image preprocessing.sequence random regularizers saving utils
""".split()
LEGACY = "_tf_keras.keras"
"""The folder that `tensorflow.keras` is an alias of: it has more names than `keras`."""


def names_of(wheel: Path) -> dict[str, set[str]]:
    """Module -> the names in it, "" being keras itself; those of tensorflow.keras under LEGACY."""
    found: dict[str, set[str]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            match = re.fullmatch(r"keras/(?:api/)?((?:\w+/)*)__init__\.py", path)  # 3.3 to 3.9 have a folder `api`
            if match and not path.startswith("keras/src/"):
                module = match[1].rstrip("/").replace("/", ".")
                found.setdefault(module, set()).update(_imported(archive.read(path)))
    for module in list(found):
        parent, _, last = module.rpartition(".")
        found[parent].add(last)
    return found


def _imported(source: bytes) -> Iterator[str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def spans(tables: dict[str, dict[str, set[str]]], prefix: str) -> dict[str, dict[str, set[str]]]:
    """ "3.4" (since then) or "3.4 3.11" (until the version before) -> module -> names."""
    minors = list(tables)
    found: dict[str, dict[str, set[str]]] = {}
    for module in MODULES:
        key = f"{prefix}.{module}".strip(".")
        for name in sorted(set().union(*(table.get(key, set()) for table in tables.values()))):
            having = [minor for minor in minors if name in tables[minor].get(key, ())]
            after = minors[minors.index(having[-1]) + 1 :]
            span = " ".join([having[0], *after[:1]])
            found.setdefault(span, {}).setdefault(module, set()).add(name)
    return found


def render(name: str, table: dict[str, dict[str, set[str]]]) -> str:
    """One of the two tables, as Python."""
    lines = [f"{name}: dict[str, dict[str, str]] = {{\n"]
    for span in sorted(table, key=lambda s: [int(number) for number in re.findall(r"\d+", s)]):
        lines.append(f'    "{span}": {{\n')
        for module, names in table[span].items():
            wrapped = textwrap.wrap(" ".join(sorted(names)), 100)
            if len(wrapped) == 1:
                lines.append(f'        "{module}": "{wrapped[0]}",\n')
                continue
            lines += [f'        "{module}": (\n', *(f'            "{part} "\n' for part in wrapped[:-1])]
            lines += [f'            "{wrapped[-1]}"\n', "        ),\n"]
        lines.append("    },\n")
    return "".join([*lines, "}\n"])


def main(folder: Path) -> None:
    """Downloads what is missing, and writes the table."""
    tables = {}
    for version in VERSIONS:
        wheel = folder / f"keras-{version}-py3-none-any.whl"
        if not wheel.exists():
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder)]
            subprocess.run([*command, f"keras=={version}"], check=True)
        tables[version.rpartition(".")[0]] = names_of(wheel)
    own, legacy = spans(tables, ""), spans(tables, LEGACY)
    more = {
        span: {
            module: kept for module, names in modules.items() if (kept := names - own.get(span, {}).get(module, set()))
        }
        for span, modules in legacy.items()
    }
    TABLE.write_text(
        '"""The public names of Keras 3, by the versions that have them. Written by tests/truth/make_public_names.py.\n\n'
        'The keys are "since" or "since until": the first minor version that has the names, and the first that has not.\n"""\n\n'
        f'NEWEST = "{list(tables)[-1]}"\n"""The newest version that was looked at."""\n\n'
        + render("NAMES", own)
        + '"""Of `keras`, by module."""\n\n'
        + render("LEGACY_NAMES", {span: modules for span, modules in more.items() if modules})
        + '"""What `tensorflow.keras` has besides."""\n'
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
