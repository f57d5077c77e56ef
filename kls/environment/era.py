"""The eras of Keras, by how `Model(inputs, outputs)` builds its graph. Where one ends is written here and nowhere else."""

from __future__ import annotations

from enum import Enum
from functools import total_ordering

from packaging.version import InvalidVersion, Version


@total_ordering
class Era(Enum):
    """A span of versions that build graphs alike; later ones are greater. The value is the first version of the span."""

    TF_KERAS = "tf_keras"
    """Keras 2: the walk back from the outputs stops at the given inputs, and a disconnected graph raises."""
    V3_0 = "3.0"
    """3.0 to 3.9: the walk does not stop, and a disconnected graph is built silently."""
    V3_10 = "3.10"
    """3.10 to 3.13: the same, but an input that nothing uses raises."""
    V3_14 = "3.14"
    """3.14 and later: the walk stops at the given inputs, and outputs must be computable."""

    def __lt__(self, other: Era) -> bool:
        return ERAS.index(self) < ERAS.index(other)


ERAS = tuple(Era)
"""All eras, oldest first."""

NEWEST = ERAS[-1]

_FIRST_VERSION = ((Version("3.14.dev0"), Era.V3_14), (Version("3.10.dev0"), Era.V3_10), (Version("3.0.dev0"), Era.V3_0))


def parse_version(text: str) -> Version:
    """A version as packages have them, such as "3.12.0". Raises ValueError with one sentence for anything else."""
    try:
        return Version(text)
    except InvalidVersion:
        raise ValueError(f"not a Keras version: {text!r} (it should look like 3.12.0)") from None


def era_of(version: str | None) -> Era:
    """The era that a version of Keras belongs to; the newest for None and for what is no version."""
    try:
        parsed = parse_version(version or "")
    except ValueError:
        return NEWEST
    return next((era for first, era in _FIRST_VERSION if parsed >= first), Era.TF_KERAS)
