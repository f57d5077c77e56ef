"""Exceptions: raising them, and which handler of a `try` catches them."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import json
from collections.abc import Callable, Iterator

from kls.program.calls import call
from kls.program.dispatch import statement
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter, site_of
from kls.program.library import Arguments
from kls.program.paths import End
from kls.program.store import Key, join
from kls.program.values import UNDEFINED, UNKNOWN, Class, Container, Either, External, Instance, Value, head, same

UNEXPECTED = frozenset({"KeyboardInterrupt", "SystemExit", "GeneratorExit", "ImportError", "ModuleNotFoundError"})
"""What unknown code is not taken to raise."""


@statement(ast.Raise)
def raise_statement(interpreter: Interpreter, node: ast.Raise, frame: Frame) -> str | None:
    if node.exc is None:
        interpreter.raised = interpreter.handling[-1] if interpreter.handling else UNKNOWN
        return "raise"
    raised = interpreter.evaluate(node.exc, frame)
    if isinstance(raised, Class):
        raised = call(interpreter, raised, Arguments(), site_of(node, frame))
    interpreter.raised = raised if isinstance(raised, Instance | External) else UNKNOWN
    return "raise"


def catches(caught: Value, raised: Value) -> bool | None:
    """Whether `except caught` is for `raised`, an exception or its class; None where that is not known."""
    if type(caught) is tuple:
        verdicts = [catches(one, raised) for one in caught]
        return True if True in verdicts else None if None in verdicts else False
    if (
        isinstance(caught, External)
        and caught.name in ("builtins.BaseException", "builtins.Exception")
        and raised is UNKNOWN
    ):
        return True
    cls = raised.cls if isinstance(raised, Instance) else raised
    if not isinstance(caught, Class | External) or not isinstance(cls, Class | External):
        return None
    ancestors = cls.mro if isinstance(cls, Class) else (cls,)
    if isinstance(caught, Class):
        known = all(isinstance(one, Class) or _built_in(one) is not None for one in ancestors)
        return head(caught) in ancestors or (False if known else None)
    wanted = _built_in(caught)
    if wanted is None:
        return True if caught in ancestors else False if all(_built_in(one) for one in ancestors[-1:]) else None
    mine = [_built_in(one) for one in ancestors if isinstance(one, External)]
    if any(one is not None and issubclass(one, wanted) for one in mine):
        return True
    return None if None in mine or not mine else False


STANDARD: dict[str, type[BaseException]] = {
    "dataclasses.FrozenInstanceError": dataclasses.FrozenInstanceError,
    "json.JSONDecodeError": json.JSONDecodeError,
    "json.decoder.JSONDecodeError": json.JSONDecodeError,
}
"""Exceptions of the standard library that are no built-in names."""


def _built_in(value: Value) -> type[BaseException] | None:
    if not isinstance(value, External):
        return None
    found = STANDARD.get(value.name) or getattr(builtins, value.name.removeprefix("builtins."), None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


@statement(ast.Try, *([ast.TryStar] if hasattr(ast, "TryStar") else []))
def try_statement(interpreter: Interpreter, node: ast.Try, frame: Frame) -> str | None:
    mark = len(interpreter.parted)
    signal = _guarded(interpreter, node, frame) if node.handlers else _unguarded(interpreter, node, frame)
    if not node.finalbody:
        return signal
    if len(interpreter.parted) == mark:
        return _finally(interpreter, node, frame, signal)
    if signal == "return" and frame.result is not UNDEFINED:
        frame.pending.append(frame.result)
        frame.result = UNDEFINED
    ends = interpreter.ends(mark, signal, frame)
    return interpreter.resume(frame, ends, lambda end: _finally(interpreter, node, frame, end.signal, end.raised))


def _finally(
    interpreter: Interpreter, node: ast.Try, frame: Frame, signal: str | None, raised: Value = UNDEFINED
) -> str | None:
    result, before = frame.result, interpreter.raised if raised is UNDEFINED else raised
    last = interpreter.execute(node.finalbody, frame)
    if last is not None:
        return last
    frame.result, interpreter.raised = result, before
    return signal


def _unguarded(interpreter: Interpreter, node: ast.Try, frame: Frame) -> str | None:
    return interpreter.attempt(lambda: interpreter.execute(node.body, frame))


def _guarded(interpreter: Interpreter, node: ast.Try, frame: Frame) -> str | None:
    """The body, and the handlers of what it raises, or may have raised."""
    overlay = interpreter.overlay
    names = None if frame.locals is None else dict(frame.locals)
    outer, interpreter.maybe = interpreter.maybe, []
    interpreter.guarded += 1
    mark = len(interpreter.parted)
    overlay.branch()
    finished = False
    try:
        signal = interpreter.attempt(lambda: interpreter.execute(node.body, frame))
        finished = True
    finally:
        interpreter.guarded -= 1
        maybe, interpreter.maybe = interpreter.maybe, outer
        if not finished:
            interpreter.unwind(mark)
    if signal == "return" and len(interpreter.parted) > mark and frame.result is not UNDEFINED:
        frame.pending.append(frame.result)
        frame.result = UNDEFINED
    ends = interpreter.ends(mark, signal, frame)
    whole = overlay.leave()
    ends = [end._replace(writes={**whole, **end.writes}) for end in ends]
    mixed = None if names is None else _mixed(names, frame.locals or {})
    ends = [
        end._replace(frame=frame, names=mixed) if end.frame is not frame and end.signal == "raise" else end
        for end in ends
    ]
    doubts = [one for one in maybe if any(_expects(interpreter, handler, one, frame) for handler in node.handlers)]
    for one in maybe:
        if one not in doubts or not any(_verdict(interpreter, h, one, frame) is True for h in node.handlers):
            interpreter.doubt(one)
    for one in doubts:
        ends.append(_somewhere(interpreter, ends[0], names, mixed, one))
    if len(ends) == 1:
        overlay.merge([ends[0].writes])
    return interpreter.resume(frame, ends, lambda end: _arrive(interpreter, node, frame, end))


def _arrive(interpreter: Interpreter, node: ast.Try, frame: Frame, end: End) -> str | None:
    """One of the ways in which the body ended."""
    if end.signal == "raise":
        return _handle(interpreter, node, frame, end.raised)
    if end.signal is None and node.orelse:
        return interpreter.execute(node.orelse, frame)
    return end.signal


def _somewhere(
    interpreter: Interpreter,
    end: End,
    names_before: dict[str, Value] | None,
    names: dict[str, Value] | None,
    raised: Value,
) -> End:
    """An exception came somewhere in the body: what it wrote may have been written or not."""
    writes: dict[Key, Value] = {}
    lost: list[Value] = []
    for key, after in end.writes.items():
        before = interpreter.overlay.get(key)
        writes[key] = _or_not(before, after)
        if writes[key] is UNKNOWN and isinstance(key, tuple) and key[0] == "g":
            lost += (before, after)
    for name, value in (names or {}).items():
        if value is UNKNOWN:
            lost += (end.names or {}).get(name, UNDEFINED), (names_before or {}).get(name, UNDEFINED)
    for value in lost:
        writes.update(dict.fromkeys(_addresses(value), UNKNOWN))
    return End("raise", writes, end.frame, names, raised)


def _addresses(value: Value) -> Iterator[Key]:
    """Of the containers that a value may be: what is done to a name that is not known any more is done to one of them."""
    for one in value.values if isinstance(value, Either) else (value,):
        if isinstance(one, Container):
            yield one.address


def _mixed(before: dict[str, Value], after: dict[str, Value]) -> dict[str, Value]:
    """Local names at some moment between two."""
    return {name: _or_not(before.get(name, UNDEFINED), value) for name, value in after.items()}


def _or_not(before: Value, after: Value) -> Value:
    if before is UNDEFINED or same(before, after):
        return after
    if hasattr(type(after), "join_cell"):
        return join(before, after)
    return UNKNOWN


def _verdict(interpreter: Interpreter, handler: ast.ExceptHandler, raised: Value, frame: Frame) -> bool | None:
    return True if handler.type is None else catches(interpreter.evaluate(handler.type, frame), raised)


def _expects(interpreter: Interpreter, handler: ast.ExceptHandler, raised: Value, frame: Frame) -> bool:
    """Whether a handler may be for what unknown code may raise."""
    if raised is UNKNOWN and handler.type is not None:
        caught = interpreter.evaluate(handler.type, frame)
        kinds = caught if type(caught) is tuple else (caught,)
        if all(isinstance(k, External) and k.name.removeprefix("builtins.") in UNEXPECTED for k in kinds):
            return False
    return _verdict(interpreter, handler, raised, frame) is not False


def _handle(interpreter: Interpreter, node: ast.Try, frame: Frame, raised: Value) -> str | None:
    """The handlers that may be for `raised`."""
    if isinstance(raised, Either):
        raised = UNKNOWN
    candidates: list[ast.ExceptHandler] = []
    certain = False
    for handler in node.handlers:
        verdict = _verdict(interpreter, handler, raised, frame)
        if verdict is not False:
            candidates.append(handler)
        if verdict:
            certain = True
            break
    if not candidates:
        interpreter.raised = raised
        return "raise"
    if len(candidates) == 1:
        if not certain:
            interpreter.doubt(raised)
        return _run_handler(interpreter, candidates[0], raised, frame)
    return interpreter.branches(frame, list(_runs(interpreter, candidates, raised, frame)))


def _runs(
    interpreter: Interpreter, candidates: list[ast.ExceptHandler], raised: Value, frame: Frame
) -> Iterator[Callable[[], str | None]]:
    for handler in candidates:
        yield lambda handler=handler: _run_handler(interpreter, handler, raised, frame)  # type: ignore[misc]


def _run_handler(interpreter: Interpreter, handler: ast.ExceptHandler, raised: Value, frame: Frame) -> str | None:
    if handler.name:
        frame.bind(handler.name, exception(interpreter, raised), interpreter.overlay)
    interpreter.handling.append(raised)
    try:
        return interpreter.attempt(lambda: interpreter.execute(handler.body, frame))
    finally:
        interpreter.handling.pop()
        if handler.name:
            frame.bind(handler.name, UNKNOWN, interpreter.overlay)


def exception(interpreter: Interpreter, raised: Value) -> Value:
    """The exception object of what was raised, which may be only its class."""
    return Instance(interpreter.overlay.allocate(), raised) if isinstance(raised, External) else raised
