"""What the user and the project want: `[tool.kls]` of pyproject.toml, and the editor's `kls.*` over it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SEVERITIES = ("error", "warning", "information", "hint", "off")


@dataclass(frozen=True)
class Settings:
    """All settings; `problems` has one readable sentence for each that could not be taken."""

    select: tuple[str, ...] = ()
    """Codes or names of the only rules to run, prefixes of codes too; empty: all."""
    ignore: tuple[str, ...] = ()
    """Rules not to run, written likewise."""
    severity: Mapping[str, str] = field(default_factory=dict)
    """A severity by rule, one of SEVERITIES; "off" hides what the rule finds."""
    exclude: tuple[str, ...] = ()
    """Files and folders not to check, as gitignore patterns."""
    keras: str | None = None
    """The version of Keras to check against, None for the one that is installed."""
    python: str | None = None
    """The interpreter; the user's own settings only, like all that follow."""
    allow_unsandboxed: bool = False
    bwrap: str | None = None
    """The bubblewrap program to use."""
    prewarm: bool = False
    """Whether Keras is imported in the sandbox before the first confirm asks for it."""
    problems: tuple[str, ...] = ()
    folder: str | None = None
    """Where the pyproject.toml lies that was read; patterns in `exclude` are relative to it."""

    def merge(self, editor: Mapping[str, object], source: str = "the editor's settings") -> Settings:
        """These settings with the user's own over them.

        `editor` is the value of the section `kls`, nested (`{"sandbox": {"bwrap": ...}}`) or with dotted keys, with or
        without `kls.` before them. null and "" mean: not set. Never raises.
        """
        return _merged(self, _flat(editor), source, _KEYS, _CLIENT_KEYS)


def read_settings(folder: str) -> Settings:
    """The settings of the nearest pyproject.toml with a `[tool.kls]`, in `folder` or above it. Never raises.

    Stops at the root of a repository. What only the user may decide, such as the interpreter, is refused with a problem.
    """
    start = Path(folder).absolute()
    problems: list[str] = []
    for place in (start, *start.parents):
        file = place / "pyproject.toml"
        table = _tool_table(file, problems)
        if table is not None:
            settings = replace(Settings(), folder=str(place), problems=tuple(problems))
            return _merged(settings, _flat(table), str(file), _PROJECT_KEYS, ())
        if (place / ".git").exists():
            break
    return Settings(problems=tuple(problems))


def _tool_table(file: Path, problems: list[str]) -> Mapping[str, object] | None:
    """`[tool.kls]` of a pyproject.toml, None when it has none; what is wrong with the file is added to `problems`."""
    try:
        if not file.is_file():
            return None
        document = _parsed(file.read_bytes().decode("utf-8"))
    except OSError as error:
        problems.append(f"{file}: cannot be read ({error.strerror})")
        return None
    except UnicodeDecodeError:
        problems.append(f"{file}: is not UTF-8")
        return None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problems.append(f"{file}: is not valid TOML ({error})")
        return None
    tool = document.get("tool", {})
    table = tool.get("kls") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        problems.append(f"{file}: tool.kls must be a table")
        return None
    return table


@lru_cache(maxsize=16)
def _parsed(text: str) -> dict[str, Any]:
    """A pyproject.toml, read once for all folders below it. Nothing may change what is given."""
    return tomllib.loads(text)


_Reader = Callable[[object], Any]
"""Turns a setting's value into ours; raises ValueError saying what it must be."""


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    raise ValueError("must be a string")


def _version(value: object) -> str | None:
    text = _text(value)
    if text is not None and not re.fullmatch(r"\d+(\.\w+)*", text):
        raise ValueError(f"must be a version such as 3.12.0, not {text!r}")
    return text


def _flag(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ValueError("must be true or false")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(item.strip() for item in value if item.strip())
    raise ValueError("must be a list of strings")


def _severities(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError("must be a table of rule and severity")
    for severity in value.values():
        if severity not in SEVERITIES:
            raise ValueError(f"must be one of {', '.join(SEVERITIES)}, not {severity!r}")
    return {str(rule): str(severity) for rule, severity in value.items()}


_PROJECT_KEYS: Mapping[str, tuple[str, _Reader]] = {
    "select": ("select", _texts),
    "ignore": ("ignore", _texts),
    "severity": ("severity", _severities),
    "exclude": ("exclude", _texts),
    "keras": ("keras", _version),
}
"""Settings that a project may have: key -> (field, reader)."""

_USER_KEYS: Mapping[str, tuple[str, _Reader]] = {
    "python": ("python", _text),
    "sandbox.allowUnsandboxed": ("allow_unsandboxed", _flag),
    "sandbox.bwrap": ("bwrap", _text),
    "confirm.prewarm": ("prewarm", _flag),
}
"""Settings that decide what is run on the user's machine: a project's file, which may be anybody's, cannot set them."""

_KEYS = {**_PROJECT_KEYS, **_USER_KEYS}

_CLIENT_KEYS = ("path", "trace")
"""What the editor's side keeps under `kls.` for itself."""


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Nested tables as dotted keys; `severity` stays a table."""
    found: dict[str, object] = {}
    for name, value in table.items():
        key = prefix + str(name).removeprefix("kls.")
        if isinstance(value, Mapping) and key not in _KEYS:
            found.update(_flat(value, f"{key}."))
        elif key.startswith("severity."):
            severities = found.setdefault("severity", {})
            if isinstance(severities, dict):
                severities[key.removeprefix("severity.")] = value
        else:
            found[key] = value
    return found


def _merged(
    settings: Settings,
    values: Mapping[str, object],
    source: str,
    keys: Mapping[str, tuple[str, _Reader]],
    others: tuple[str, ...],
) -> Settings:
    """`settings` with those of `values` that are set and right, and a problem for each that is not."""
    taken: dict[str, Any] = {}
    problems = list(settings.problems)
    for key, value in values.items():
        if key in keys:
            name, read = keys[key]
            try:
                if value is not None:
                    taken[name] = read(value)
            except ValueError as error:
                problems.append(f"{source}: {key} {error}")
        elif key in _USER_KEYS:
            problems.append(f"{source}: {key} is ignored, because only the user's own settings may say what is run")
        elif key.split(".")[0] in others or (value is None and any(known.startswith(f"{key}.") for known in _KEYS)):
            continue
        else:
            problems.append(f"{source}: {key if key.isprintable() else repr(key)} is not a setting of kls")
    kept = {name: value for name, value in taken.items() if value not in (None, (), {}) or name not in _INHERITED}
    if "severity" in kept:
        kept["severity"] = {**settings.severity, **kept["severity"]}
    return replace(settings, **kept, problems=tuple(problems))


_INHERITED = ("select", "ignore", "severity", "exclude", "keras")
"""Editors send the defaults of what nobody set; an empty value leaves these as the project has them."""
