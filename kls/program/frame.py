"""One activation of a function, class body, comprehension or module: where its names are."""

from __future__ import annotations

from collections.abc import Callable

from kls.program.scopes import Scope
from kls.program.store import Overlay
from kls.program.values import UNDEFINED, Address, Class, Closure, Value, Wrapped

UNBOUND = Wrapped("unbound", None)
"""What looking up a local name gives that is not bound yet."""

EMPTY = Scope(frozenset(), frozenset(), frozenset(), frozenset(), False)


class Frame:
    """Names of one activation. `locals` is None at module level, where names are globals in the store."""

    __slots__ = (
        "address",
        "closure",
        "is_class",
        "locals",
        "module",
        "outer",
        "owner",
        "pending",
        "piece",
        "receiver",
        "result",
        "scope",
        "visit",
    )

    def __init__(
        self,
        module: str,
        piece: tuple[str, int],
        *,
        locals: dict[str, Value] | None = None,
        scope: Scope = EMPTY,
        closure: Closure | None = None,
        address: Address = (),
        outer: Frame | None = None,
    ) -> None:
        self.module = module
        self.piece = piece
        self.locals = locals
        self.scope = scope
        self.closure = closure
        self.address = address
        self.outer = outer
        """For a comprehension or class body: the frame that it is evaluated in."""
        self.is_class = False
        self.owner: Class | None = None
        self.receiver: Value = UNDEFINED
        self.result: Value = UNDEFINED
        self.pending: list[Value] = []
        """What was returned on paths that may have been taken."""
        self.visit: Callable[[Value], Value] | None = None
        """What a generator hands its items to."""

    def captured(self) -> Closure | None:
        """What a function defined here captures."""
        if self.outer is not None and (self.is_class or not self.scope.captured):
            return self.outer.captured()
        if self.scope.captured:
            return Closure(self.address, self.scope.captured, self.closure)
        return self.closure

    def lookup(self, name: str, overlay: Overlay) -> Value:
        """The value of a name: local, enclosing, global; UNDEFINED where none binds it."""
        frame: Frame | None = self
        while frame is not None:
            if frame.locals is not None and name not in frame.scope.global_names:
                value = frame.locals.get(name, UNDEFINED)
                if value is not UNDEFINED:
                    return value
                if name in frame.scope.captured:
                    value = overlay.get((frame.address, name))
                    if value is not UNDEFINED:
                        return value
            if frame.outer is None:
                break
            frame = frame.outer
        if frame is None:
            frame = self
        closure = frame.closure
        if name in frame.scope.bound and frame.locals is not None and not frame.is_class:
            return UNBOUND
        if name not in frame.scope.global_names:
            while closure is not None:
                if name in closure.names:
                    value = overlay.get((closure.address, name))
                    if value is not UNDEFINED:
                        return value
                closure = closure.parent
        return overlay.get(("g", self.module, name))

    def bind(self, name: str, value: Value, overlay: Overlay) -> None:
        """Bind a name where Python would: local, captured cell, nonlocal or global."""
        if self.locals is None or name in self.scope.global_names:
            overlay.set(("g", self.module, name), value)
        elif name in self.scope.captured:
            overlay.set((self.address, name), value)
        elif name in self.scope.nonlocal_names:
            closure = self.closure
            while closure is not None and name not in closure.names:
                closure = closure.parent
            if closure is not None:
                overlay.set((closure.address, name), value)
        else:
            self.locals[name] = value
