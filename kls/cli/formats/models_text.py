"""`kls graph` for people: a heading a model and a row a layer, as `model.summary()` has them."""

from __future__ import annotations

from collections.abc import Sequence

from kls.analysis import LayerReport, ModelReport
from kls.cli.checking import place
from kls.cli.colours import Paint
from kls.cli.frame import cells
from kls.cli.reading import FileModels
from kls.source.position import Location

_TITLES = ("layer", "class", "output shape", "params", "from")


def whole(files: Sequence[FileModels], paint: Paint) -> str:
    """All models of all files, with a blank line between them."""
    return "\n\n".join(_model(file, model, paint) for file in files for model in file.models)


def _model(file: FileModels, model: ModelReport[Location], paint: Paint) -> str:
    at = place(file.checked, model.location)
    cell = "" if at.cell is None else f"cell {at.cell + 1}:"
    where = f"{at.path}:{cell}{at.range.start.line + 1}"
    facts = [f"{len(model.layers)} layers"]
    if model.params is not None:
        facts.append(f"{model.params:,} parameters")
    if not model.complete:
        facts.append("not all of it is known")
    title = paint("bold", model.variable or model.name or model.cls)
    lines = [
        f"{where}: {title} = {model.cls}({', '.join(model.inputs)} -> {', '.join(model.outputs)}), {', '.join(facts)}"
    ]
    if model.error:
        lines.append(paint("red", f"  raises {model.error[0]}: {model.error[1]}"))
    rows = [_TITLES, *(_row(model, layer) for layer in model.layers)]
    widths = [max(cells(row[i]) for row in rows) for i in range(len(_TITLES))]
    for n, row in enumerate(rows):
        text = "  ".join(value + " " * (w - cells(value)) for value, w in zip(row, widths, strict=True)).rstrip()
        lines.append("  " + (paint("dim", text) if n == 0 else text))
    return "\n".join(lines)


def _row(model: ModelReport[Location], layer: LayerReport[Location]) -> tuple[str, ...]:
    shape = "?" if layer.shape is None else "(" + ", ".join("None" if d is None else str(d) for d in layer.shape) + ")"
    params = "?" if layer.params is None else f"{layer.params:,}"
    sources = [a for a, b in model.edges if b == layer.name]
    return layer.name, layer.cls, shape, params, ", ".join(sources)
