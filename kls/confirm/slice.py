"""From a program and the lines of model constructions to the program that builds just those, on the same lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kls.confirm.statements import DEFINITIONS, Statement, is_main_guard, may_be_keras, module_statements

RUN = re.compile(r"^\s*#\s*kls:\s*run\s+(?P<call>\S.*?)\s*$")
BUILT_BY_INPUT = re.compile(r"Input|input_shape|input_dim|batch_shape|input_tensor")
CONSTRUCTS = frozenset({"Model", "Sequential", "Functional", "Function", "clone_model"})
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Slice:
    """A program to run. `needed`: the lines that the sites need, 1-based; others are there only for their side effects.

    `lacks`: what keeps a site from being built, in words; None when nothing is known to.
    """

    text: str
    needed: frozenset[int]
    lacks: str | None


def slice_program(text: str, lines: Sequence[int] | None) -> Slice:
    """The statements that the constructions at `lines` (1-based; None: all of them) need; the rest is blank.

    A text that does not parse is given back whole: Keras's own interpreter says what is wrong with it.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Slice(text, frozenset(range(1, text.count("\n") + 2)), None)
    statements = list(module_statements(tree))
    source = text.split("\n")
    sites = list(lines) if lines is not None else construction_lines(tree)
    targets, calls, lacks = find_targets(statements, source, sites)
    if not targets and not calls:
        return Slice("", frozenset(), lacks)
    after_call = len(statements) - 1 if calls else -1
    last = max([after_call, *targets])
    strong = closure(statements, targets, last)
    kept = closure(statements, strong | without_data(statements, touching_keras(statements, last), strong), last)
    sliced = keep(source, tree, [statements[i] for i in sorted(kept)])
    needed = frozenset(line for i in strong for line in range(statements[i].start, statements[i].end + 1))
    return Slice("\n".join([*sliced, *calls]), needed, lacks)


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


def find_targets(
    statements: list[Statement], source: list[str], sites: Sequence[int]
) -> tuple[set[int], list[str], str | None]:
    """(indices of the statements that build the sites, calls to append, what is lacking)."""
    targets: set[int] = set()
    calls: list[str] = []
    lacks: str | None = None
    for line in sites:
        index = next((i for i, s in enumerate(statements) if s.start <= line <= s.end), None)
        if index is None:
            continue
        targets.add(index)
        node = statements[index].node
        if not isinstance(node, DEFINITIONS):
            continue
        told = told_to_run(source, node, line)
        if told:
            calls += [call for call in told if call not in calls]
            continue
        callers = calling_statements(statements, node.name)
        targets |= callers
        if not callers:
            call, wants = default_call(node, line)
            if call is not None and call not in calls:
                calls.append(call)
            lacks = lacks or wants
    return targets, calls, lacks


def told_to_run(source: list[str], node: Definition, line: int) -> list[str]:
    """The calls of `# kls: run` comments above a definition, or above the method that holds a line."""
    inner = [n for n in ast.walk(node) if isinstance(n, DEFINITIONS) and n.lineno <= line <= (n.end_lineno or n.lineno)]
    found = []
    for definition in {node, *inner}:
        above = min([definition.lineno, *(d.lineno for d in definition.decorator_list)]) - 2
        while above >= 0 and source[above].lstrip().startswith("#"):
            match = RUN.match(source[above])
            if match and parses(match["call"]):
                found.append(match["call"])
            above -= 1
    return found[::-1]


def parses(expression: str) -> bool:
    """Whether a text is one expression."""
    try:
        ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def calling_statements(statements: list[Statement], name: str) -> set[int]:
    """Module-level statements from which a function or class is reached, through other functions too."""
    names = {name}
    while True:
        more = {s.node.name for s in statements if isinstance(s.node, DEFINITIONS) and s.loads & names} - names
        if not more:
            break
        names |= more
    direct = {i for i, s in enumerate(statements) if not s.is_definition and not s.is_import and s.loads & names}
    instances = {bound for i in direct for bound in statements[i].binds}
    methods = {
        i for i, s in enumerate(statements) if not s.is_definition and s.loads & instances and s.changes & instances
    }
    return direct | {i for i in methods if not statements[i].only_uses}


def default_call(node: Definition, line: int) -> tuple[str | None, str | None]:
    """(a call that needs no arguments, None) or (None, what is wanted)."""
    if isinstance(node, ast.ClassDef):
        methods = {m.name: m for m in node.body if isinstance(m, (ast.FunctionDef, ast.AsyncFunctionDef))}
        init = methods.get("__init__")
        wanted = required(init)[1:] if init else []
        if wanted:
            return None, wants(node.name, wanted)
        holder = next((m for m in methods.values() if m.lineno <= line <= (m.end_lineno or m.lineno)), None)
        if holder is None or holder.name.startswith("__"):
            return f"{node.name}()", None
        wanted = required(holder)[1:]
        return (
            (None, wants(f"{node.name}().{holder.name}", wanted))
            if wanted
            else (f"{node.name}().{holder.name}()", None)
        )
    wanted = required(node)
    return (None, wants(node.name, wanted)) if wanted else (f"{node.name}()", None)


def wants(name: str, arguments: list[str]) -> str:
    """What to tell the author of a function that cannot be called without arguments."""
    how = f"say how with a comment above it, # kls: run {name}(...)"
    return f"nothing calls `{name}`, and it needs {', '.join(arguments)}: {how}"


def required(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Names of the parameters without defaults."""
    positional = [*node.args.posonlyargs, *node.args.args]
    bare = positional[: len(positional) - len(node.args.defaults)]
    pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return [a.arg for a in bare] + [a.arg for a, default in pairs if default is None]


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


def closure(statements: list[Statement], start: set[int], last: int) -> set[int]:
    """The statements, up to `last`, that those of `start` need: what binds or changes a name that they load."""
    kept, names = set(start), set[str]()
    todo = list(start)
    modules = {name for s in statements if s.is_import for name in s.binds}
    while todo:
        new = (statements[todo.pop()].loads | {""}) - names
        names |= new
        for i in range(last + 1):
            statement = statements[i]
            changed = (statement.changes & names) - modules
            wanted = (
                statement.binds & names or (changed and not statement.only_uses) or trains_unbuilt(statements, i, names)
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
    makers = [s for s in statements[:index] if receiver in s.binds and any(c.endswith("Sequential") for c in s.calls)]
    return bool(makers) and not any(BUILT_BY_INPUT.search(ast.dump(s.node)) for s in makers)


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
