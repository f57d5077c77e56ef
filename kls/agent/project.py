"""The project's own modules, imported as the program itself is run: statement by statement, past what data it lacks.

What fails in a module is told at the line of the user's file that imports it.
"""

# ruff: noqa: PTH113, PTH118, PTH119, PTH122, PTH206 - plain paths: the program's own, as it and the request write them

from __future__ import annotations
import __future__

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import tokenize
import types

from .missing import DATA, Placeholder, attempting, describe_error, in_keras, unpack
from .rewrite import Guard, Marks

OTHERS = ("site-packages", "dist-packages")


def annotations_flag(tree):
    """The compiler flags that the program's own `from __future__` lines ask for."""
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
    return flags


def prepare(scope, absorber):
    """Put into a module's names what guarded statements call."""
    scope["__builtins__"] = __builtins__
    scope["__kls_absorb__"] = absorber
    scope["__kls_placeholder__"] = Placeholder
    scope["__kls_unpack__"] = unpack
    scope["__kls_attempt__"] = attempting(absorber)
    scope["__kls_entered__"] = absorber.enter
    scope["__kls_reached__"] = absorber.reach
    scope["__kls_broken__"] = absorber.broke


def run_statement(node, path, scope, flags, guarded=True):
    """Run one statement of a module, guarded or as it is."""
    module = ast.Module([Guard().visit(node) if guarded else node], [])
    code = ast.fix_missing_locations(module) if guarded else module
    exec(compile(code, path, "exec", flags=flags, dont_inherit=True), scope)


def may_lack(node, lines):
    """Whether a statement may fail for want of data, at once or, for a function, when it is called."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return True
    return DATA.search("\n".join(lines[node.lineno - 1 : node.end_lineno])) is not None


def module_name(path):
    """(dotted name of the module in a file, the folder that its top package lies in)."""
    folder, file = os.path.split(path)
    stem = os.path.splitext(file)[0]
    parts = [] if stem == "__init__" else [stem]
    while os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.basename(folder).isidentifier():
        folder, last = os.path.split(folder)
        parts.insert(0, last)
    return ".".join(parts), folder


def relative_depth(tree):
    """The most dots of a relative import in a program; 0 where there is none."""
    return max((node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0)


def home_of(path, tree):
    """(name to run a file under, its package, the folder to import that from); ("__main__", None, None) for a script."""
    name, folder = module_name(path)
    depth, stem = relative_depth(tree), os.path.splitext(os.path.basename(path))[0]
    parts = name.split(".")
    for _ in range(depth - (len(parts) - (stem != "__init__"))):
        # A package without __init__.py.
        folder, last = os.path.split(folder)
        parts.insert(0, last)
    if len(parts) < 2 and stem != "__init__":
        return "__main__", None, None
    name = ".".join(parts)
    return name, name if stem == "__init__" else name.rpartition(".")[0], folder


class Project(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and runs the modules under the project's folders.

    `texts`: what stands for a file's content on disk. `main`: (path, what runs it in a module's names), for the user's
    own file when one of its neighbours imports it.
    """

    def __init__(self, roots, texts, absorber, lines, fail):
        self.roots = [os.path.join(os.path.realpath(root), "") for root in roots]
        self.absorber, self.lines, self.fail = absorber, lines, fail
        self.texts = {os.path.realpath(path): text for path, text in texts.items()}
        self.main = None
        self.marks = None  # (the file whose lines are asked about, those lines)

    def install(self):
        """Ask this one before the finder of plain files."""
        places = [i for i, finder in enumerate(sys.meta_path) if finder is importlib.machinery.PathFinder]
        sys.meta_path.insert(places[0] if places else len(sys.meta_path), self)

    def find_spec(self, fullname, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or not spec.origin or not spec.origin.endswith(".py") or not self.holds(spec.origin):
            return spec
        folders = spec.submodule_search_locations
        return importlib.util.spec_from_file_location(
            fullname, spec.origin, loader=self, submodule_search_locations=None if folders is None else list(folders)
        )

    def holds(self, path):
        """Whether a file is the project's own."""
        if any(part in OTHERS for part in path.split(os.sep)):
            return False
        return os.path.realpath(path).startswith(tuple(self.roots))

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        path = module.__spec__.origin
        real = os.path.realpath(path)
        if self.main is not None and real == os.path.realpath(self.main[0]):
            runner, self.main = self.main[1], None
            runner(module)
            return
        text = self.texts.get(real)
        if text is None:
            with tokenize.open(path) as file:
                text = file.read()
        tree, scope = ast.parse(text, path), module.__dict__
        self.absorber.watch(path, tree)
        if self.marks is not None and real == os.path.realpath(self.marks[0]):
            tree = Marks(self.marks[1]).visit(tree)
        prepare(scope, self.absorber)
        flags, lines = annotations_flag(tree), text.split("\n")
        for node in tree.body:
            try:
                run_statement(node, path, scope, flags, may_lack(node, lines))
            except Exception as error:
                self.failed(error, path, node)

    def failed(self, error, path, node):
        """A statement of a module failed: note it where the user's file imports the module, and go on."""
        lines = self.lines()
        trace, at = error.__traceback__, node.lineno
        while trace is not None:
            at = trace.tb_lineno if trace.tb_frame.f_code.co_filename == path else at
            trace = trace.tb_next
        self.absorber.doubtful = self.absorber.doubtful or in_keras(error)
        told = describe_error(error)
        where = f"in {os.path.basename(path)}, line {at}: "
        self.fail({"type": told["type"], "message": (where + told["message"])[:2000], "lines": lines[:50]})


def main_module(name, path, package=None):
    """A fresh module for the user's file, in sys.modules under its name."""
    module = types.ModuleType(name)
    module.__file__ = path
    if package is not None:
        module.__package__ = package
    sys.modules[name] = module
    return module


def import_parents(name, folder):
    """Import a module by its full name, which imports the packages that it lies in before it."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
    importlib.import_module(name)
