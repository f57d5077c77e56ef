"""Whether this Keras 3 has a public name, such as `keras.backend.mean`."""

from __future__ import annotations

from functools import lru_cache

from packaging.version import InvalidVersion, Version

from kls.graph.public_names import LEGACY_NAMES, NAMES, NEWEST

MODULES = frozenset({"keras", *(f"keras.{module}" for modules in NAMES.values() for module in modules)})
"""The modules whose names are listed, and keras itself."""
_SPELLINGS = ("tensorflow.keras", "tensorflow.compat.v2.keras", "keras._tf_keras.keras", "keras")
"""What is public. Since TensorFlow 2.16 the first three are one module, which keeps names that the last does not have."""


@lru_cache(maxsize=4096)
def lacks(module: str, name: str, version: str | None) -> bool:
    """Whether `module`, as the program spells it, surely has no public `name` in this version of Keras 3.

    False for modules that are not listed, for private names, and for versions that are not known here.
    """
    root = next((s for s in _SPELLINGS if module == s or module.startswith(s + ".")), None)
    minor = _minor(version)
    if root is None or minor is None or name.startswith("_"):
        return False
    names = _names(minor, root != "keras").get(module[len(root) + 1 :])
    return names is not None and name not in names


def public_names(module: str) -> frozenset[str]:
    """The names in `keras.<module>` of the newest Keras; none for modules that are not listed."""
    return _names(_parsed(NEWEST), False).get(module, frozenset())


def first_version(module: str, name: str) -> str | None:
    """The first minor version of Keras 3 that has the name; None if there is none."""
    family = module.rpartition("keras")[2].lstrip(".")
    return next((span.split()[0] for span, modules in NAMES.items() if name in modules.get(family, "").split()), None)


def _minor(version: str | None) -> tuple[int, int] | None:
    """3.7.0 as (3, 7); None for what the table does not speak of."""
    try:
        release = Version(version or "").release
    except InvalidVersion:
        return None
    minor = (release[0], release[1] if len(release) > 1 else 0)
    return minor if (3, 0) <= minor <= _parsed(NEWEST) else None


@lru_cache(maxsize=8)
def _names(minor: tuple[int, int], is_legacy: bool) -> dict[str, frozenset[str]]:
    """Module -> its names in one version."""
    found: dict[str, frozenset[str]] = {}
    for table in (NAMES, LEGACY_NAMES) if is_legacy else (NAMES,):
        for span, modules in table.items():
            since, *until = map(_parsed, span.split())
            if since <= minor and not (until and minor >= until[0]):
                for module, names in modules.items():
                    found[module] = found.get(module, frozenset()) | frozenset(names.split())
    return found


def _parsed(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)
