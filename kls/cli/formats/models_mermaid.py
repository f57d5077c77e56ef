"""`kls graph --format mermaid`: a flowchart that GitHub and many editors draw."""

from __future__ import annotations

from collections.abc import Sequence

from kls.analysis import ModelReport
from kls.cli.reading import FileModels
from kls.source.position import Location


def whole(files: Sequence[FileModels]) -> str:
    """One flowchart, a model a subgraph."""
    models = [model for file in files for model in file.models]
    lines = ["flowchart TD"]
    for n, model in enumerate(models):
        lines += _model(n, model)
    return "\n".join(lines)


def _model(n: int, model: ModelReport[Location]) -> list[str]:
    names = list(
        dict.fromkeys([*(layer.name for layer in model.layers), *(end for edge in model.edges for end in edge)])
    )
    ids = {name: f"m{n}_{i}" for i, name in enumerate(names)}
    classes = {layer.name: layer.cls for layer in model.layers}
    lines = [f'  subgraph m{n}["{_escape(model.variable or model.name or model.cls)}"]']
    for name in names:
        label = f"{_escape(name)}<br/>{_escape(classes[name])}" if name in classes else _escape(name)
        lines.append(f'    {ids[name]}["{label}"]')
    lines += [f"    {ids[a]} --> {ids[b]}" for a, b in model.edges]
    return [*lines, "  end"]


def _escape(text: str) -> str:
    """Entities as mermaid has them."""
    return "".join(c if c.isalnum() or c in " _-./()" else f"#{ord(c)};" for c in text)
