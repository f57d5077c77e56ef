"""Rewrites the program's statements.

Those that can fail for want of data are guarded, those that are asked about are marked; all stay on their lines.
"""

from __future__ import annotations

import ast


class Marks(ast.NodeTransformer):
    """Notes that statements which start on some lines are come to, and whether they raise."""

    def __init__(self, lines):
        self.lines = frozenset(lines)

    def generic_visit(self, node):
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody", "handlers"):
            block = getattr(node, field, None)
            if isinstance(block, list) and field != "handlers":
                setattr(node, field, [new for statement in block for new in self.marked(statement)])
        return node

    def marked(self, node):
        if not isinstance(node, ast.stmt) or node.lineno not in self.lines:
            return [node]
        plain = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Import, ast.ImportFrom, ast.Assert)
        entered, rest = note("__kls_entered__", node), []
        if isinstance(node, ast.Return) and node.value is not None:
            rest = [at(ast.Return(name("__kls_value__")), node)]
            node = at(ast.Assign([ast.Name("__kls_value__", ast.Store())], node.value, lineno=node.lineno), node)
        elif not isinstance(node, plain):
            return [entered, *begun(node)]
        # Keras itself may keep an exception to itself, and raise another one.
        broken = note("__kls_broken__", node, name("__kls_error__"))
        handler = ast.ExceptHandler(name("Exception"), "__kls_error__", [broken, ast.Raise(None, None)])
        # It is reached behind a plain statement, so that it has not failed.
        tried = ast.copy_location(ast.Try([node], [at(handler, node)], [], []), node)
        return [entered, tried, note("__kls_reached__", node, ast.Constant(True)), *rest]


class Guard(ast.NodeTransformer):
    """Wraps each statement that can fail for want of data in a try whose handler binds placeholders.

    On the same lines.
    """

    def visit_Assign(self, node):
        targets = [name for target in node.targets for name in leaves(target)]
        unpacked = [target for target in node.targets if isinstance(target, (ast.Tuple, ast.List))]
        if unpacked and not isinstance(node.value, (ast.Tuple, ast.List)):
            shape = ast.Constant(layout(unpacked[0]))
            node.value = at(ast.Call(name("__kls_unpack__"), [node.value, shape], []), node.value)
        return self.wrap(node, [assign(target, node) for target in targets])

    def visit_AnnAssign(self, node):
        return self.wrap(node, [assign(node.target, node)]) if node.value is not None else node

    def visit_Expr(self, node):
        return self.wrap(node, [])

    def visit_Return(self, node):
        return self.wrap(node, [at(ast.Return(value=placeholder(node)), node)])

    def visit_AugAssign(self, node):
        return self.wrap(node, [])

    def visit_Assert(self, node):
        return self.wrap(node, [])

    def visit_With(self, node):
        self.generic_visit(node)
        for item in node.items:
            item.context_expr = attempt(item.context_expr)
        return node

    def visit_For(self, node):
        self.generic_visit(node)
        node.iter = attempt(node.iter)
        return node

    def visit_If(self, node):
        self.generic_visit(node)
        node.test = attempt(node.test)
        return node

    visit_While = visit_If

    def visit_Import(self, node):
        rescue = []
        for alias in node.names:
            target = ast.Name(alias.asname or alias.name.split(".")[0], ast.Store())
            rescue.append(assign(target, node, alias.name if alias.asname else target.id))
        return self.wrap(node, rescue, always=True)

    def visit_ImportFrom(self, node):
        if node.module == "__future__" or any(alias.name == "*" for alias in node.names):
            return node
        rescue = []
        for alias in node.names:
            target = ast.Name(alias.asname or alias.name, ast.Store())
            rescue.append(assign(target, node, f"{node.module}.{alias.name}" if node.module else alias.name))
        return self.wrap(node, rescue, always=True)

    def wrap(self, node, rescue, always=False):
        """try: node; except Exception as error: if not absorb(error, line, names): raise; rescue."""
        inside = list(ast.walk(node))
        if not always and not any(isinstance(child, ast.Call) for child in inside):
            return node
        if any(isinstance(child, (ast.Yield, ast.YieldFrom, ast.Await)) for child in inside):
            return node
        arguments = [name("__kls_error__"), ast.Constant(node.lineno), ast.Constant(loaded(inside))]
        absorb = ast.Call(ast.Name("__kls_absorb__", ast.Load()), arguments, [])
        check = ast.If(ast.UnaryOp(ast.Not(), absorb), [ast.Raise(None, None)], [])
        handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), "__kls_error__", [check, *rescue])
        return ast.copy_location(ast.Try([node], [at(handler, node)], [], []), node)


def begun(node):
    """A statement that is not a plain one, which is reached once its head has not failed."""
    reached = note("__kls_reached__", node, ast.Constant(False))
    if isinstance(node, ast.If):
        node.body, node.orelse = [reached, *node.body], [reached, *node.orelse]
        return [node]
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith)):
        node.body = [reached, *node.body]
        return [node, reached]
    definition = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return [node, reached] if definition else [reached, node]


def note(function, node, *arguments):
    """A statement that calls one of our functions with the line of `node`."""
    return at(ast.Expr(ast.Call(name(function), [ast.Constant(node.lineno), *arguments], [])), node)


def layout(target):
    """The nesting of an unpacking target: () for a name, a tuple of layouts for a tuple."""
    if isinstance(target, (ast.Tuple, ast.List)) and not any(isinstance(item, ast.Starred) for item in target.elts):
        return tuple(layout(item) for item in target.elts)
    return ()


def name(identifier):
    """A load of a name."""
    return ast.Name(identifier, ast.Load())


def loaded(nodes):
    """The names among the nodes of a statement or expression."""
    names = {child.id for child in nodes if isinstance(child, ast.Name) and child.id[:6] != "__kls_"}
    return tuple(sorted(names))


def attempt(expression):
    """`expression`, of which a placeholder is made when it fails for want of data."""
    inside = list(ast.walk(expression))
    bound = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)
    if not any(isinstance(child, ast.Call) for child in inside) or any(isinstance(child, bound) for child in inside):
        return expression
    if any(isinstance(child, ast.Name) and child.id == "super" for child in inside):
        return expression
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    facts = [ast.Constant(expression.lineno), ast.Constant(loaded(inside))]
    thunk = ast.Lambda(nothing, expression)
    return at(ast.Call(name("__kls_attempt__"), [thunk, *facts], []), expression)


def placeholder(node, what=""):
    """The expression that stands for missing data."""
    return at(ast.Call(name("__kls_placeholder__"), [ast.Constant(what)], []), node)


def assign(target, node, what=""):
    """`target = placeholder`, on the lines of `node`."""
    return at(ast.Assign([target], placeholder(node, what), lineno=node.lineno), node)


def leaves(target):
    """The single targets of a possibly nested assignment target."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [leaf for item in target.elts for leaf in leaves(item)]
    return leaves(target.value) if isinstance(target, ast.Starred) else [target]


def at(new, node):
    """Give a new node, and what it holds, the place of `node`."""
    ast.copy_location(new, node)
    for child in ast.walk(new):
        if "lineno" in child._attributes and not hasattr(child, "lineno"):
            ast.copy_location(child, node)
    return new
