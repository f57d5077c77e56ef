"""How a program comes to a line inside a function or class: who calls it, or how it can be called without arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from kls.confirm.examples import examples
from kls.confirm.guess import Guess, Step, guess, written
from kls.confirm.statements import DEFINITIONS, Statement, dotted, registry
from kls.confirm.uses import seen

RUN = re.compile(r"^\s*#\s*kls:\s*run\s+(?P<call>\S.*?)\s*$")
MOST_CALLERS = 60
MOST_GUESSED = 2
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Way:
    """How to come to a line.

    `statements`: of the program. `calls`: what the author says is to be called. `tries`: calls to try one after another where
    the program itself does not come to the line. `lacks`: what the author could say, in words, and `run`: how.
    """

    statements: frozenset[int]
    calls: tuple[str, ...] = ()
    tries: tuple[Guess, ...] = ()
    lacks: str | None = None
    run: Run | None = None


@dataclass(frozen=True)
class Run:
    """A `# kls: run` comment that is wanted: the 1-based line to put it above, and its call.

    In the place of arguments that cannot be guessed in plain words there is `...`.
    """

    line: int
    call: str


def way_to(statements: Sequence[Statement], source: Sequence[str], index: int, line: int, guessing: bool = True) -> Way:
    """How to come to a line (1-based) of the statement at `index`; with tries only if `guessing`, for they take long."""
    node = statements[index].node
    if not isinstance(node, DEFINITIONS):
        return Way(frozenset({index}))
    told = told_to_run(source, node, line)
    if told:
        return Way(frozenset({index}), tuple(told))
    methods = leading_methods(node, line)
    callers = {
        i for name in {node.name, *registry(statements, index)} for i in calling_statements(statements, name, methods)
    }
    steps = looked_into(steps_to(node, line, statements), (line,), statements)
    needs = next((step for step in steps if step.wanted), None)
    ways, plain, used = [steps], [] if needs else [written(steps)], {index, *callers}
    documented, wanted = [node, *holders(node, line)], {node.name}
    for caller, name in calling_definitions(statements, index):
        reached = statements[caller].node
        assert isinstance(reached, DEFINITIONS)
        use = use_of(reached, name, line)
        way = steps_to(reached, use, statements)
        if len(ways) < MOST_GUESSED and guessing:
            ways.append(looked_into(way, (use, line), statements))
        documented.append(reached)
        wanted.add(reached.name)
        if not any(step.wanted for step in way):
            plain.append(written(way))
            used.add(caller)
            break
    if plain and not callers and needs is None and not any(step.choices for step in steps):
        return Way(frozenset(used), (plain[0],))
    tries = list[Guess]()
    if guessing:
        told_by = examples([*documented, statements[0].node], wanted, statements)
        tries = [Guess((call,)) for call in [*plain[:1], *told_by]]
        tries += [made for way in ways if (made := guess(way)).values]
    if plain or callers:
        return Way(frozenset(used), (), tuple(tries))
    start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return Way(frozenset(used), (), tuple(tries), wants(steps), Run(start, written(steps)))


def holders(node: Definition, line: int) -> list[Definition]:
    """The definitions within one that hold a line."""
    inner = [n for n in ast.walk(node) if isinstance(n, DEFINITIONS) and n is not node]
    return [n for n in inner if n.lineno <= line <= (n.end_lineno or n.lineno)]


def told_to_run(source: Sequence[str], node: Definition, line: int) -> list[str]:
    """The calls of `# kls: run` comments above a definition, or above the method that holds a line."""
    found = []
    for definition in [node, *holders(node, line)]:
        first = min([definition.lineno, *(d.lineno for d in definition.decorator_list)])
        # Below its decorators, or above them.
        for comment in [
            c for start in dict.fromkeys((definition.lineno, first)) for c in comments_above(source, start)
        ]:
            match = RUN.match(comment)
            if match and parses(match["call"]):
                found.append(match["call"])
    return found[::-1]


def comments_above(source: Sequence[str], line: int) -> Iterator[str]:
    """The lines of nothing but a comment that stand right above a line (1-based), the nearest first."""
    above = line - 2
    while above >= 0 and source[above].lstrip().startswith("#"):
        yield source[above]
        above -= 1


def parses(expression: str) -> bool:
    """Whether a text is one expression."""
    try:
        ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def leading_methods(node: Definition, line: int) -> set[str]:
    """The names of the methods of a class that come to a line in it."""
    methods = methods_of(node) if isinstance(node, ast.ClassDef) else {}
    holder = next((m for m in methods.values() if m.lineno <= line <= (m.end_lineno or m.lineno)), None)
    return set() if holder is None else {holder.name, *(m.name for m in callers_within(methods, holder.name))}


def calling_statements(statements: Sequence[Statement], name: str, methods: Collection[str] = ()) -> set[int]:
    """Module-level statements from which a function or class is reached, through other functions too.

    Of its instances also those that call one of `methods`.
    """
    names = {name}
    while True:
        more = {s.node.name for s in statements if isinstance(s.node, DEFINITIONS) and s.loads & names} - names
        if not more:
            break
        names |= more
    direct = {i for i, s in enumerate(statements) if not s.is_definition and not s.is_import and s.loads & names}
    instances = {bound for i in direct for bound in statements[i].binds}
    asked = {f"{instance}.{method}" for instance in instances for method in methods}
    later = {
        i
        for i, s in enumerate(statements)
        if not s.is_definition and s.loads & instances and (s.changes & instances or asked.intersection(s.calls))
    }
    return direct | {i for i in later if not statements[i].only_uses}


def calling_definitions(statements: Sequence[Statement], index: int) -> Iterator[tuple[int, str]]:
    """Indices of the functions and classes that lead to the one at `index`, the nearest first, and what each uses."""
    seen, todo = {index}, [index]
    while todo and len(seen) < MOST_CALLERS:
        node = statements[todo.pop(0)].node
        assert isinstance(node, DEFINITIONS)
        for i, statement in enumerate(statements):
            if i not in seen and isinstance(statement.node, DEFINITIONS) and node.name in statement.loads:
                seen.add(i)
                todo.append(i)
                yield i, node.name


def use_of(node: Definition, name: str, line: int) -> int:
    """The line in a definition that names what is to be reached; for a subclass of it, `line`, which it inherits."""
    if isinstance(node, ast.ClassDef) and any(dotted(base) == name for base in node.bases):
        return line
    inside = [n for part in node.body for n in ast.walk(part)]
    return next((n.lineno for n in inside if isinstance(n, ast.Name) and n.id == name), node.lineno)


def looked_into(steps: Sequence[Step], lines: tuple[int, ...], statements: Sequence[Statement]) -> list[Step]:
    """The steps with all that their file says of their parameters, and the lines that they are to come to."""
    return [replace(step, lines=lines, body=seen(step.body, statements)) for step in steps]


def steps_to(node: Definition, line: int, statements: Sequence[Statement] = ()) -> list[Step]:
    """The calls that come to a line of a function or class, one on the result of another."""
    if not isinstance(node, ast.ClassDef):
        return [Step(node.name, tuple(required(node)), node, defaults=defaults(node))]
    chain = list(lineage(node, statements))
    methods = {name: method for base in reversed(chain) for name, method in methods_of(base).items()}
    holder = next((m for m in methods.values() if m.lineno <= line <= (m.end_lineno or m.lineno)), None)
    if holder is not None and decorated(holder, "staticmethod", "classmethod"):
        wanted = required(holder)[decorated(holder, "classmethod") :]
        return [Step(f"{node.name}.{holder.name}", tuple(wanted), holder, defaults=defaults(holder))]
    init = methods.get("__init__")
    made = Step(node.name, tuple(init_wants(chain, methods)), node, defaults=defaults(init) if init is not None else ())
    if holder is None or holder.name.startswith("__"):
        return (
            [made]
            if holder is None or holder.name != "__call__"
            else [made, Step("__call__", tuple(required(holder)[1:]), holder)]
        )
    for method in [holder, *callers_within(methods, holder.name)]:
        if method.name == "__init__":
            return [made]
        if (not method.name.startswith("__") or method.name == "__call__") and not required(method)[1:]:
            brackets = not decorated(method, "property", "cached_property")
            return [made, Step(method.name, (), method, brackets, defaults(method))]
    return [made, Step(holder.name, tuple(required(holder)[1:]), holder, defaults=defaults(holder))]


def lineage(node: ast.ClassDef, statements: Sequence[Statement]) -> Iterator[ast.ClassDef]:
    """A class and the bases that the program itself defines, the class first."""
    known = {s.node.name: s.node for s in statements if isinstance(s.node, ast.ClassDef)}
    seen, todo = set[str](), [node]
    while todo:
        found = todo.pop(0)
        if found.name not in seen:
            seen.add(found.name)
            yield found
            todo += [known[name] for base in found.bases if (name := dotted(base) or "") in known]


def methods_of(node: ast.ClassDef) -> dict[str, Function]:
    """The methods that a class defines itself."""
    return {m.name: m for m in node.body if isinstance(m, (ast.FunctionDef, ast.AsyncFunctionDef))}


def init_wants(chain: Sequence[ast.ClassDef], methods: dict[str, Function]) -> list[str]:
    """What the constructor of a class needs, and those of its bases that it hands `**kwargs` on to; fields of a dataclass."""
    wanted = list[str]()
    for init in (m for base in chain if (m := methods_of(base).get("__init__")) is not None):
        wanted += [name for name in required(init)[1:] if name not in wanted]
        if init.args.kwarg is None:
            break
    if "__init__" in methods:
        return wanted
    fields = [part for base in chain if decorated(base, "dataclass") for part in base.body]
    return [
        f.target.id
        for f in fields
        if isinstance(f, ast.AnnAssign) and f.value is None and isinstance(f.target, ast.Name)
    ]


def callers_within(methods: dict[str, Function], name: str) -> list[Function]:
    """The methods of a class that come to one of its methods, the nearest first."""
    found, names = list[Function](), {name}
    while True:
        more = [m for m in methods.values() if m.name not in names and any(f"self.{n}" in called(m) for n in names)]
        if not more:
            return found
        found += more
        names |= {m.name for m in more}


def called(node: ast.AST) -> set[str]:
    """The dotted names of the functions, and of the properties of `self`, that a piece of code uses."""
    calls = {dotted(n.func) or "" for n in ast.walk(node) if isinstance(n, ast.Call)}
    return calls | {dotted(n) or "" for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def decorated(node: Definition, *names: str) -> bool:
    """Whether a definition has one of some decorators."""
    return any((dotted(d) or "").rpartition(".")[2] in names for d in node.decorator_list)


def wants(steps: Sequence[Step]) -> str:
    """What to tell the author of a function that cannot be called without arguments."""
    index = next(i for i, step in enumerate(steps) if step.wanted)
    name = written(
        [*(replace(step, wanted=()) for step in steps[:index]), replace(steps[index], wanted=(), brackets=False)]
    )
    how = f"say how with a comment above it, # kls: run {written(steps)}"
    return f"nothing calls `{name}`, and it needs {', '.join(steps[index].wanted)}: {how}"


def required(node: Function) -> list[str]:
    """Names of the parameters without defaults."""
    positional = [*node.args.posonlyargs, *node.args.args]
    bare = positional[: len(positional) - len(node.args.defaults)]
    pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return [a.arg for a in bare] + [a.arg for a, default in pairs if default is None]


def defaults(node: Function) -> tuple[tuple[str, ast.expr], ...]:
    """Names and defaults of the parameters that have one."""
    positional = [*node.args.posonlyargs, *node.args.args]
    pairs = list(zip(positional[len(positional) - len(node.args.defaults) :], node.args.defaults, strict=True))
    pairs += [(a, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None]
    return tuple((argument.arg, default) for argument, default in pairs)
