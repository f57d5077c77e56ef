"""`kls graph --format json`, the contract for programs. Ranges are LSP's: 0-based lines, UTF-16 columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kls.analysis import LayerReport, ModelReport
from kls.cli.checking import place
from kls.cli.formats.json import lsp_range
from kls.cli.reading import FileModels
from kls.source.position import Location


def whole(files: Sequence[FileModels]) -> str:
    """The document."""
    listed = [{"path": file.checked.shown, "models": [_model(file, m) for m in file.models]} for file in files]
    return json.dumps({"version": 1, "files": listed}, indent=2)


def _model(file: FileModels, model: ModelReport[Location]) -> dict[str, Any]:
    at = place(file.checked, model.location)
    error = model.error
    return {
        "variable": model.variable,
        "name": model.name,
        "class": model.cls,
        "range": lsp_range(at.range),
        **({} if at.cell is None else {"cell": at.cell}),
        "function": model.function,
        "inputs": list(model.inputs),
        "outputs": list(model.outputs),
        "layers": [_layer(file, layer) for layer in model.layers],
        "edges": [list(edge) for edge in model.edges],
        "params": model.params,
        "complete": model.complete,
        "error": None if error is None else {"type": error[0], "message": error[1]},
    }


def _layer(file: FileModels, layer: LayerReport[Location]) -> dict[str, Any]:
    at = place(file.checked, layer.location) if layer.location else None
    own = at is not None and at.path == file.checked.shown
    return {
        "name": layer.name,
        "class": layer.cls,
        "range": lsp_range(at.range) if at is not None and own else None,
        "shape": None if layer.shape is None else list(layer.shape),
        "params": layer.params,
    }
