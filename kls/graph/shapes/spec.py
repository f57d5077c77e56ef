"""The values that go in and out of shape inference: tensor specs, nested structures of them, and what is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple, TypeAlias


class Unknown(Enum):
    """The type of UNKNOWN; an enum, so that the sentinel survives copying and mypy narrows `is UNKNOWN`."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "?"


UNKNOWN: Final = Unknown.UNKNOWN
"""What Keras will know and the analysis does not. Never the same thing as None, which is Keras's own dynamic size."""

Dim: TypeAlias = int | Unknown | None
Shape: TypeAlias = tuple[Dim, ...]


class TensorSpec(NamedTuple):
    """What is known of a tensor. `shape` None: not even the rank; `dtype` None: unknown."""

    shape: Shape | None
    dtype: str | None = None

    @property
    def known_shape(self) -> tuple[int | None, ...] | None:
        """The shape as Keras would print it, or None when any part of it is unknown to the analysis."""
        if self.shape is None or UNKNOWN in self.shape:
            return None
        return self.shape  # type: ignore[return-value]


Structure: TypeAlias = "TensorSpec | list[Structure] | tuple[Structure, ...] | dict[str, Structure]"


@dataclass(frozen=True)
class Facts:
    """What of the environment changes shapes. `era` is one of "tf_keras", "3.0", "3.10", "3.14"."""

    image_data_format: str = "channels_last"
    floatx: str = "float32"
    era: str = "3.14"


class Inference(NamedTuple):
    """What a layer call gives: outputs in Keras's own nesting, and how many weights the layer owns (None: unknown)."""

    outputs: Structure
    params: int | None


OWN_CELL = "<cell>"
"""The class name of an RNN cell of the program's own; its config has `state_size`, `params` and perhaps `output_size`."""

Inner: TypeAlias = tuple[str, Mapping[str, object]] | Callable[[tuple[object, ...], Mapping[str, object]], Inference]
"""A layer inside a layer: (class name, config), or a function from call arguments to an Inference (a model, say)."""


class Mismatch(ValueError):
    """These shapes or arguments do not fit: Keras would raise here. `infer` turns it into an unknown output."""
