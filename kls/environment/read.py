"""The facts about an interpreter and its Keras that both tiers go by, gathered into one value."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kls.environment.era import Era, era_of, parse_version
from kls.environment.layout import Layout, home_folder, read_layout, read_text
from kls.environment.packages import installed_version, path_lines

TRUE = ("true", "True", "1")
"""What TF_USE_LEGACY_KERAS must hold to count (tensorflow/python/util/lazy_loader.py)."""


@dataclass(frozen=True)
class Environment:
    """What a program meets when it runs. `import keras` and `tf.keras` mean the Keras of `era`.

    With `legacy` `tf.keras` is Keras 2. `search_path` is in the order of sys.path, the workspace first; `editable` maps the
    names of packages to their folders (or single files), by which an editable install finds them.
    """

    python: str | None
    python_version: tuple[int, int] | None
    keras_version: str | None
    era: Era
    backend: str = "tensorflow"
    image_data_format: str = "channels_last"
    floatx: str = "float32"
    legacy: bool = False
    search_path: tuple[str, ...] = ()
    editable: tuple[tuple[str, str], ...] = ()
    tensorflow_version: str | None = None
    tf_keras_version: str | None = None
    installed_keras: str | None = None
    """The Keras on disk, whatever version `keras_version` was told to be."""


def read_environment(
    python: str | None,
    roots: Sequence[str],
    keras: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Environment:
    """Everything about `python` (None: no interpreter) and the workspace folders `roots`, read from disk.

    `keras` takes the place of the version that is installed; ValueError when it is none. `variables` are the environment
    variables that the program will see, our own when None. Whatever is missing or broken on disk counts as not there.
    """
    variables = os.environ if variables is None else variables
    # Null bytes are no part of any path, and pathlib raises on them.
    python = str(Path(python.replace("\0", "")).absolute()) if python else None
    layout = read_layout(Path(python), variables) if python else Layout(None, (), ())
    folders = _workspace_folders(roots)
    folders += [entry for entry in variables.get("PYTHONPATH", "").split(os.pathsep) if entry and Path(entry).is_dir()]
    folders += map(str, layout.standard_library)
    editable: dict[str, str] = {}
    for site in layout.sites:
        lines, mapping = path_lines(site)
        folders += [str(site), *lines]
        for name, place in mapping.items():
            editable.setdefault(name, place)
    search_path = tuple(dict.fromkeys(folders))
    # An editable install of Keras is found beside the folder that its finder names.
    places = [
        *search_path,
        *(str(Path(place).parent) for name, place in editable.items() if name in ("keras", "tf_keras")),
    ]
    tensorflow = installed_version("tensorflow", places)
    installed = installed_version("keras", places) or _inside_tensorflow(tensorflow)
    version = str(parse_version(keras)) if keras else installed
    era = era_of(version)
    settings = _keras_json(variables)
    return Environment(
        python=python,
        python_version=layout.version,
        keras_version=version,
        era=era,
        backend=_backend(era, settings, variables),
        image_data_format=_one_of(settings.get("image_data_format"), ("channels_last", "channels_first")),
        floatx=_one_of(settings.get("floatx"), ("float32", "float16", "float64")),
        legacy=era is Era.TF_KERAS or variables.get("TF_USE_LEGACY_KERAS") in TRUE,
        search_path=search_path,
        editable=tuple(sorted(editable.items())),
        tensorflow_version=tensorflow,
        tf_keras_version=installed_version("tf_keras", places),
        installed_keras=installed,
    )


def _workspace_folders(roots: Sequence[str]) -> list[str]:
    """The roots, each with its `src` when packages lie in there."""
    found = []
    for root in map(os.path.abspath, roots):
        found.append(root)
        source = Path(root) / "src"
        if source.is_dir() and not (source / "__init__.py").exists():
            found.append(str(source))
    return found


def _inside_tensorflow(tensorflow: str | None) -> str | None:
    """TensorFlow up to 2.5 has its own copy of Keras 2, with TensorFlow's version."""
    return tensorflow if tensorflow and parse_version(tensorflow) < parse_version("2.6.dev0") else None


def _keras_json(variables: Mapping[str, str]) -> dict[str, object]:
    """The user's keras.json, found where keras/src/backend/config.py looks for it; empty when it is none."""
    folder = Path(variables["KERAS_HOME"]) if variables.get("KERAS_HOME") else home_folder(variables) / ".keras"
    try:
        settings = json.loads(read_text(folder / "keras.json") or "{}")
    except (ValueError, RecursionError):
        return {}
    return settings if isinstance(settings, dict) else {}


def _backend(era: Era, settings: Mapping[str, object], variables: Mapping[str, str]) -> str:
    """Keras 3 takes KERAS_BACKEND, then keras.json; Keras 2 in TensorFlow has one backend only."""
    if era is Era.TF_KERAS:
        return "tensorflow"
    chosen = variables.get("KERAS_BACKEND") or settings.get("backend")
    return chosen if isinstance(chosen, str) and chosen else "tensorflow"


def _one_of(value: object, allowed: Sequence[str]) -> str:
    """`value` where Keras would take it, else its default, the first of `allowed`."""
    return value if isinstance(value, str) and value in allowed else allowed[0]
