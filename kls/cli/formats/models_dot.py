"""`kls graph --format dot`: for Graphviz."""

from __future__ import annotations

from collections.abc import Sequence

from kls.analysis import ModelReport
from kls.cli.reading import FileModels
from kls.source.position import Location


def whole(files: Sequence[FileModels]) -> str:
    """One digraph, a model a cluster."""
    models = [model for file in files for model in file.models]
    lines = ["digraph models {", "  node [shape=box, fontname=sans-serif];"]
    for n, model in enumerate(models):
        lines += _model(n, model)
    return "\n".join([*lines, "}"])


def _model(n: int, model: ModelReport[Location]) -> list[str]:
    classes = {layer.name: layer.cls for layer in model.layers}
    names = list(dict.fromkeys([*classes, *(end for edge in model.edges for end in edge)]))
    ids = {name: f"m{n}_{i}" for i, name in enumerate(names)}
    lines = [f"  subgraph cluster_{n} {{", f"    label={_quote(model.variable or model.name or model.cls)};"]
    lines += [f"    {ids[name]} [label={_quote(name, classes.get(name, ''))}];" for name in names]
    lines += [f"    {ids[a]} -> {ids[b]};" for a, b in model.edges]
    return [*lines, "  }"]


def _quote(*parts: str) -> str:
    """A quoted string with a line for each part that is not empty."""
    escaped = [part.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") for part in parts if part]
    return '"' + "\\n".join(escaped) + '"'
