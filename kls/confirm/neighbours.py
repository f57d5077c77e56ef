"""The files of a project that call a function of another one, for functions that their own file does not call.

What is written only to be read counts too: the examples in a README, and in the docstrings of other files.
"""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kls.confirm.examples import code_blocks, docstring
from kls.confirm.mend import mended
from kls.confirm.reach import calling_definitions
from kls.confirm.slice import Slice, slice_program
from kls.confirm.statements import DEFINITIONS, dotted, module_statements, parsed

README = frozenset({"readme.md", "readme.rst", "readme.txt"})
MOST_FILES = 4000
MOST_BYTES = 1 << 20
MOST_TRIED = 40
MOST_NAMES = 3
MOST_SECONDS = 5.0
DEPTH = 3
SKIPPED = frozenset({"node_modules", "site-packages", "dist-packages", "build", "dist", "__pycache__"})


@dataclass(frozen=True)
class Caller:
    """Another file of the project that comes to a site: its path, and what to run of it."""

    path: str
    slice: Slice


def find_caller(path: str, text: str, line: int, project: str) -> Caller | None:
    """What to run of another file to come to a line (1-based) of the function or class in `path` that holds it.

    The nearest that calls it, or calls what does; else an example that does.
    """
    files, until = ProjectFiles(project), time.monotonic() + MOST_SECONDS
    todo = [(path, name, DEPTH) for name in _leading_names(parsed(text), line)]
    seen, example = set[tuple[str, str]](), None
    while todo and time.monotonic() < until:
        path, name, depth = todo.pop(0)
        if (path, name) in seen:
            continue
        seen.add((path, name))
        homes = frozenset({Path(path).stem, *Path(os.path.relpath(path, project)).parts[:-1], Path(project).name})
        written = list(files.holding(path, name))
        for file, other in written:
            tree = files.tree(file)
            lines = calls_of(tree, name, homes) if tree is not None else []
            if not lines:
                continue
            sliced = slice_program(other, lines, guess=False)
            if sliced.text and len(sliced.lacking) < len(lines):
                only = [at for at in lines if sliced.lacks_at(range(at, at + 1)) is None]
                return Caller(file, slice_program(other, only[:1], guess=False))
            if depth > 1:
                todo += [(file, each, depth - 1) for at in lines[:3] for each in _leading_names(tree, at)]
        if example is None:
            example = next((found for file, _ in written if (found := _example(files, file, name, homes))), None)
    return example


def _example(files: ProjectFiles, file: str, name: str, homes: frozenset[str]) -> Caller | None:
    """The example in a docstring of another file that comes to a name."""
    tree = files.tree(file)
    for node in ast.walk(tree) if tree is not None else ():
        for block in code_blocks(docstring(node) or "") if isinstance(node, DEFINITIONS) else ():
            example = parsed(block)
            lines = calls_of(example, name, homes) if example is not None else []
            sliced = slice_program(block, lines, guess=False) if lines else None
            if sliced is not None and sliced.text and not sliced.lacking:
                return Caller(str(Path(files.project, f"the documentation of {Path(file).name}")), sliced)
    return None


def _leading_names(tree: ast.Module | None, line: int) -> list[str]:
    """The name of the top-level function or class that holds a line, and those of the nearest that lead to it."""
    statements = list(module_statements(tree)) if tree is not None else []
    around = [i for i, s in enumerate(statements) if s.start <= line <= s.end and isinstance(s.node, DEFINITIONS)]
    leading = [*around[:1], *(i for at in around[:1] for i, _ in calling_definitions(statements, at))]
    return [node.name for i in leading[:MOST_NAMES] if isinstance(node := statements[i].node, DEFINITIONS)]


class ProjectFiles:
    """The Python files of a project and its README, each read and parsed once."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.paths = python_files(project)
        self.readmes = [entry.path for entry in os.scandir(project) if entry.name.lower() in README]
        self.contents: dict[str, bytes] = {}
        self.texts: dict[str, str] = {}
        self.trees: dict[str, ast.Module | None] = {}

    def holding(self, path: str, name: str) -> Iterator[tuple[str, str]]:
        """(path, text) of the files but `path` that have a name in them: the nearest folders first, the README last."""
        here, needle, tried = Path(path).parent, name.encode(), 0
        nearest = sorted(self.paths, key=lambda file: len(Path(os.path.relpath(Path(file).parent, here)).parts))
        for file in [*nearest, *self.readmes]:
            if file != path and needle in self.content(file):
                tried += 1
                if tried > MOST_TRIED:
                    return
                yield file, self.text(file)

    def content(self, file: str) -> bytes:
        """A file's bytes; none of one that is too long or cannot be read."""
        if file not in self.contents:
            try:
                small = os.path.getsize(file) <= MOST_BYTES  # noqa: PTH202
                self.contents[file] = Path(file).read_bytes() if small else b""
            except OSError:
                self.contents[file] = b""
        return self.contents[file]

    def text(self, file: str) -> str:
        """A file's program: of a README all of its examples."""
        if file not in self.texts:
            text = self.content(file).decode("utf-8", "replace")
            self.texts[file] = mended(text)[0] if file.endswith(".py") else program_of(text)
        return self.texts[file]

    def tree(self, file: str) -> ast.Module | None:
        """A file's syntax tree; None where it has none."""
        if file not in self.trees:
            self.trees[file] = parsed(self.text(file))
        return self.trees[file]


def program_of(readme: str) -> str:
    """All examples of a README, as one program."""
    return "\n".join(block for block in code_blocks(readme) if parsed(block) is not None)


def python_files(project: str) -> list[str]:
    """The Python files of a project, but for those of environments and of what is built."""
    found = list[str]()
    for folder, folders, files in os.walk(project):
        folders[:] = sorted(
            f for f in folders if f not in SKIPPED and not f.startswith(".") and not _is_venv(folder, f)
        )
        found += [os.path.join(folder, file) for file in sorted(files) if file.endswith(".py")]  # noqa: PTH118
        if len(found) > MOST_FILES:
            break
    return found


def _is_venv(folder: str, name: str) -> bool:
    return Path(folder, name, "pyvenv.cfg").exists()


def calls_of(tree: ast.Module, name: str, homes: frozenset[str]) -> list[int]:
    """Lines that call `name`, imported from a module or package called one of `homes`; subclasses of it count as calls."""
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
