"""Where the uses of a parameter are seen: in its function, in those that it is handed on to, in the tables of the file."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from kls.confirm.statements import Statement, dotted

DEEPEST = 3
MOST_HELPERS = 20
LARGEST = 4000  # nodes of a syntax tree


def seen(node: ast.AST | None, statements: Sequence[Statement]) -> ast.AST | None:
    """A function or class together with what it uses of its file, in its own names.

    A parameter of a helper has the name of the argument that it is given, where that is a plain name.
    """
    if node is None:
        return None
    functions = {s.node.name: s.node for s in statements if isinstance(s.node, ast.FunctionDef)}
    loaded = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    tables = [
        s.node
        for s in statements
        if isinstance(s.node, ast.Assign) and isinstance(s.node.value, ast.Dict) and s.binds & loaded
    ]
    helpers = list(islice(_helpers(node, functions, DEEPEST), MOST_HELPERS))
    if not isinstance(node, ast.stmt) or not (tables or helpers):
        return node
    return ast.Module([node, *tables, *helpers], [])


def _helpers(node: ast.AST, functions: Mapping[str, ast.FunctionDef], deep: int) -> Iterator[ast.FunctionDef]:
    """Copies of the functions that a piece of code calls, with its names for their parameters."""
    seen_calls = set[tuple[str, tuple[tuple[str, str], ...]]]()
    for call in [n for n in ast.walk(node) if isinstance(n, ast.Call)]:
        name = dotted(call.func) or ""
        if name not in functions or functions[name] is node:
            continue
        names = _handed_on(call, functions[name])
        key = name, tuple(sorted(names.items()))
        if not names or key in seen_calls or sum(1 for _ in ast.walk(functions[name])) > LARGEST:
            continue
        seen_calls.add(key)
        helper = Renamed(names, functions[name]).visit(copy.deepcopy(functions[name]))
        yield helper
        if deep > 1:
            yield from _helpers(helper, functions, deep - 1)


def _handed_on(call: ast.Call, function: ast.FunctionDef) -> dict[str, str]:
    """The names that a call hands on, by the parameters that they are given to."""
    parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    given = list(zip(parameters, call.args, strict=False))
    given += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]
    return {parameter: value.id for parameter, value in given if isinstance(value, ast.Name)}


class Renamed(ast.NodeTransformer):
    """Gives the parameters of a function other names, and its other variables names that nobody else has."""

    def __init__(self, names: Mapping[str, str], function: ast.FunctionDef) -> None:
        inside = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        inside |= {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
        self.names = {**{name: f"{name} of {function.name}" for name in inside}, **names}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """A variable."""
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """A parameter, with its annotation."""
        self.generic_visit(node)
        node.arg = self.names.get(node.arg, node.arg)
        return node
