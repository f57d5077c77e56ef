"""Which handler runs which kind of syntax node: one dict lookup a node."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from kls.program.frame import Frame
    from kls.program.interpreter import Interpreter

Expression: TypeAlias = "Callable[[Interpreter, Any, Frame], object]"
Statement: TypeAlias = "Callable[[Interpreter, Any, Frame], str | None]"

EXPRESSIONS: dict[type[ast.AST], Expression] = {}
STATEMENTS: dict[type[ast.AST], Statement] = {}


def expression(*kinds: type[ast.AST]) -> Callable[[Expression], Expression]:
    """Register the handler that gives the value of these expressions."""

    def register(handler: Expression) -> Expression:
        EXPRESSIONS.update(dict.fromkeys(kinds, handler))
        return handler

    return register


def statement(*kinds: type[ast.AST]) -> Callable[[Statement], Statement]:
    """Register the handler that runs these statements."""

    def register(handler: Statement) -> Statement:
        STATEMENTS.update(dict.fromkeys(kinds, handler))
        return handler

    return register
