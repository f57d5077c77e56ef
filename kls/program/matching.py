"""The `match` statement, for subjects that are known; on others every case may be the one."""

from __future__ import annotations

import ast
from collections.abc import Callable

from kls.program.assignment import assign
from kls.program.containers import content_of
from kls.program.dispatch import statement
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter
from kls.program.operators import is_constant, truth
from kls.program.values import UNKNOWN, Value


@statement(ast.Match)
def match_statement(interpreter: Interpreter, node: ast.Match, frame: Frame) -> str | None:
    subject = interpreter.evaluate(node.subject, frame)
    possible: list[Callable[[], str | None]] = []
    for case in node.cases:
        verdict = _matches(interpreter, case.pattern, subject, frame)
        if verdict is not False and case.guard is not None:
            guard = truth(interpreter, interpreter.evaluate(case.guard, frame))
            verdict = None if guard is None else guard and verdict
        if verdict is True and not possible:
            return interpreter.execute(case.body, frame)
        if verdict is not False:
            possible.append(_body(interpreter, case.body, frame))
        if verdict is True:
            return interpreter.branches(frame, possible)
    return interpreter.branches(frame, [*possible, lambda: None]) if possible else None


def _body(interpreter: Interpreter, body: list[ast.stmt], frame: Frame) -> Callable[[], str | None]:
    return lambda: interpreter.execute(body, frame)


def _matches(interpreter: Interpreter, pattern: ast.pattern, subject: Value, frame: Frame) -> bool | None:
    """Whether the pattern matches; names that it captures are bound on the way."""
    if isinstance(pattern, ast.MatchValue):
        value = interpreter.evaluate(pattern.value, frame)
        return value == subject if is_constant(value) and is_constant(subject) else None
    if isinstance(pattern, ast.MatchSingleton):
        return pattern.value is subject if is_constant(subject) else None
    if isinstance(pattern, ast.MatchOr):
        verdicts = [_matches(interpreter, inner, subject, frame) for inner in pattern.patterns]
        return True if True in verdicts else None if None in verdicts else False
    if isinstance(pattern, ast.MatchAs):
        inner = True if pattern.pattern is None else _matches(interpreter, pattern.pattern, subject, frame)
        if pattern.name is not None:
            frame.bind(pattern.name, subject, interpreter.overlay)
        return inner
    if isinstance(pattern, ast.MatchSequence):
        return _matches_sequence(interpreter, pattern, subject, frame)
    for inner_node in ast.walk(pattern):
        if isinstance(inner_node, ast.MatchAs | ast.MatchStar) and inner_node.name:
            frame.bind(inner_node.name, UNKNOWN, interpreter.overlay)
    return None


def _matches_sequence(
    interpreter: Interpreter, pattern: ast.MatchSequence, subject: Value, frame: Frame
) -> bool | None:
    items = content_of(interpreter, subject)
    star = next((i for i, p in enumerate(pattern.patterns) if isinstance(p, ast.MatchStar)), None)
    if not isinstance(items, tuple):
        for inner in pattern.patterns:
            _matches(interpreter, inner, UNKNOWN, frame)
        return False if is_constant(subject) else None
    count = len(pattern.patterns)
    if len(items) != count if star is None else len(items) < count - 1:
        return False
    if star is not None:
        after = count - star - 1
        middle = interpreter.overlay.new("list", items[star : len(items) - after])
        name = pattern.patterns[star].name  # type: ignore[attr-defined]
        if name:
            assign(interpreter, ast.Name(name, ast.Store()), middle, frame)
        items = items[:star] + items[len(items) - after :]
    patterns = [p for i, p in enumerate(pattern.patterns) if i != star]
    verdicts = [_matches(interpreter, inner, item, frame) for inner, item in zip(patterns, items)]
    return False if False in verdicts else None if None in verdicts else True
