"""Constructor arguments by parameter name, per era."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from kls.graph.shapes.naming import canonical
from kls.graph.shapes.signatures import SIGNATURES
from kls.graph.shapes.signatures_eras import CHANGES


@lru_cache(maxsize=2048)
def parameters(layer: str, era: str = "3.14") -> tuple[str, ...] | None:
    """The positional parameters of a layer's constructor; None if this era's keras.layers has no such class."""
    names = _signature(layer, era)
    return None if names is None else tuple(names.partition("*")[0].split())


def takes(layer: str, argument: str, era: str = "3.14") -> bool:
    """Whether a layer's constructor may have a parameter of this name: a layer that is not known may have any."""
    names = _signature(layer, era)
    return names is None or argument in names.replace("*", " ").split()


def _signature(layer: str, era: str) -> str | None:
    name = canonical(layer)
    changes = CHANGES.get(era, {})
    return changes[name] if name in changes else SIGNATURES.get(name)


def exists(layer: str, era: str = "3.14") -> bool:
    """Whether this era's keras.layers has the class."""
    return parameters(layer, era) is not None


def bind(layer: str, args: Sequence[object], kwargs: Mapping[str, object], era: str = "3.14") -> dict[str, object]:
    """The constructor's arguments by parameter name: bind("Dense", (10,), {"name": "x"}) == {"units": 10, "name": "x"}.

    A layer that this era does not have is bound as the newest Keras would; positional arguments too many are left out.
    """
    names = parameters(layer, era) or parameters(layer) or parameters(layer, "tf_keras") or ()
    config: dict[str, object] = dict(zip(names, args, strict=False))
    config.update(kwargs)
    return config
