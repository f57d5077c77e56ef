"""How the rule of an op is written and found: one pure function, which reads an OpCall."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from kls.graph.shapes.dims import Flag, is_int
from kls.graph.shapes.dtypes import WEAK_FLOAT, WEAK_INT
from kls.graph.shapes.registry import UNKNOWN_TENSOR
from kls.graph.shapes.spec import UNKNOWN, Dim, Facts, Mismatch, Structure, TensorSpec


class OpCall(NamedTuple):
    """One call of a function of keras.ops."""

    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    facts: Facts

    def get(self, position: int, name: str, default: object = UNKNOWN) -> object:
        """An argument, by position or by name."""
        if position < len(self.args):
            return self.args[position]
        return self.kwargs.get(name, default)

    def tensor(self, position: int = 0, name: str = "x") -> TensorSpec:
        """A tensor argument; Python numbers are scalars of a weak dtype."""
        return as_tensor(self.get(position, name))

    def tensors(self, position: int = 0, name: str = "xs") -> list[TensorSpec] | None:
        """A list of tensors, or None if it is not known which."""
        value = self.get(position, name)
        if not isinstance(value, (list, tuple)) or isinstance(value, TensorSpec):
            return None
        if not value:
            raise Mismatch("no tensors")
        return [as_tensor(part) for part in value]

    def flag(self, position: int, name: str, default: bool = False) -> Flag:
        """A truth value."""
        value = self.get(position, name, default)
        return UNKNOWN if value is UNKNOWN else bool(value)

    def size(self, position: int, name: str, default: Dim = UNKNOWN) -> Dim:
        """A whole number or None."""
        value = self.get(position, name, default)
        return value if is_int(value) or value is None else UNKNOWN

    def dtype(self, position: int, name: str = "dtype", default: str | None = None) -> str | None:
        """A dtype argument; `default` if it is not given."""
        value = self.get(position, name, None)
        return default if value is None else value if isinstance(value, str) else None

    def channels_first(self, position: int) -> Flag:
        """The argument `data_format`, else the environment's."""
        value = self.get(position, "data_format", None)
        value = self.facts.image_data_format if value is None else value
        return UNKNOWN if value is UNKNOWN else value == "channels_first"


def as_tensor(value: object) -> TensorSpec:
    """A tensor, or the scalar that a Python number is, or a tensor of which nothing is known."""
    if isinstance(value, TensorSpec):
        return value
    if isinstance(value, bool):
        return TensorSpec((), "bool")
    if isinstance(value, int):
        return TensorSpec((), WEAK_INT)
    if isinstance(value, float):
        return TensorSpec((), WEAK_FLOAT)
    return UNKNOWN_TENSOR


OpRule = Callable[[OpCall], Structure]
OPS: dict[str, OpRule] = {}


R = TypeVar("R", bound=OpRule)


def op(*names: str) -> Callable[[R], R]:
    """Registers the rule of one or more functions of keras.ops."""

    def register(rule: R) -> R:
        for name in names:
            OPS[name] = rule
        return rule

    return register
