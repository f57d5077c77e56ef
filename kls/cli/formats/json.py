"""JSON, the contract for programs. Positions are LSP's: 0-based lines, UTF-16 columns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kls.cli.checking import Checked, place
from kls.rules.finding import Finding, Fix
from kls.source.position import Location, Range


def part(checked: Checked) -> dict[str, Any]:
    """One file."""
    return {
        "path": checked.shown,
        "error": checked.error,
        "findings": [finding(checked, found) for found in checked.findings],
    }


def whole(parts: Iterable[dict[str, Any]], keras: str | None) -> str:
    """The document, for all files."""
    return json.dumps({"version": 1, "keras": keras, "files": list(parts)}, indent=2)


def finding(checked: Checked, found: Finding[Location]) -> dict[str, Any]:
    """One finding. What only a build can tell (`verdict`, `verified`) is there when there was one."""
    at = place(checked, found.place)
    return {
        "rule": found.rule,
        "name": found.name,
        "severity": found.severity.value,
        "certainty": found.certainty.value,
        "message": found.message,
        "range": lsp_range(at.range),
        "cell": at.cell,
        "model": found.model,
        "outcomes": {era: outcome.value for era, outcome in found.outcomes.items()},
        "leaked": list(found.leaked),
        "related": [{"message": r.message, **_where(checked, r.place)} for r in found.related],
        "fixes": [_fix(checked, fix) for fix in found.fixes],
        **({"verdict": found.verdict.value} if found.verdict else {}),
    }


def lsp_range(range_: Range) -> dict[str, Any]:
    """A range as LSP writes it."""
    start, end = ({"line": p.line, "character": p.character} for p in range_)
    return {"start": start, "end": end}


def _fix(checked: Checked, fix: Fix[Location]) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safe": fix.safe,
        "edits": [{**_where(checked, edit.place), "newText": edit.new_text} for edit in fix.edits],
        **({"verified": fix.verified} if fix.verified is not None else {}),
    }


def _where(checked: Checked, location: Location) -> dict[str, Any]:
    at = place(checked, location)
    where: dict[str, Any] = {"path": at.path, "range": lsp_range(at.range)}
    return where if at.cell is None else {**where, "cell": at.cell}
