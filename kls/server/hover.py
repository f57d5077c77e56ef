"""Hover: the layers of the model under the cursor, and the page of the rule that complains there."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence

from lsprotocol import types

from kls.analysis import LayerReport, ModelReport
from kls.origins import Question
from kls.pages import find_page
from kls.server.places import overlap
from kls.server.server import KlsServer
from kls.source.document import Document
from kls.source.position import Location, Position, Range

MOST_LAYERS = 40
"""A hover of ResNet50's 177 rows helps nobody: the middle is left out."""

MOST_ORIGINS = 3
"""A name that may be more things than this is not explained by listing them."""

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def register(ls: KlsServer) -> None:
    """Add the feature."""
    ls.feature(types.TEXT_DOCUMENT_HOVER)(hover)


async def hover(ls: KlsServer, params: types.HoverParams) -> types.Hover | None:
    """What is known of the place; None where there is nothing to say."""
    uri = params.text_document.uri
    file = ls.texts.find(uri)
    result = await ls.analyses.with_models(file.uri) if file else None
    if result is None:
        return None
    file = result.file
    here = result.places.position(file, uri, params.position)
    cursor = Range(here, here)
    findings = [f for f in ls.findings(result) if f.place.path == file.path and overlap(f.place.range, cursor)]
    model = model_at(file.document, result.analysis.models, here, file.path)
    parts = [_table(model, ls.client.markdown)] if model else []
    pages = [find_page(rule) for rule in dict.fromkeys(finding.rule for finding in findings)]
    parts += [_quiet(page.text) for page in pages if page]
    if not parts:
        parts = await _origins(ls, file.path, file.document, here)
    if not parts:
        return None
    kind = types.MarkupKind.Markdown if ls.client.markdown else types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, "\n\n---\n\n".join(parts)))


async def _origins(ls: KlsServer, path: str, document: Document, here: Position) -> list[str]:
    """What jedi says of the name under the cursor, of which the analysis knows nothing; in trusted workspaces only."""
    line = document.lines[here.line] if here.line < len(document.lines) else ""
    name = next((m for m in _NAME.finditer(line) if m.start() <= here.character <= m.end()), None)
    if name is None or not ls.client.trusted or keyword.iskeyword(name[0]):
        return []
    environment = ls.neighbourhood.of(path).environment
    question = Question(path, document.text, here.line + 1, here.character, environment.python, environment.search_path)
    found = await ls.inference.ask(question)
    words = [origin.words() for origin in found[:MOST_ORIGINS]]
    return ["  \n".join(_escape(text) if ls.client.markdown else text for text in words)] if words else []


def model_at(
    document: Document, models: Sequence[ModelReport[Location]], here: Position, path: str
) -> ModelReport[Location] | None:
    """The model constructed at `here`, or the last one before it that is bound to the name under the cursor."""
    line = document.lines[here.line]
    name = next((m for m in _NAME.finditer(line) if m.start() <= here.character <= m.end()), None)
    if name is not None:
        # On `self.model.fit` the cursor in `model` means `self.model`.
        stop = re.compile(r"\w*").match(line, here.character)
        variable = line[name.start() : stop.end() if stop else name.end()]
        named = [m for m in models if m.variable == variable and m.location.path == path]
        before = [m for m in named if m.location.range.start.line <= here.line]
        if named:
            return before[-1] if before else named[0]
    return next((m for m in models if m.location.path == path and _holds(m.location.range, here)), None)


def _holds(range_: Range, here: Position) -> bool:
    """A construction is hovered on its first line, which names the class; its arguments speak for themselves."""
    return range_.start <= here <= range_.end and here.line == range_.start.line


def _table(model: ModelReport[Location], markdown: bool) -> str:
    """A heading and one row a layer."""
    rows = [("layer", "class", "output shape", "params"), *(_row(layer) for layer in model.layers)]
    if len(rows) > MOST_LAYERS:
        left_out = len(rows) - MOST_LAYERS
        half = MOST_LAYERS // 2
        rows = [*rows[:half], (f"... {left_out} more ...", "", "", ""), *rows[-half:]]
    heading, facts = _heading(model)
    if not markdown:
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([f"{heading}: {facts}", *lines])
    body = ["| " + " | ".join(_escape(cell) for cell in row) + " |" for row in rows]
    return "\n".join([f"**{_escape(heading)}**: {_escape(facts)}", "", body[0], "|---|---|---|---:|", *body[1:]])


def _heading(model: ModelReport[Location]) -> tuple[str, str]:
    facts = [model.cls, f"{len(model.layers)} layers"]
    if model.params is not None:
        facts.append(f"{model.params:,} parameters")
    if not model.complete:
        facts.append("not all of it is known")
    if model.error:
        facts.append(f"raises {model.error[0]}")
    return model.variable or model.name or model.cls, ", ".join(facts)


def _row(layer: LayerReport[Location]) -> tuple[str, str, str, str]:
    shape = "?" if layer.shape is None else "(" + ", ".join("None" if d is None else str(d) for d in layer.shape) + ")"
    return layer.name, layer.cls, shape, "?" if layer.params is None else f"{layer.params:,}"


def _quiet(page: str) -> str:
    """A page with bold lines for headings: a hover has no room for large ones."""
    parts = re.split(r"(^```.*?^```)", page, flags=re.MULTILINE | re.DOTALL)
    parts[::2] = [re.sub(r"^#+ (.+)$", r"**\1**", text, flags=re.MULTILINE) for text in parts[::2]]
    return "".join(parts)


def _escape(text: str) -> str:
    """Names come from the program: none of them is markup."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&])", r"\\\1", text)
