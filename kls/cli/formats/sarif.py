"""SARIF 2.1.0, for code scanning. Columns are 1-based UTF-16 units, as its `columnKind` says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from kls import __version__
from kls.cli.checking import Checked, place
from kls.pages import pages
from kls.rules.finding import Finding, Fix, Severity
from kls.source.position import Location, Range

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def part(checked: Checked) -> dict[str, Any]:
    """One file's results, and whether it could be read."""
    return {
        "results": [_result(checked, finding) for finding in checked.findings],
        "error": f"{checked.shown}: {checked.error}" if checked.error else None,
    }


def whole(parts: Iterable[dict[str, Any]]) -> str:
    """The log, with one run."""
    parts = list(parts)
    errors = [part["error"] for part in parts if part["error"]]
    notes = [{"level": "error", "message": {"text": error}} for error in errors]
    run = {
        "tool": {"driver": {"name": "kls", "semanticVersion": __version__, "rules": _rules()}},
        "columnKind": "utf16CodeUnits",
        "results": [result for part in parts for result in part["results"]],
        "invocations": [{"executionSuccessful": not errors, "toolExecutionNotifications": notes}],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rules() -> list[dict[str, Any]]:
    return [
        {
            "id": page.code,
            "name": page.name,
            "shortDescription": {"text": page.summary},
            "fullDescription": {"text": page.summary},
            "help": {"text": page.text, "markdown": page.text},
            "helpUri": page.url,
        }
        for page in pages()
    ]


def _result(checked: Checked, finding: Finding[Location]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS.get(finding.severity, "note"),
        "message": {"text": finding.message},
        "locations": [_location(checked, finding.place)],
        "relatedLocations": [
            {"id": i, "message": {"text": r.message}, **_location(checked, r.place)}
            for i, r in enumerate(finding.related, 1)
        ],
        "properties": {
            "certainty": finding.certainty.value,
            "outcomes": {era: outcome.value for era, outcome in finding.outcomes.items()},
        },
    }
    fixes = [_fix(checked, fix) for fix in finding.fixes if checked.document.cells == ()]
    return {**result, "fixes": fixes} if fixes else result


def _location(checked: Checked, location: Location) -> dict[str, Any]:
    """A physical location. In a notebook the region is the cell's, which a logical location names."""
    at = place(checked, location)
    physical = {"artifactLocation": {"uri": _uri(at.path)}}
    if at.cell is None:
        return {"physicalLocation": {**physical, "region": _region(at.range)}}
    name = f"cell {at.cell + 1}, line {at.range.start.line + 1}"
    return {"physicalLocation": physical, "logicalLocations": [{"name": name, "index": at.cell, "kind": "element"}]}


def _region(range_: Range) -> dict[str, int]:
    start, end = range_
    return {
        "startLine": start.line + 1,
        "startColumn": start.character + 1,
        "endLine": end.line + 1,
        "endColumn": end.character + 1,
    }


def _fix(checked: Checked, fix: Fix[Location]) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        at = place(checked, edit.place)
        replacement = {"deletedRegion": _region(at.range), "insertedContent": {"text": edit.new_text}}
        changes.setdefault(at.path, []).append(replacement)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(path)}, "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _uri(path: str) -> str:
    """A relative reference, or a file URI for an absolute path."""
    path = path.replace("\\", "/")
    return quote(path) if not path.startswith("/") else "file://" + quote(path)
