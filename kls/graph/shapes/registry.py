"""How a rule of inference is written and found: one pure function a layer class, which reads a Call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from kls.graph.shapes.dims import Flag, is_int
from kls.graph.shapes.spec import UNKNOWN, Facts, Inference, Mismatch, Shape, TensorSpec, Unknown

UNKNOWN_TENSOR = TensorSpec(None)


class Call(NamedTuple):
    """One call of one layer. The readers below apply Keras's default and say UNKNOWN for what cannot be told."""

    config: Mapping[str, object]
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    facts: Facts

    @property
    def tensor(self) -> TensorSpec:
        """The first argument, if it is one tensor; else a tensor of which nothing is known."""
        value = self.argument(0, "inputs")
        return value if isinstance(value, TensorSpec) else UNKNOWN_TENSOR

    @property
    def tensors(self) -> list[TensorSpec] | None:
        """The first argument as a list of tensors; None if it is not known how many there are."""
        value = self.argument(0, "inputs")
        if not isinstance(value, (list, tuple)) or isinstance(value, TensorSpec):
            return None
        return [item if isinstance(item, TensorSpec) else UNKNOWN_TENSOR for item in value]

    def argument(self, position: int, name: str, default: object = UNKNOWN) -> object:
        """An argument of the layer's `call`, by position or by name."""
        if position < len(self.args):
            return self.args[position]
        return self.kwargs.get(name, default)

    def size(self, name: str, default: int | Unknown | None = UNKNOWN) -> int | Unknown | None:
        """A whole number of the config, or None."""
        value = self.config.get(name, default)
        return value if is_int(value) or value is None else UNKNOWN

    def flag(self, name: str, default: bool) -> Flag:
        """The truth of a config value, or UNKNOWN."""
        value = self.config.get(name, default)
        return UNKNOWN if value is UNKNOWN else bool(value)

    def text(self, name: str, default: str) -> str | Unknown:
        """A string of the config in lower case, as Keras standardizes them."""
        value = self.config.get(name, default)
        return value.lower() if isinstance(value, str) else UNKNOWN

    def sizes(self, name: str, default: object, rank: int) -> tuple[int | Unknown, ...]:
        """Keras's standardize_tuple: one number for all dimensions, or one each. Raises Mismatch."""
        value = self.config.get(name, default)
        if is_int(value):
            return (value,) * rank
        if isinstance(value, (list, tuple)):
            if len(value) != rank:
                raise Mismatch(f"{name} must have {rank} values, got {value}")
            return tuple(v if is_int(v) else UNKNOWN for v in value)
        return (UNKNOWN,) * rank

    @property
    def channels_first(self) -> Flag:
        """Where the channels are: the config's data_format, else the environment's."""
        value = self.config.get("data_format")
        if value is None:
            value = self.facts.image_data_format
        return UNKNOWN if value is UNKNOWN else value == "channels_first"

    @property
    def dtype(self) -> str | None:
        """The layer's compute dtype: of `dtype` "mixed_float16" it is "float16". None if unknown."""
        value = self.config.get("dtype")
        if value is None:
            return self.facts.floatx
        if not isinstance(value, str):
            return None
        return value[6:] if value.startswith("mixed_") else value

    def cast(self, x: TensorSpec) -> str | None:
        """The dtype of `x` once the layer has autocast it: floats become the compute dtype, others stay."""
        return self.dtype if x.dtype is not None and "float" in x.dtype else x.dtype

    def passed(self, x: TensorSpec) -> str | None:
        """The dtype of an output that holds elements of `x`: Keras 3 says the compute dtype, whatever `x` has."""
        return self.cast(x) if self.facts.era == "tf_keras" else self.dtype


Rule = Callable[[Call], Inference]
LAYERS: dict[str, Rule] = {}


def layer(*names: str) -> Callable[[Rule], Rule]:
    """Registers the rule of one or more layer classes, by canonical class name."""

    def register(rule: Rule) -> Rule:
        for name in names:
            LAYERS[name] = rule
        return rule

    return register


def space_first(rule: Rule, *eras: str) -> Rule:
    """`rule` for a layer that is "channels_last" by default, in `eras` or in all of them, whatever keras.json says."""

    def fixed(call: Call) -> Inference:
        facts = call.facts
        if facts.image_data_format != "channels_last" and (not eras or facts.era in eras):
            call = call._replace(facts=replace(facts, image_data_format="channels_last"))
        return rule(call)

    return fixed


def one(shape: Shape | None, dtype: str | None, params: int | None = 0) -> Inference:
    """The inference of a layer with one output."""
    return Inference(TensorSpec(shape, dtype), params)
