"""What each kind of statement does. The answer says how control leaves it: None where it falls through."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from kls.program import classes
from kls.program.asking import condition
from kls.program.assignment import assign
from kls.program.attributes import get_attribute, of_external, resolved
from kls.program.containers import delete_item
from kls.program.dispatch import statement
from kls.program.frame import UNBOUND, Frame
from kls.program.functions import make_function
from kls.program.interpreter import Interpreter, raising, site_of
from kls.program.operators import augmented
from kls.program.setting import delete_attribute
from kls.program.values import (
    UNDEFINED,
    UNKNOWN,
    External,
    Module,
    Value,
)


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
            index = interpreter.evaluate(target.slice, frame)
            if isinstance(target.value, ast.Attribute):
                interpreter.library.changed(interpreter, receiver, "del", site_of(target, frame), index)
            delete_item(interpreter, receiver, index)
        elif isinstance(target, ast.Attribute):
            delete_attribute(interpreter, interpreter.evaluate(target.value, frame), target.attr)
        elif isinstance(target, ast.Name):
            if frame.locals is not None and target.id in frame.locals:
                del frame.locals[target.id]
            else:
                frame.bind(target.id, UNBOUND if frame.locals is None else UNKNOWN, interpreter.overlay)
    return None


@statement(ast.Return)
def return_statement(interpreter: Interpreter, node: ast.Return, frame: Frame) -> str | None:
    frame.result = None if node.value is None else interpreter.evaluate(node.value, frame)
    return "return"


@statement(ast.Assert)
def assert_statement(interpreter: Interpreter, node: ast.Assert, frame: Frame) -> str | None:
    known = condition(interpreter, node.test, frame)
    if known is False:
        raise raising("AssertionError")
    if known is None:
        interpreter.doubt(External("builtins.AssertionError"))
    return None


@statement(ast.Break)
def break_statement(interpreter: Interpreter, node: ast.Break, frame: Frame) -> str | None:
    return "break"


@statement(ast.Continue)
def continue_statement(interpreter: Interpreter, node: ast.Continue, frame: Frame) -> str | None:
    return "continue"


@statement(ast.If)
def if_statement(interpreter: Interpreter, node: ast.If, frame: Frame) -> str | None:
    known = condition(interpreter, node.test, frame)
    if known is not None:
        return interpreter.execute(node.body if known else node.orelse, frame)
    return interpreter.branches(frame, [_body(interpreter, node.body, frame), _body(interpreter, node.orelse, frame)])


def _body(interpreter: Interpreter, body: Sequence[ast.stmt], frame: Frame) -> Callable[[], str | None]:
    return lambda: interpreter.execute(body, frame)


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
        whole = _imported(interpreter, alias.name)
        if isinstance(whole, External):
            interpreter.library.imported(interpreter, alias.name, (), site_of(node, frame))
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
        module = _imported(interpreter, source)
        if isinstance(module, External):
            names = tuple(alias.name for alias in node.names)
            interpreter.library.imported(interpreter, source, names, site_of(node, frame))
    for alias in node.names:
        if alias.name == "*":
            _import_all(interpreter, module, frame)
            continue
        if isinstance(module, External):
            value = of_external(interpreter, module, alias.name)
        else:
            value = (
                UNKNOWN if module is UNKNOWN else get_attribute(interpreter, module, alias.name, site_of(node, frame))
            )
        frame.bind(alias.asname or alias.name, value, interpreter.overlay)
    return None


def _imported(interpreter: Interpreter, name: str) -> Value:
    """The module called `name`. One that is not installed is taken for what it says it is, unless the program expects it."""
    module = interpreter.modules.load(interpreter, name)
    if module is None and interpreter.guarded and interpreter.modules.is_nowhere(name):
        raise raising("ModuleNotFoundError")
    return module or _external(interpreter, name)


def _external(interpreter: Interpreter, name: str) -> Value:
    found = resolved(interpreter, name)
    return External(name) if found is UNDEFINED else found


def _import_all(interpreter: Interpreter, module: Value, frame: Frame) -> None:
    if isinstance(module, Module):
        for name, value in interpreter.modules.public_names(interpreter, module).items():
            frame.bind(name, value, interpreter.overlay)
    elif isinstance(module, External):
        for name, value in interpreter.library.exports(module.name).items():
            frame.bind(name, value, interpreter.overlay)
