"""The files of a project that call a function of another one, for functions that their own file does not call.

What is written only to be read counts too: the examples in a README, and in the docstrings of other files.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kls.confirm.examples import code_blocks, docstring, parsed
from kls.confirm.mend import mended
from kls.confirm.reach import calling_definitions
from kls.confirm.slice import Slice, slice_program
from kls.confirm.statements import DEFINITIONS, dotted, module_statements

README = frozenset({"readme.md", "readme.rst", "readme.txt"})
MOST_FILES = 4000
MOST_BYTES = 1 << 20
MOST_TRIED = 40
MOST_NAMES = 3
DEPTH = 3
SKIPPED = frozenset({"node_modules", "site-packages", "dist-packages", "build", "dist", "__pycache__"})


@dataclass(frozen=True)
class Caller:
    """Another file of the project that comes to a site: its path, and what to run of it."""

    path: str
    slice: Slice


def find_caller(path: str, text: str, line: int, project: str) -> Caller | None:
    """What to run of another file to come to a line (1-based) of the function or class in `path` that holds it."""
    return _find(path, text, line, project, DEPTH)


def _find(path: str, text: str, line: int, project: str, depth: int) -> Caller | None:
    for name in _leading_names(text, line):
        if found := _find_calling(path, name, project, depth):
            return found
    return None


def _find_calling(path: str, name: str, project: str, depth: int) -> Caller | None:
    tried = list[tuple[str, str, list[int]]]()
    homes = frozenset({Path(path).stem, *Path(os.path.relpath(path, project)).parts[:-1], Path(project).name})
    written = list(_holding(project, path, name))
    for file, other in written:
        lines = calls_of(other, name, homes)
        if lines:
            sliced = slice_program(other, lines, guess=False)
            if sliced.text and len(sliced.lacking) < len(lines):
                only = [at for at in lines if sliced.lacks_at(range(at, at + 1)) is None]
                return Caller(file, slice_program(other, only[:1], guess=False))
            tried.append((file, other, lines))
    if depth > 1:
        for file, other, lines in tried[:4]:
            found = next((c for at in lines[:3] if (c := _find(file, other, at, project, depth - 1))), None)
            if found is not None:
                return found
    return _documented(written, name, homes, project)


def _documented(written: list[tuple[str, str]], name: str, homes: frozenset[str], project: str) -> Caller | None:
    """The example in a docstring of another file that comes to a name."""
    for file, other in written:
        for block in _documentation(other):
            lines = calls_of(block, name, homes)
            sliced = slice_program(block, lines, guess=False) if lines else None
            if sliced is not None and sliced.text and not sliced.lacking:
                return Caller(str(Path(project, f"the documentation of {Path(file).name}")), sliced)
    return None


def _documentation(text: str) -> Iterator[str]:
    """The examples in the docstrings of a file."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS):
            yield from code_blocks(docstring(node) or "")


def _leading_names(text: str, line: int) -> list[str]:
    """The name of the top-level function or class that holds a line, and those of the nearest that lead to it."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    statements = list(module_statements(tree))
    around = [i for i, s in enumerate(statements) if s.start <= line <= s.end and isinstance(s.node, DEFINITIONS)]
    leading = [*around[:1], *(i for at in around[:1] for i, _ in calling_definitions(statements, at))]
    return [node.name for i in leading[:MOST_NAMES] if isinstance(node := statements[i].node, DEFINITIONS)]


def _holding(project: str, path: str, name: str) -> Iterator[tuple[str, str]]:
    """(path, text) of the project's other files that have a name in them, the nearest folders first."""
    tried, needle = 0, name.encode()
    for file in _files(project, path):
        try:
            if os.path.getsize(file) > MOST_BYTES:  # noqa: PTH202
                continue
            content = Path(file).read_bytes()
        except OSError:
            continue
        if needle not in content or file == path:
            continue
        tried += 1
        if tried > MOST_TRIED:
            return
        text = content.decode("utf-8", "replace")
        yield file, mended(text)[0] if file.endswith(".py") else _program_of(text)


def _program_of(readme: str) -> str:
    """All examples of a README, as one program."""
    return "\n".join(block for block in code_blocks(readme) if parsed(block) is not None)


def _files(project: str, path: str) -> list[str]:
    """The Python files of a project, those that share most folders with `path` first; at the end its README."""
    found = list[str]()
    for folder, folders, files in os.walk(project):
        folders[:] = sorted(
            f for f in folders if f not in SKIPPED and not f.startswith(".") and not _is_venv(folder, f)
        )
        found += [os.path.join(folder, file) for file in sorted(files) if file.endswith(".py")]  # noqa: PTH118
        if len(found) > MOST_FILES:
            break
    here = Path(path).parent

    def distance(file: str) -> int:
        return len(Path(os.path.relpath(Path(file).parent, here)).parts)

    readmes = [entry.path for entry in os.scandir(project) if entry.name.lower() in README]
    return [*sorted(found, key=distance), *readmes]


def _is_venv(folder: str, name: str) -> bool:
    return Path(folder, name, "pyvenv.cfg").exists()


def calls_of(text: str, name: str, homes: frozenset[str]) -> list[int]:
    """Lines that call `name`, imported from a module or package called one of `homes`; subclasses of it count as calls."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names, modules = set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            source = (node.module or "").rpartition(".")[2]
            if source in homes or not source:
                names |= {alias.asname or alias.name for alias in node.names if alias.name == name}
            within = homes.intersection((node.module or "").split("."))
            modules |= {alias.asname or alias.name for alias in node.names if within or alias.name in homes}
        elif isinstance(node, ast.Import):
            found_in = [alias for alias in node.names if homes & set(alias.name.split("."))]
            modules |= {alias.asname or alias.name.split(".")[0] for alias in found_in}
    found = set[int]()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Call, ast.ClassDef)):
            for each in map(dotted, [node.func] if isinstance(node, ast.Call) else node.bases):
                first, _, rest = (each or "").partition(".")
                if each in names or (first in modules and rest.rpartition(".")[2] == name):
                    found.add(node.lineno)
    return sorted(found)
