"""What Python asks of a library's value: whether it is true, what its items are. The library may know that it has no answer."""

from __future__ import annotations

import ast

from kls.program.comparisons import truth
from kls.program.frame import Frame
from kls.program.interpreter import Interpreter, site_of
from kls.program.values import Value


def condition(interpreter: Interpreter, node: ast.expr, frame: Frame) -> bool | None:
    """Whether an expression is true where the program branches on it; None where that is not known.

    Raises:
        ProgramRaises: asking raises, and a `try` around it expects that.
    """
    value = interpreter.evaluate(node, frame)
    ask(interpreter, value, "truth", node, frame)
    return truth(interpreter, value)


def ask(interpreter: Interpreter, value: Value, what: str, node: ast.expr, frame: Frame) -> None:
    """The program needs "truth" or "items" of `value`, which `node` gives.

    Raises:
        ProgramRaises: asking raises, and a `try` around it expects that.
    """
    if type(value) in interpreter.library.tracked:
        interpreter.frame = frame
        name = node.id if isinstance(node, ast.Name) else None
        interpreter.library.asked(interpreter, value, what, site_of(node, frame), name)
