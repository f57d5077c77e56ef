"""Plan a confirm: what to run for the models that are asked about, and where each of them stands in it."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from kls.confirm.neighbours import Caller, find_caller
from kls.confirm.session import Session, Variant
from kls.confirm.slice import Slice, construction_lines, slice_program
from kls.confirm.statements import DEFINITIONS, module_statements, parsed


@dataclass(frozen=True)
class Plan:
    """A program to run for some sites, and where each of them is in it.

    `caller`: the file that it is of, where another file than the sites' own comes to them. `lost`: the lines of the
    sites' file that do not parse.
    """

    slice: Slice
    spans: tuple[range, ...]
    text: str
    caller: Caller | None = None
    lost: tuple[int, ...] = ()

    def variant(self, path: str, values: set[int]) -> Variant:
        """What the agent is to run."""
        lines = tuple(sorted(values))
        marks = tuple(span.start for span in self.spans)
        if self.caller is None:
            return Variant(self.slice.text, path, lines, calls=self.slice.calls, marks=marks)
        run = self.caller.slice
        return Variant(run.text, self.caller.path, lines, path, ((path, self.text),), run.calls, marks)


def plan(
    original: str, lines: Sequence[int] | None, text: str, lost: tuple[int, ...] = (), also: Sequence[int] = ()
) -> Plan:
    """What to run of `text` for the constructions at `lines` of `original`, which it is a changed copy of.

    `also`: further lines of `original` that are to be run. Both are `mended`, `text` of its lines `lost`.
    """
    if lines is None:
        return Plan(slice_program(text, None), (), text, lost=lost)
    moved, beyond = ([moved_line(original, text, line) for line in each] for each in (lines, also))
    spans = tuple(statement_span(text, line) for line in moved)
    return Plan(slice_program(text, moved, also=beyond), spans, text, lost=lost)


def caller_of(path: str, planned: Plan, lines: Sequence[int], session: Session) -> Caller | None:
    """Another file of the project that comes to the sites, where one file alone cannot and one caller serves for all."""
    project = session.facts.project
    if project is None or len(lines) != 1 or not planned.slice.lacking:
        return None
    return find_caller(path, planned.text, lines[0], str(project))


def moved_line(original: str, text: str, line: int) -> int:
    """Where a line of `original` is in `text`, by the lines that both have; 1-based."""
    if text == original:
        return line
    matcher = difflib.SequenceMatcher(None, original.split("\n"), text.split("\n"), autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        if a <= line - 1 < b:
            return min(c + (line - 1 - a), max(c, d - 1)) + 1
    return line


def is_run_whole(original: str, planned: Plan) -> bool:
    """Whether a plan runs every line that its text has and `original` has not: only then a run says anything of them."""
    if planned.caller is not None:
        return True
    lines, run = planned.text.split("\n"), planned.slice.text.split("\n")
    matcher = difflib.SequenceMatcher(None, original.split("\n"), lines, autojunk=False)
    changed = [row for tag, _, _, c, d in matcher.get_opcodes() if tag != "equal" for row in range(c, d)]
    written = [row for row in changed if lines[row].strip() and not lines[row].lstrip().startswith("#")]
    return all(row < len(run) and run[row] == lines[row] for row in written)


def statement_span(text: str, line: int) -> range:
    """The lines of the innermost simple statement that holds a line, or of a compound statement's head; 1-based."""
    best = range(line, line + 1)
    tree = parsed(text)
    if tree is None:
        return best
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if isinstance(body, list) and body else (node.end_lineno or node.lineno)
            if line <= max(end, node.lineno):
                best = range(node.lineno, max(end, node.lineno) + 1)
    return best


def plain_constructions(text: str) -> list[int]:
    """Lines that call Model, Sequential or Functional; none of a text that does not parse."""
    tree = parsed(text)
    return [] if tree is None else construction_lines(tree, plain=True)


def enclosing_span(text: str, line: int) -> range:
    """The lines of the innermost function or class that holds a line; of the whole text where none does."""
    best = range(1, text.count("\n") + 2)
    tree = parsed(text)
    if tree is None:
        return best
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS) and node.lineno <= line <= (node.end_lineno or node.lineno):
            best = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return best


def binding_spans(text: str, name: str) -> list[range]:
    """The lines of the statements that bind a name at the top of a text, or in the body of a main guard."""
    tree = parsed(text)
    if tree is None:
        return []
    return [range(s.start, s.end + 1) for s in module_statements(tree) if name in s.binds]


def assigned_name(text: str, line: int) -> str | None:
    """The variable that the statement at a line binds, if it is a plain one."""
    tree = parsed(text)
    if tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and node.lineno <= line <= (node.end_lineno or node.lineno):
            target = node.targets[0]
            return target.id if isinstance(target, ast.Name) else None
    return None
