"""What the graph side of one analysis knows: the environment, and the small questions that every module asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from kls.environment import Environment
from kls.environment.era import Era
from kls.graph.cells import KerasTensor, Variable, spec_of
from kls.graph.qualified import OLD_ROOTS
from kls.graph.shapes import UNKNOWN as UNKNOWN_CONFIG
from kls.graph.shapes import Facts, TensorSpec
from kls.program.containers import content_of
from kls.program.library import Arguments
from kls.program.values import UNKNOWN, Container, Either, External, Opaque, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


@dataclass(frozen=True)
class Context:
    """The environment of the program."""

    environment: Environment
    _facts: dict[str, Facts] = field(default_factory=dict, repr=False, compare=False)

    def era(self, root: str) -> Era:
        """The era of the objects of a root: those that are Keras 2 are so whatever `keras` is."""
        return Era.TF_KERAS if root in OLD_ROOTS else self.environment.era

    def facts(self, root: str) -> Facts:
        """What changes shapes."""
        found = self._facts.get(root)
        if found is None:
            environment = self.environment
            found = Facts(environment.image_data_format, environment.floatx, self.era(root).value)
            self._facts[root] = found
        return found


class Frozen(NamedTuple):
    """A list or dict as it was when a layer was called with it; what the program does to it later is not seen."""

    kind: str
    content: object
    """A tuple or dict of values; UNKNOWN."""


def freeze(interpreter: Interpreter, value: Value) -> Value:
    """A value without references to what can change."""
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, dict):
            return Frozen(value.kind, {key: freeze(interpreter, item) for key, item in content.items()})
        if isinstance(content, tuple):
            return Frozen(value.kind, tuple(freeze(interpreter, item) for item in content))
        return Frozen(value.kind, UNKNOWN)
    if type(value) is tuple:
        return tuple(freeze(interpreter, item) for item in value)
    return value


def thaw(interpreter: Interpreter, value: Value, mapping: Mapping[KerasTensor, Value]) -> Value:
    """Lists and dicts again, with their tensors replaced; those that the mapping does not have stay."""
    if type(value) is Frozen:
        content = value.content
        if isinstance(content, dict):
            items = {key: thaw(interpreter, item, mapping) for key, item in content.items()}
            return interpreter.overlay.new(value.kind, items)
        if isinstance(content, tuple):
            return interpreter.overlay.new(value.kind, tuple(thaw(interpreter, item, mapping) for item in content))
        return interpreter.overlay.new(value.kind, UNKNOWN)
    if type(value) is tuple:
        return tuple(thaw(interpreter, item, mapping) for item in value)
    return replaced(value, mapping)


def replaced(value: Value, mapping: Mapping[KerasTensor, Value]) -> Value:
    """One tensor, or an Either of several, replaced."""
    if type(value) is KerasTensor:
        return mapping.get(value, value)
    if type(value) is Either:
        return Either(tuple(replaced(one, mapping) for one in value.values))
    return value


def remapped(value: Value, mapping: Mapping[KerasTensor, Value]) -> Value:
    """A frozen value with its tensors replaced."""
    if type(value) is Frozen:
        content = value.content
        if isinstance(content, dict):
            return Frozen(value.kind, {key: remapped(item, mapping) for key, item in content.items()})
        if isinstance(content, tuple):
            return Frozen(value.kind, tuple(remapped(item, mapping) for item in content))
        return value
    if type(value) is tuple:
        return tuple(remapped(item, mapping) for item in value)
    return replaced(value, mapping)


def each_argument(arguments: Arguments, change: Callable[[Value], Value]) -> Arguments:
    """The arguments of a call, each changed."""
    keywords = {key: change(value) for key, value in arguments.keywords.items()}
    return Arguments(tuple(change(value) for value in arguments.positional), keywords, arguments.exact)


DEEPEST = 100
MOST_LEAVES = 10_000
"""A structure that is nested deeper or has more leaves lies in itself, or is no structure of a model's."""


def leaves(interpreter: Interpreter, value: Value) -> Iterator[Value]:
    """The leaves of a nested structure, in Keras's order: dicts by sorted key (keras/src/tree)."""
    if not isinstance(value, Container) and type(value) is not tuple and type(value) is not dict:
        return iter((value,))
    found = list(islice(_leaves(interpreter, value, 0), MOST_LEAVES + 1))
    return iter(found if len(found) <= MOST_LEAVES else (UNKNOWN,))


def _leaves(interpreter: Interpreter, value: Value, depth: int) -> Iterator[Value]:
    content = content_of(interpreter, value) if isinstance(value, Container) else value
    if depth > DEEPEST or (content is UNKNOWN and isinstance(value, Container)):
        yield UNKNOWN
    elif type(content) is dict:
        for key in _sorted(content):
            yield from _leaves(interpreter, content[key], depth + 1)
    elif type(content) is tuple:
        for item in content:
            yield from _leaves(interpreter, item, depth + 1)
    else:
        yield UNKNOWN if isinstance(value, Container) else value


def _sorted(content: dict[object, Value]) -> list[object]:
    try:
        return sorted(content)  # type: ignore[type-var]
    except TypeError:
        return list(content)


def paths(interpreter: Interpreter, value: Value, prefix: str = "") -> list[str]:
    """Where each leaf stands in a structure, as Keras writes it in messages: "0", "boxes.1" (keras/src/tree)."""
    content = content_of(interpreter, value) if isinstance(value, Container) else value
    if isinstance(content, dict):
        try:
            keys = sorted(content)
        except TypeError:
            keys = list(content)
        parts = [(key, content[key]) for key in keys]
    elif type(content) is tuple:
        parts = list(enumerate(content))
    else:
        return [prefix]
    start = f"{prefix}." if prefix else ""
    return [path for key, item in parts for path in paths(interpreter, item, f"{start}{key}")]


def tensors_in(interpreter: Interpreter, value: Value) -> Iterator[Value]:
    """The KerasTensors of a structure; an Either of tensors or UNKNOWN where it is not known which, or whether one."""
    for leaf in leaves(interpreter, value):
        if type(leaf) is KerasTensor or leaf is UNKNOWN:
            yield leaf
        elif isinstance(leaf, Either):
            tensors = tuple(one for one in leaf.values if type(one) is KerasTensor)
            if tensors:
                yield Either(tensors)
            elif any(isinstance(one, Container) or type(one) is tuple for one in leaf.values):
                yield UNKNOWN


def to_config(interpreter: Interpreter, value: Value) -> object:
    """A program's value as shape inference takes it: plain Python, and its own UNKNOWN for what is not known."""
    if value is None or value is Ellipsis or type(value) in (int, float, str, bool, bytes):
        return value
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, tuple):
            return [to_config(interpreter, item) for item in content]
        if isinstance(content, dict):
            return {key: to_config(interpreter, item) for key, item in content.items()}
        return UNKNOWN_CONFIG
    if type(value) is tuple:
        return tuple(to_config(interpreter, item) for item in value)
    if isinstance(value, External):
        return value.name.rpartition(".")[2]
    if isinstance(value, slice):
        return slice(*(to_config(interpreter, part) for part in (value.start, value.stop, value.step)))
    return UNKNOWN_CONFIG


def to_specs(interpreter: Interpreter, value: Value) -> object:
    """What a layer is called with, as shape inference takes it: TensorSpec for tensors."""
    if type(value) is TensorSpec:
        return value
    if type(value) is KerasTensor:
        return spec_of(interpreter, value)
    if isinstance(value, Either):
        specs = {to_specs(interpreter, one) for one in value.values if type(one) is KerasTensor}
        return specs.pop() if len(specs) == 1 else TensorSpec(None)
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, tuple):
            return [to_specs(interpreter, item) for item in content]
        if isinstance(content, dict):
            return {key: to_specs(interpreter, item) for key, item in content.items()}
        return UNKNOWN_CONFIG
    if type(value) is tuple:
        return tuple(to_specs(interpreter, item) for item in value)
    if isinstance(value, Opaque):
        return UNKNOWN_CONFIG
    if type(value) is Variable:
        return TensorSpec(tuple(size if isinstance(size, int) else UNKNOWN_CONFIG for size in value.shape))
    return to_config(interpreter, value)


def restructured(interpreter: Interpreter, value: Value, mapping: Mapping[KerasTensor, Value]) -> Value:
    """A nested structure with its tensors replaced; those that the mapping does not have stay."""
    if type(value) is KerasTensor:
        return mapping.get(value, value)
    if isinstance(value, Container):
        content = content_of(interpreter, value)
        if isinstance(content, dict):
            return interpreter.overlay.new(
                "dict", {k: restructured(interpreter, v, mapping) for k, v in content.items()}
            )
        if isinstance(content, tuple):
            return interpreter.overlay.new("list", tuple(restructured(interpreter, v, mapping) for v in content))
    if type(value) is tuple:
        return tuple(restructured(interpreter, v, mapping) for v in value)
    return value
