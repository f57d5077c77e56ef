"""The `match` statement, for subjects that are known; on others every case may be the one."""

from __future__ import annotations

import ast
from collections.abc import Callable

from kls.program import reflection
from kls.program.attributes import find_in_mro, get_attribute
from kls.program.comparisons import equal, is_constant, is_key, truth
from kls.program.containers import DICTS, LARGE, content_of
from kls.program.dispatch import statement
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter, ProgramRaises, site_of
from kls.program.library import Arguments
from kls.program.protocols import is_plain
from kls.program.records import as_tuple, fields_of
from kls.program.values import UNDEFINED, UNKNOWN, Class, Container, Either, External, Instance, Opaque, Value, same

SELF_MATCHING = frozenset("bool bytearray bytes dict float frozenset int list set str tuple".split())
"""Built-in classes whose one positional pattern is for the subject itself (Python reference, 8.6.4.10)."""


@statement(ast.Match)
def match_statement(interpreter: Interpreter, node: ast.Match, frame: Frame) -> str | None:
    subject = interpreter.evaluate(node.subject, frame)
    possible: list[Callable[[], str | None]] = []
    for case in node.cases:
        names: dict[str, Value] = {}
        verdict = _matches(interpreter, case.pattern, subject, frame, names)
        if verdict is False:
            continue
        if verdict is True and not possible:
            _bind(interpreter, names, frame)
        if case.guard is not None:
            if verdict is True and not possible:
                guard = truth(interpreter, interpreter.evaluate(case.guard, frame))
            else:
                guard = _guard(interpreter, case.guard, names, frame)
            if guard is False:
                continue
            verdict = verdict if guard else None
        if verdict is True and not possible:
            return interpreter.execute(case.body, frame)
        possible.append(_body(interpreter, case.body, names, frame))
        if verdict is True:
            return interpreter.branches(frame, possible)
    return interpreter.branches(frame, [*possible, lambda: None]) if possible else None


def _bind(interpreter: Interpreter, names: dict[str, Value], frame: Frame) -> None:
    for name, value in names.items():
        frame.bind(name, value, interpreter.overlay)


def _guard(interpreter: Interpreter, guard: ast.expr, names: dict[str, Value], frame: Frame) -> bool | None:
    """Whether the guard holds with the names bound; asked aside, for the case may not be the one."""
    local = frame.locals
    frame.locals = None if local is None else dict(local)

    def ask() -> Value:
        _bind(interpreter, names, frame)
        return truth(interpreter, interpreter.evaluate(guard, frame))

    try:
        found = interpreter.aside(ask)
    finally:
        frame.locals = local
    return found if isinstance(found, bool) else None


def _body(
    interpreter: Interpreter, body: list[ast.stmt], names: dict[str, Value], frame: Frame
) -> Callable[[], str | None]:
    def run() -> str | None:
        _bind(interpreter, names, frame)
        return interpreter.execute(body, frame)

    return run


def _matches(
    interpreter: Interpreter, pattern: ast.pattern, subject: Value, frame: Frame, names: dict[str, Value]
) -> bool | None:
    """Whether the pattern matches; what it captures is put into `names`."""
    if isinstance(pattern, ast.MatchAs):
        inner = True if pattern.pattern is None else _matches(interpreter, pattern.pattern, subject, frame, names)
        if pattern.name is not None:
            names[pattern.name] = subject
        return inner
    if isinstance(pattern, ast.MatchOr):
        return _matches_one(interpreter, pattern, subject, frame, names)
    if subject is UNKNOWN or isinstance(subject, Either | Opaque):
        for inner_node in ast.walk(pattern):
            if isinstance(inner_node, ast.MatchAs | ast.MatchStar) and inner_node.name:
                names[inner_node.name] = UNKNOWN
            elif isinstance(inner_node, ast.MatchMapping) and inner_node.rest:
                names[inner_node.rest] = UNKNOWN
        return None
    if isinstance(pattern, ast.MatchValue):
        return equal(interpreter, subject, interpreter.evaluate(pattern.value, frame))
    if isinstance(pattern, ast.MatchSingleton):
        return same(pattern.value, subject)
    if isinstance(pattern, ast.MatchSequence):
        return _matches_sequence(interpreter, pattern, subject, frame, names)
    if isinstance(pattern, ast.MatchMapping):
        return _matches_mapping(interpreter, pattern, subject, frame, names)
    if isinstance(pattern, ast.MatchClass):
        return _matches_class(interpreter, pattern, subject, frame, names)
    return None


def _all(verdicts: list[bool | None]) -> bool | None:
    return False if False in verdicts else None if None in verdicts else True


def _matches_one(
    interpreter: Interpreter, pattern: ast.MatchOr, subject: Value, frame: Frame, names: dict[str, Value]
) -> bool | None:
    verdict: bool | None = False
    for inner in pattern.patterns:
        own: dict[str, Value] = {}
        found = _matches(interpreter, inner, subject, frame, own)
        if found is not False:
            names.update(own if verdict is False else dict.fromkeys(own, UNKNOWN))
            verdict = found if verdict is False else None
        if found is True:
            return verdict
    return verdict


def _matches_sequence(
    interpreter: Interpreter, pattern: ast.MatchSequence, subject: Value, frame: Frame, names: dict[str, Value]
) -> bool | None:
    items = as_tuple(interpreter, subject) if isinstance(subject, Instance) else content_of(interpreter, subject)
    if isinstance(subject, Container) and subject.kind not in ("list", "deque"):
        return False
    if type(subject) is range:
        items = tuple(subject) if len(subject) <= LARGE else UNKNOWN
    star = next((i for i, p in enumerate(pattern.patterns) if isinstance(p, ast.MatchStar)), None)
    if not isinstance(items, tuple):
        if is_constant(subject) or is_plain(subject):
            return False
        for inner in pattern.patterns:
            _matches(interpreter, inner, UNKNOWN, frame, names)
        return None
    count = len(pattern.patterns)
    if len(items) != count if star is None else len(items) < count - 1:
        return False
    if star is not None:
        after = count - star - 1
        middle = interpreter.overlay.new("list", items[star : len(items) - after])
        name = pattern.patterns[star].name  # type: ignore[attr-defined]
        if name:
            names[name] = middle
        items = items[:star] + items[len(items) - after :]
    patterns = [p for i, p in enumerate(pattern.patterns) if i != star]
    return _all([_matches(interpreter, inner, item, frame, names) for inner, item in zip(patterns, items)])


def _matches_mapping(
    interpreter: Interpreter, pattern: ast.MatchMapping, subject: Value, frame: Frame, names: dict[str, Value]
) -> bool | None:
    if not isinstance(subject, Container) or subject.kind not in DICTS:
        return False if is_constant(subject) or isinstance(subject, Container) or is_plain(subject) else None
    content = content_of(interpreter, subject)
    keys = [interpreter.evaluate(key, frame) for key in pattern.keys]
    known = isinstance(content, dict) and all(is_key(key) for key in (*keys, *content))
    if not known or not isinstance(content, dict):
        for inner in pattern.patterns:
            _matches(interpreter, inner, UNKNOWN, frame, names)
        if pattern.rest:
            names[pattern.rest] = UNKNOWN
        return None
    if not all(key in content for key in keys):
        return False
    if pattern.rest:
        names[pattern.rest] = interpreter.overlay.new("dict", {k: v for k, v in content.items() if k not in keys})
    verdicts = [_matches(interpreter, p, content[key], frame, names) for p, key in zip(pattern.patterns, keys)]
    return _all(verdicts)


def _matches_class(
    interpreter: Interpreter, pattern: ast.MatchClass, subject: Value, frame: Frame, names: dict[str, Value]
) -> bool | None:
    site = site_of(pattern.cls, frame)
    cls = interpreter.evaluate(pattern.cls, frame)
    belongs = reflection.is_instance(interpreter, Arguments((subject, cls)), site)
    if belongs is False:
        return False
    verdicts: list[bool | None] = [True if belongs is True else None]
    attributes: list[tuple[str, ast.pattern]] = list(zip(pattern.kwd_attrs, pattern.kwd_patterns))
    if pattern.patterns:
        own = isinstance(cls, External) and cls.name.removeprefix("builtins.") in SELF_MATCHING
        if own:
            verdicts.append(_matches(interpreter, pattern.patterns[0], subject, frame, names))
        else:
            listed = _positional_names(interpreter, cls)
            attributes = [(name, inner) for name, inner in zip(listed, pattern.patterns)] + attributes
            if len(listed) < len(pattern.patterns):
                verdicts.append(None)
    for name, inner in attributes:
        verdicts.append(_matches(interpreter, inner, _attribute(interpreter, subject, name, verdicts), frame, names))
    return _all(verdicts)


def _attribute(interpreter: Interpreter, subject: Value, name: str, verdicts: list[bool | None]) -> Value:
    """An attribute of the subject; where it surely has none, the pattern does not match."""
    interpreter.guarded += 1
    try:
        return get_attribute(interpreter, subject, name, NOWHERE)
    except ProgramRaises:
        verdicts.append(False)
        return UNKNOWN
    finally:
        interpreter.guarded -= 1


def _positional_names(interpreter: Interpreter, cls: Value) -> list[str]:
    """`__match_args__`: as the class has it, or the fields of a dataclass."""
    if not isinstance(cls, Class):
        return []
    own = find_in_mro(interpreter, cls.mro, "__match_args__")
    if own is not UNDEFINED:
        return [name for name in own if isinstance(name, str)] if type(own) is tuple else []
    return [field.name for field in fields_of(interpreter, cls) or () if field.init and not field.keyword_only]


NOWHERE = reflection.EMPTY_SITE
