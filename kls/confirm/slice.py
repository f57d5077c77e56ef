"""From a program and the lines of model constructions to the program that builds just those, on the same lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from kls.confirm.reach import Run, Way, way_to
from kls.confirm.statements import Statement, is_main_guard, may_be_keras, module_statements, parsed, registry

BUILT_BY_INPUT = re.compile(r"Input|input_shape|input_dim|batch_shape|input_tensor")
COME = "__kls_come__"  # the agent's function that goes through tries
CONSTRUCTS = frozenset({"Model", "Sequential", "Functional", "Function", "clone_model"})


@dataclass(frozen=True)
class Slice:
    """A program to run. `needed`: the lines that the sites need, 1-based; others are there only for their side effects.

    `lacking`: what keeps sites from being built, in words, by line. `calls`: how many lines at the end are calls that
    were appended. `runs`: the comments that are wanted, by line.
    """

    text: str
    needed: frozenset[int]
    lacking: tuple[tuple[int, str], ...] = ()
    calls: int = 0
    runs: tuple[tuple[int, Run], ...] = ()

    @property
    def lacks(self) -> str | None:
        """What keeps the first of the sites that lack something from being built."""
        return self.lacking[0][1] if self.lacking else None

    def lacks_at(self, span: range) -> str | None:
        """What keeps a site in a statement from being built; None when nothing is known to."""
        return next((words for line, words in self.lacking if line in span), None)

    def run_at(self, span: range) -> Run | None:
        """The comment that would say how to come to a site in a statement."""
        return next((run for line, run in self.runs if line in span), None)


def slice_program(text: str, lines: Sequence[int] | None, guess: bool = True, also: Sequence[int] = ()) -> Slice:
    """The statements that the constructions at `lines` (1-based; None: all of them) need; the rest is blank.

    `also`: further lines whose statements are run, where the program comes to them by itself.
    `guess`: whether functions that the program does not come to are called, with arguments that are made up if need be.
    A text that does not parse is given back whole: Keras's own interpreter says what is wrong with it.
    """
    tree = parsed(text)
    if tree is None:
        return Slice(text, frozenset(range(1, text.count("\n") + 2)))
    statements = list(module_statements(tree))
    source = text.split("\n")
    sites = [*lines, *also] if lines is not None else construction_lines(tree)
    asked = set(lines if lines is not None else construction_lines(tree, plain=True)) if guess else set[int]()
    ways = find_ways(statements, source, sites, asked)
    targets = {index for way in ways.values() for index in way.statements}
    calls = appended(ways)
    lacking = tuple((line, way.lacks) for line, way in ways.items() if way.lacks is not None)
    if not targets and not calls:
        return Slice("", frozenset(), lacking)
    # What is called by an appended line alone is called after all of the program.
    uncalled = any(all(statements[i].is_definition for i in way.statements) for way in ways.values())
    after_call = len(statements) - 1 if calls and uncalled else -1
    last = max([after_call, *targets])
    # What is called at the end may call what is defined after all that is run.
    within = [i for i, s in enumerate(statements) if i <= last or (calls and s.is_definition)]
    strong = closure(statements, targets, within)
    kept = closure(statements, strong | without_data(statements, touching_keras(statements, last), strong), within)
    sliced = keep(source, tree, [statements[i] for i in sorted(kept)])
    needed = frozenset(line for i in strong for line in range(statements[i].start, statements[i].end + 1))
    runs = tuple((line, way.run) for line, way in ways.items() if way.run is not None)
    return Slice("\n".join([*sliced, *calls]), needed, lacking, len(calls), runs)


def construction_lines(tree: ast.Module, plain: bool = False) -> list[int]:
    """Lines of the calls that may make a model.

    Of any class (its name starts with a capital), or `plain` ones of Keras's own.
    """
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in CONSTRUCTS or (not plain and called[:1].isupper()):
                found.add(node.lineno)
    return sorted(found)


def find_ways(
    statements: list[Statement], source: list[str], sites: Sequence[int], asked: Container[int]
) -> dict[int, Way]:
    """How to come to each of the sites that are in the program, by line; with tries for those that are `asked` about."""
    holders = {line: next((i for i, s in enumerate(statements) if s.start <= line <= s.end), None) for line in sites}
    known = {line: index for line, index in holders.items() if index is not None}
    return {line: way_to(statements, source, index, line, line in asked) for line, index in known.items()}


def appended(ways: dict[int, Way]) -> list[str]:
    """The lines to append, so that the sites are come to.

    What the author says is called as it stands; the agent goes through the tries, if the program has not come to a site.
    """
    lines = list[str]()
    for line, way in ways.items():
        lines += way.calls
        if way.tries:
            lines.append(f"{COME}({line}, {', '.join(each.wire() for each in way.tries)})")
    return list(dict.fromkeys(lines))


def touching_keras(statements: list[Statement], last: int) -> set[int]:
    """The statements up to `last` that may make layers, call them, or change how they are made.

    They are kept before a site even if it does not use their names: they count up automatic names and add nodes.
    """
    names: set[str] = {name for s in statements if s.is_import and may_be_keras(s) for name in s.binds}
    while True:
        more = {name for s in statements if not s.is_import and s.loads & names for name in s.binds} - names
        if not more:
            break
        names |= more
    ordinary = [i for i in range(last + 1) if not (statements[i].is_import or statements[i].is_definition)]
    return {
        i for i in ordinary if not statements[i].only_uses and (statements[i].loads | statements[i].changes) & names
    }


def without_data(statements: list[Statement], weak: set[int], strong: set[int]) -> set[int]:
    """Of the statements that are kept only for their side effects, those that need no files or data sets."""
    data: set[str] = set()
    kept = set()
    for i, statement in enumerate(statements):
        from_data = statement.reads_data or bool(statement.loads & data)
        if from_data and i not in strong:
            data |= statement.binds
        elif i in weak:
            kept.add(i)
    return kept


def closure(statements: list[Statement], start: set[int], within: Sequence[int]) -> set[int]:
    """The statements `within` some that those of `start` need: what binds or changes a name that they load."""
    kept, names = set(start), set[str]()
    todo = list(start)
    modules = {name for s in statements if s.is_import for name in s.binds}
    registers = {i: registry(statements, i) for i in within if statements[i].is_definition}
    while todo:
        new = (statements[todo.pop()].loads | {""}) - names
        names |= new
        for i in within:
            statement = statements[i]
            changed = (statement.changes & names) - modules
            wanted = (
                statement.binds & names
                or (changed and not statement.only_uses)
                or trains_unbuilt(statements, i, names)
                or registers.get(i, frozenset()) & names
            )
            if i not in kept and (wanted or is_always_kept(statement)):
                kept.add(i)
                todo.append(i)
    return kept


def is_always_kept(statement: Statement) -> bool:
    """`from __future__` and star imports."""
    node = statement.node
    return isinstance(node, ast.ImportFrom) and (node.module == "__future__" or any(a.name == "*" for a in node.names))


def trains_unbuilt(statements: list[Statement], index: int, names: set[str]) -> bool:
    """Whether a statement trains a needed model that is only built by training: a Sequential without an input shape."""
    receiver = statements[index].trains()
    if receiver is None or receiver not in names or statements[index].is_definition:
        return False
    makers = [s for s in statements[:index] if receiver in s.binds]
    called = {name for s in makers for name in s.calls}
    while more := [s for s in statements if s.is_definition and s not in makers and s.binds & called]:
        makers += more
        called |= {name for s in more for name in s.calls}
    stacks = any(name.endswith("Sequential") for name in called)
    return stacks and not any(BUILT_BY_INPUT.search(ast.dump(s.node)) for s in makers)


def keep(source: list[str], tree: ast.Module, kept: Iterable[Statement]) -> list[str]:
    """The source with only the lines of the statements kept; line numbers stay."""
    lines: set[int] = set()
    for statement in kept:
        lines |= set(range(statement.start, statement.end + 1))
    for node in tree.body:
        if is_main_guard(node) and lines & set(range(node.lineno, (node.end_lineno or node.lineno) + 1)):
            assert isinstance(node, ast.If)
            lines |= set(range(node.lineno, node.body[0].lineno))
    return [line if number in lines else "" for number, line in enumerate(source, 1)]
