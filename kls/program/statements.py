"""What each kind of statement does. The answer says how control leaves it: None where it falls through."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from kls.program import classes
from kls.program.assignment import assign
from kls.program.attributes import find_in_mro, get_attribute
from kls.program.calls import call
from kls.program.containers import delete_item, iterate
from kls.program.dispatch import statement
from kls.program.frame import Frame
from kls.program.functions import make_function
from kls.program.interpreter import Interpreter, site_of
from kls.program.library import Arguments
from kls.program.operators import augmented, truth
from kls.program.scopes import bound_in
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    BoundMethod,
    Class,
    External,
    Instance,
    Module,
    Value,
)

LOOP_LIMIT = 500
"""A `while` that runs longer is taken to run any number of times."""


@statement(ast.Expr)
def expression_statement(interpreter: Interpreter, node: ast.Expr, frame: Frame) -> str | None:
    if not isinstance(node.value, ast.Constant):
        interpreter.evaluate(node.value, frame)
    return None


@statement(ast.Assign)
def assignment(interpreter: Interpreter, node: ast.Assign, frame: Frame) -> str | None:
    value = interpreter.evaluate(node.value, frame)
    for target in node.targets:
        assign(interpreter, target, value, frame)
    return None


@statement(ast.AnnAssign)
def annotated(interpreter: Interpreter, node: ast.AnnAssign, frame: Frame) -> str | None:
    if node.value is not None:
        assign(interpreter, node.target, interpreter.evaluate(node.value, frame), frame)
    return None


@statement(ast.AugAssign)
def augmented_assignment(interpreter: Interpreter, node: ast.AugAssign, frame: Frame) -> str | None:
    left = interpreter.evaluate(node.target, frame)
    right = interpreter.evaluate(node.value, frame)
    value = augmented(interpreter, type(node.op), left, right, site_of(node, frame))
    assign(interpreter, node.target, value, frame)
    return None


@statement(ast.Delete)
def delete(interpreter: Interpreter, node: ast.Delete, frame: Frame) -> str | None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            receiver = interpreter.evaluate(target.value, frame)
            if isinstance(target.value, ast.Attribute):
                interpreter.library.changed(interpreter, receiver, "del", site_of(target, frame))
            delete_item(interpreter, receiver, interpreter.evaluate(target.slice, frame))
        elif isinstance(target, ast.Name):
            frame.bind(target.id, UNKNOWN, interpreter.overlay)
    return None


@statement(ast.Return)
def return_statement(interpreter: Interpreter, node: ast.Return, frame: Frame) -> str | None:
    frame.result = None if node.value is None else interpreter.evaluate(node.value, frame)
    return "return"


@statement(ast.Raise)
def raise_statement(interpreter: Interpreter, node: ast.Raise, frame: Frame) -> str | None:
    return "raise"


@statement(ast.Assert)
def assert_statement(interpreter: Interpreter, node: ast.Assert, frame: Frame) -> str | None:
    return "raise" if truth(interpreter, interpreter.evaluate(node.test, frame)) is False else None


@statement(ast.Break)
def break_statement(interpreter: Interpreter, node: ast.Break, frame: Frame) -> str | None:
    return "break"


@statement(ast.Continue)
def continue_statement(interpreter: Interpreter, node: ast.Continue, frame: Frame) -> str | None:
    return "continue"


@statement(ast.If)
def if_statement(interpreter: Interpreter, node: ast.If, frame: Frame) -> str | None:
    if frame.module == "__main__" and _is_main_guard(node.test):
        return interpreter.execute(node.body, frame)
    known = truth(interpreter, interpreter.evaluate(node.test, frame))
    if known is not None:
        return interpreter.execute(node.body if known else node.orelse, frame)
    return interpreter.branches(frame, [_body(interpreter, node.body, frame), _body(interpreter, node.orelse, frame)])


def _is_main_guard(test: ast.expr) -> bool:
    """`__name__ == "__main__"`: the file is read as the program that is run."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _body(interpreter: Interpreter, body: Sequence[ast.stmt], frame: Frame) -> Callable[[], str | None]:
    return lambda: interpreter.execute(body, frame)


@statement(ast.For, ast.AsyncFor)
def for_statement(interpreter: Interpreter, node: ast.For, frame: Frame) -> str | None:
    items = iterate(interpreter, interpreter.evaluate(node.iter, frame))
    if items is None:
        return _any_number_of_times(interpreter, node, frame)
    for item in items:
        interpreter.step()
        assign(interpreter, node.target, item, frame)
        signal = interpreter.execute(node.body, frame)
        if signal == "break":
            return None
        if signal in ("return", "raise"):
            return signal
    return interpreter.execute(node.orelse, frame)


@statement(ast.While)
def while_statement(interpreter: Interpreter, node: ast.While, frame: Frame) -> str | None:
    for _ in range(LOOP_LIMIT):
        interpreter.step()
        known = truth(interpreter, interpreter.evaluate(node.test, frame))
        if known is False:
            return interpreter.execute(node.orelse, frame)
        if known is None:
            break
        signal = interpreter.execute(node.body, frame)
        if signal == "break":
            return None
        if signal in ("return", "raise"):
            return signal
    return _any_number_of_times(interpreter, node, frame)


def _any_number_of_times(interpreter: Interpreter, node: ast.For | ast.While, frame: Frame) -> str | None:
    """Run the body once, and go on with the join of that and of not running it."""

    def once() -> str | None:
        if isinstance(node, ast.For | ast.AsyncFor):
            assign(interpreter, node.target, UNKNOWN, frame)
        interpreter.widened += 1
        try:
            signal = interpreter.execute(node.body, frame)
        finally:
            interpreter.widened -= 1
        _forget_counters(interpreter, node.body, frame)
        return signal if signal in ("return", "raise") else None

    return interpreter.branches(frame, [once, lambda: None])


def _forget_counters(interpreter: Interpreter, body: Sequence[ast.stmt], frame: Frame) -> None:
    """A number or string that the body changes may have any value after it."""
    for name in bound_in(list(body)):
        if type(frame.lookup(name, interpreter.overlay)) in (int, float, str):
            frame.bind(name, UNKNOWN, interpreter.overlay)


@statement(ast.Try, *([ast.TryStar] if hasattr(ast, "TryStar") else []))
def try_statement(interpreter: Interpreter, node: ast.Try, frame: Frame) -> str | None:
    interpreter.guarded += bool(node.handlers)
    try:
        signal = interpreter.attempt(lambda: interpreter.execute(node.body, frame))
    finally:
        interpreter.guarded -= bool(node.handlers)
    if signal == "raise" and node.handlers:
        handler = node.handlers[0]
        if handler.name:
            frame.bind(handler.name, UNKNOWN, interpreter.overlay)
        signal = interpreter.attempt(lambda: interpreter.execute(handler.body, frame))
    elif signal is None:
        signal = interpreter.execute(node.orelse, frame)
    last = interpreter.execute(node.finalbody, frame)
    return signal if last is None else last


@statement(ast.With, ast.AsyncWith)
def with_statement(interpreter: Interpreter, node: ast.With, frame: Frame) -> str | None:
    for item in node.items:
        manager = interpreter.evaluate(item.context_expr, frame)
        if item.optional_vars is not None:
            assign(interpreter, item.optional_vars, _entered(interpreter, manager, item.context_expr, frame), frame)
    expected = any(_expects_exception(item.context_expr) for item in node.items)
    interpreter.guarded += expected
    try:
        signal = interpreter.attempt(lambda: interpreter.execute(node.body, frame))
    finally:
        interpreter.guarded -= expected
    return None if expected and signal == "raise" else signal


def _expects_exception(node: ast.expr) -> bool:
    """Whether a context manager is there to catch an exception: `pytest.raises`, `assertRaises...`, `suppress`."""
    function = node.func if isinstance(node, ast.Call) else node
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("raises", "suppress") or name.startswith("assertRaises")


def _entered(interpreter: Interpreter, manager: Value, node: ast.expr, frame: Frame) -> Value:
    if isinstance(manager, Instance) and isinstance(manager.cls, Class):
        enter = find_in_mro(interpreter, manager.cls.mro, "__enter__")
        if enter is not UNDEFINED:
            return call(interpreter, BoundMethod(enter, manager), Arguments(), site_of(node, frame))
    return UNKNOWN


@statement(ast.FunctionDef, ast.AsyncFunctionDef)
def function_definition(interpreter: Interpreter, node: ast.FunctionDef, frame: Frame) -> str | None:
    value: Value = make_function(interpreter, node, frame)
    for decorator in reversed(node.decorator_list):
        value = classes.decorated(interpreter, decorator, value, frame)
    frame.bind(node.name, value, interpreter.overlay)
    return None


@statement(ast.ClassDef)
def class_definition(interpreter: Interpreter, node: ast.ClassDef, frame: Frame) -> str | None:
    value: Value = classes.make_class(interpreter, node, frame)
    for decorator in reversed(node.decorator_list):
        value = classes.decorated(interpreter, decorator, value, frame)
    frame.bind(node.name, value, interpreter.overlay)
    return None


@statement(ast.Import)
def import_statement(interpreter: Interpreter, node: ast.Import, frame: Frame) -> str | None:
    for alias in node.names:
        whole = interpreter.modules.load(interpreter, alias.name) or _external(interpreter, alias.name)
        if alias.asname:
            frame.bind(alias.asname, whole, interpreter.overlay)
        else:
            top = alias.name.split(".")[0]
            value = interpreter.modules.load(interpreter, top) or _external(interpreter, top)
            frame.bind(top, value, interpreter.overlay)
    return None


@statement(ast.ImportFrom)
def import_from_statement(interpreter: Interpreter, node: ast.ImportFrom, frame: Frame) -> str | None:
    source = interpreter.modules.absolute(frame.module, node.module, node.level)
    module: Value = UNKNOWN
    if source is not None:
        module = interpreter.modules.load(interpreter, source) or _external(interpreter, source)
    for alias in node.names:
        if alias.name == "*":
            _import_all(interpreter, module, frame)
            continue
        value = UNKNOWN if module is UNKNOWN else get_attribute(interpreter, module, alias.name, site_of(node, frame))
        frame.bind(alias.asname or alias.name, value, interpreter.overlay)
    return None


def _external(interpreter: Interpreter, name: str) -> Value:
    found = interpreter.library.resolve(name)
    return External(name) if found is UNDEFINED else found


def _import_all(interpreter: Interpreter, module: Value, frame: Frame) -> None:
    if isinstance(module, Module):
        for name, value in interpreter.modules.public_names(interpreter, module).items():
            frame.bind(name, value, interpreter.overlay)
    elif isinstance(module, External):
        for name, value in interpreter.library.exports(module.name).items():
            frame.bind(name, value, interpreter.overlay)
