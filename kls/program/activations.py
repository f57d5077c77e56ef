"""Calls as units: a call that reads the same as in the last run is replayed, though what stands around it has changed.

An edit in a function runs all that calls it again, but mostly not what that calls in turn: in `ResNet(...)` an edited
line leaves `stack_fn(x)`, and with it nearly all layers, as it was. So every call of a function is run as a unit of its
own (`deeds.Call`), with an overlay on top of its caller's, and is found again by its function's name and by the how
manyeth call of it this is in the calling activation. What it makes is addressed by the activation, so that what is made
before it does not move its addresses. It is replayed if its function, its arguments and all that it read are the same.
Of a function that is edited itself, the statements are units; see `edited.py`.

Not while there is more than one path (branches, `try`, loops of unknown length): then a call is part of what is around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kls.program.deeds import Call, CallKey, Deed
from kls.program.values import UNDEFINED, Function, Site, Value, indistinguishable

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter
    from kls.program.library import Arguments

DEEPEST = 8
"""Calls within calls that are units; those within the last are part of it. Every read looks through all of them."""


def remembered(
    interpreter: Interpreter, function: Function, arguments: Arguments, site: Site, run: Callable[[], Value]
) -> Value:
    """What `run` gives, which carries out a call of a function from `site`, or what it gave in the last run.

    Raises:
        ProgramRaises: it raises on every path.
    """
    overlay = interpreter.overlay
    if overlay.before is None or overlay.depth >= DEEPEST or not overlay.is_plain or not interpreter.is_settled:
        return run()
    name = function.code.qualname
    count = overlay.counts[name] = overlay.counts.get(name, 0) + 1
    before = overlay.before.get((name, count))
    if before is None or not _repeats(interpreter, before, function, arguments, site):
        return _run(interpreter, (name, count), before, function, arguments, site, run)
    replay(interpreter, before.deed)
    overlay.calls[name, count] = before
    return before.result


def replay(interpreter: Interpreter, deed: Deed) -> None:
    """Do again what was done, to the overlay under way."""
    interpreter.steps += deed.steps
    interpreter.modules.repeat(deed.imports)
    interpreter.overlay.absorb(deed)


def would_repeat(interpreter: Interpreter, deed: Deed) -> bool:
    """Whether running it again on the overlay under way would do what was done, seen that it is the same text."""
    overlay = interpreter.overlay
    return (
        interpreter.steps + deed.steps <= interpreter.limit
        and deed.called.isdisjoint(interpreter.running)
        and interpreter.modules.hold(interpreter, deed.imports, lambda: overlay.reads_alike(deed))
    )


def _repeats(interpreter: Interpreter, call: Call, function: Function, arguments: Arguments, site: Site) -> bool:
    return (
        call.result is not UNDEFINED
        and call.depth == len(interpreter.running)
        and indistinguishable(call.function, function)
        and indistinguishable(call.arguments, arguments)
        and (call.stack is None or call.stack == (*interpreter.stack, site))
        and would_repeat(interpreter, call.deed)
    )


def _run(
    interpreter: Interpreter,
    key: CallKey,
    before: Call | None,
    function: Function,
    arguments: Arguments,
    site: Site,
    run: Callable[[], Value],
) -> Value:
    """Run a call on an overlay of its own, at the addresses that it had before."""
    outer = interpreter.overlay
    steps, imports = interpreter.steps, interpreter.modules.import_count()
    if before is None:
        activation = outer.activation()
        overlay = outer.inner(activation, {}, None)
    else:
        activation, statements = before.activation, before.statements
        if statements is None and type(before.function) is Function and before.function.code != function.code:
            statements = {}
        overlay = outer.inner(activation, before.calls, statements)
    interpreter.overlay = overlay
    result: Value = UNDEFINED
    try:
        result = run()
    finally:
        interpreter.overlay = outer
        interpreter.parted.clear()
        overlay.settle()
        outer.repeatable = outer.repeatable and overlay.repeatable
        recurs = not overlay.called.isdisjoint(interpreter.running)
        call = outer.calls[key] = Call(
            overlay.deed(interpreter.steps - steps, interpreter.modules.imports_since(imports)),
            activation,
            function,
            arguments,
            len(interpreter.running),
            (*interpreter.stack, site) if overlay.events else None,
            result if overlay.repeatable and not recurs else UNDEFINED,
            overlay.calls,
            None if overlay.statements_before is None else overlay.statements,
        )
        outer.absorb(call.deed)
    return result
