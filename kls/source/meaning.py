"""Which lines of a piece mean something: pieces that differ in the others alone run alike, only elsewhere."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from kls.source.pieces import Piece


class Meaning(NamedTuple):
    """The lines that mean something, and their 0-based numbers in the piece."""

    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    names: tuple[str, ...] = ()
    """What the statements read that were left out: they mean nothing only if nothing else mentions these names."""


@lru_cache(maxsize=8)  # of what was typed last; each keeps the nodes of its piece
def meaning(piece: Piece) -> Meaning:
    """`piece` without blank lines, comments on lines of their own, docstrings, `pass`, and statements in functions that
    only read a name or give one to a name which nothing reads. Where something does not parse, every line counts."""
    lines = piece.text.split("\n")
    if piece.errors:
        return Meaning(tuple(lines), tuple(range(len(lines))))
    inside = _continued(piece)
    void = _void_statements(piece)
    left = {n for node in void for n in _span(node)}
    kept = [n for n, line in enumerate(lines) if n not in left and (n in inside or not _is_blank(line))]
    values = [node.value for node in void if isinstance(node, ast.Expr | ast.Assign)]
    names = tuple(value.id for value in values if isinstance(value, ast.Name))
    return Meaning(tuple(lines[n] for n in kept), tuple(kept), names)


def same_meaning(before: Meaning, now: Meaning, text: str) -> bool:
    """Whether two pieces run alike, the latter of which stands in `text`."""
    if before.lines != now.lines:
        return False
    names = {*before.names, *now.names}
    if names and "import *" in text:
        return False
    return all(len(re.findall(rf"\b{re.escape(name)}\b", text)) <= now.names.count(name) for name in names)


def moved_line(before: Meaning, now: Meaning, line: int) -> int:
    """The number that line `line` of a piece has in another one of the same meaning."""
    index = bisect_right(before.numbers, line) - 1
    return line if index < 0 else line + now.numbers[index] - before.numbers[index]


def _is_blank(line: str) -> bool:
    text = line.lstrip()
    return not text or text[0] == "#"


def _continued(piece: Piece) -> set[int]:
    """The lines that a string or a backslash runs on to: blanks and # are part of them."""
    found: set[int] = set()
    if '"""' in piece.text or "'''" in piece.text:
        for top in piece.body:
            for node in ast.walk(top):
                if isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno != node.lineno:
                    found.update(range(node.lineno, node.end_lineno or node.lineno))
    if "\\\n" in piece.text:
        found.update(n + 1 for n, line in enumerate(piece.text.split("\n")) if line.endswith("\\"))
    return found


def _void_statements(piece: Piece) -> list[ast.stmt]:
    """The statements that do nothing and share no line with another one."""
    void: list[ast.stmt] = []
    shared: set[int] = set()
    for body, unread in _bodies(piece.body, None):
        for node in body:
            if _is_void(node, unread):
                void.append(node)
            else:
                shared.update((_span(node).start, _span(node).stop - 1))
        shared.update(one.end_lineno - 1 for one, two in pairwise(body) if one.end_lineno == two.lineno)
    return [node for node in void if shared.isdisjoint(_span(node))]


def _span(node: ast.stmt) -> range:
    return range(node.lineno - 1, node.end_lineno or node.lineno)


def _bodies(
    body: Sequence[ast.AST], unread: frozenset[str] | None
) -> Iterator[tuple[Sequence[ast.stmt], frozenset[str] | None]]:
    """`body` and every list of statements under it, with the names of its function that nothing reads; None outside."""
    if body and isinstance(body[0], ast.stmt):
        yield body, unread  # type: ignore[misc]
    for node in body:
        inside = unread
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = _unread(node)
        elif isinstance(node, ast.ClassDef):
            inside = None
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                yield from _bodies(inner, inside)


def _unread(function: ast.AST) -> frozenset[str] | None:
    """The names that are assigned in a function and nowhere read in it; None where names may be read by other means."""
    stored: set[str] = set()
    read: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            (stored if isinstance(node.ctx, ast.Store) else read).add(node.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            read.add(node.target.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            read.update(node.names)
    return None if read & {"locals", "vars", "eval", "exec", "dir"} else frozenset(stored - read)


def _is_void(node: ast.stmt, unread: frozenset[str] | None) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or (unread is not None and isinstance(node.value, ast.Name))
    if isinstance(node, ast.Assign) and unread and len(node.targets) == 1:
        target = node.targets[0]
        return isinstance(target, ast.Name) and target.id in unread and isinstance(node.value, ast.Constant | ast.Name)
    return isinstance(node, ast.Pass)
