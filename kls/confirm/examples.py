"""How those who wrote a function call it: the examples of docstrings, as programs in the names of their file."""

from __future__ import annotations

import ast
import builtins
import doctest
import re
import textwrap
from collections.abc import Collection, Iterator, Sequence

from kls.confirm.statements import DEFINITIONS, Statement, dotted, parsed

EXAMPLE = "# example"  # what they begin with
MOST_EXAMPLES = 3
LONGEST = 4000
FENCED = re.compile(r"^[ \t]*```[ \t]*(\w*).*?\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE)
PYTHON = ("", "python", "py", "python3")
HEADING = re.compile(r"^\W*(examples?|usage)\b[^.]*$", re.IGNORECASE)
# The names that everybody gives to modules; any other is that of the module itself.
CUSTOMARY = {"np": "numpy", "tf": "tensorflow", "pd": "pandas", "K": "keras.backend", "layers": "keras.layers"}


def examples(documented: Sequence[ast.AST], wanted: Collection[str], statements: Sequence[Statement]) -> list[str]:
    """The examples in the docstrings of definitions (or a module) that call one of `wanted`, each as one program.

    A name of the program's own, such as `package.module.Name`, is `Name` there; modules that an example forgets to import
    are imported.
    """
    own = {s.node.name for s in statements if isinstance(s.node, DEFINITIONS)}
    bound = {name for s in statements for name in s.binds} | set(vars(builtins))
    found = list[str]()
    for node in documented:
        for block in code_blocks(docstring(node) or ""):
            tree = parsed(block) if len(block) <= LONGEST else None
            if tree is None:
                continue
            tree = OwnNames(own).visit(tree)
            called = {dotted(n.func) or "" for n in ast.walk(tree) if isinstance(n, ast.Call)}
            if any(name.rpartition(".")[2] in wanted for name in called):
                lines = [*imports(tree, bound), *(ast.unparse(each) for each in tree.body)]
                found.append("\n".join([EXAMPLE, *lines]))
    return list(dict.fromkeys(found))[:MOST_EXAMPLES]


def is_example(call: str) -> bool:
    """Whether what the agent called is an example, and not an expression with arguments of ours."""
    return call.startswith(EXAMPLE)


def docstring(node: ast.AST) -> str | None:
    """The docstring of a definition, without its indentation; a module's is a statement by itself."""
    if isinstance(node, DEFINITIONS):
        return ast.get_docstring(node)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return textwrap.dedent(node.value.value)
    return None


def code_blocks(text: str) -> Iterator[str]:
    """The pieces of code in a docstring or a README: between fences, after `>>>`, or further in below a heading."""
    for found in FENCED.finditer(text):
        if found[1].lower() in PYTHON:
            yield textwrap.dedent(found[2])
    if ">>>" in text:
        try:
            yield "".join(example.source for example in doctest.DocTestParser().get_examples(text))
        except ValueError:  # its indentation is not a doctest's
            yield "\n".join(line.strip()[4:] for line in text.splitlines() if line.strip().startswith((">>>", "...")))
    lines = text.splitlines()
    for row, line in enumerate(lines):
        if HEADING.match(line) and (block := indented(lines[row + 1 :], len(line) - len(line.lstrip()))):
            yield block


def indented(lines: Sequence[str], beyond: int) -> str:
    """The lines that come first and lie further in."""
    kept = list[str]()
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip()) <= beyond:
            break
        kept.append(line)
    return textwrap.dedent("\n".join(kept)).strip("\n")


class OwnNames(ast.NodeTransformer):
    """Makes `a.b.Name` of a definition of the file `Name`, and drops its imports."""

    def __init__(self, own: Collection[str]) -> None:
        self.own = own

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A dotted name that ends in one of the file's own; `made().name` is none."""
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        if node.attr in self.own and isinstance(inner, ast.Name) and inner.id != "self":
            return ast.copy_location(ast.Name(node.attr, node.ctx), node)
        self.generic_visit(node)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        """Without what the file defines itself."""
        node.names = [alias for alias in node.names if alias.name not in self.own]
        return node if node.names else None


def imports(tree: ast.Module, bound: Collection[str]) -> list[str]:
    """The imports that an example lacks: of names that neither it nor the file (`bound`) binds."""
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    made = {n.id for n in names if not isinstance(n.ctx, ast.Load)}
    made |= {n.name for n in ast.walk(tree) if isinstance(n, DEFINITIONS)}
    made |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            made |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    lacking = dict.fromkeys(n.id for n in names if n.id not in made and n.id not in bound)
    return [f"import {CUSTOMARY[n]} as {n}" if n in CUSTOMARY else f"import {n}" for n in lacking]
