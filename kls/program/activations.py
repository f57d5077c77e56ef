"""Calls as units: a call that reads the same as in the last run is replayed, though what stands around it has changed.

An edit in a function runs all that calls it again, but mostly not what that calls in turn: in `ResNet(...)` an edited
line leaves `stack_fn(x)`, and with it nearly all layers, as it was. So every call of a function is run as a unit of its
own (`store.Call`), with an overlay on top of its caller's, and is found again by its function's name and by the how
manyeth call of it this is in the calling activation. What it makes is addressed by the activation, so that what is made
before it does not move its addresses. It is replayed if its function, its arguments and all that it read are the same.

Not while there is more than one path (branches, `try`, loops of unknown length): then a call is part of what is around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kls.program.store import Call, CallKey, Overlay
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
    interpreter.steps += before.steps
    interpreter.modules.repeat(before.imports)
    overlay.absorb(before)
    overlay.calls[name, count] = before
    return before.result


def _repeats(interpreter: Interpreter, call: Call, function: Function, arguments: Arguments, site: Site) -> bool:
    """Whether a call would do again what it did."""
    overlay = interpreter.overlay
    return (
        call.result is not UNDEFINED
        and call.depth == len(interpreter.running)
        and indistinguishable(call.function, function)
        and indistinguishable(call.arguments, arguments)
        and interpreter.steps + call.steps <= interpreter.limit
        and (call.stack is None or call.stack == (*interpreter.stack, site))
        and call.called.isdisjoint(interpreter.running)
        and interpreter.modules.hold(interpreter, call.imports, lambda: _reads_alike(overlay, call))
    )


def _reads_alike(overlay: Overlay, call: Call) -> bool:
    return all(indistinguishable(overlay.peek(key), value) for key, value in call.reads.items())


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
    outer, calling, frame = interpreter.overlay, interpreter.calling, interpreter.frame
    steps, imports = interpreter.steps, interpreter.modules.import_count()
    activation = before.activation if before is not None else outer.activation()
    overlay = interpreter.overlay = outer.inner(activation, {} if before is None else before.calls)
    interpreter.calling = interpreter.frame = None
    result: Value = UNDEFINED
    try:
        result = run()
    finally:
        interpreter.overlay, interpreter.calling, interpreter.frame = outer, calling, frame
        outer.repeatable = outer.repeatable and overlay.repeatable
        recurs = not overlay.called.isdisjoint(interpreter.running)
        call = outer.calls[key] = Call(
            activation,
            function,
            arguments,
            len(interpreter.running),
            (*interpreter.stack, site) if overlay.events else None,
            result if overlay.repeatable and not recurs else UNDEFINED,
            overlay.outer_reads(),
            overlay.writes,
            tuple(overlay.events),
            frozenset(overlay.called),
            frozenset(overlay.uncalled),
            interpreter.steps - steps,
            interpreter.modules.imports_since(imports),
            overlay.calls,
        )
        outer.absorb(call)
    return result
