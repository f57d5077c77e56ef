"""Findings as LSP diagnostics, pushed or pulled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lsprotocol import types

from kls.ignores import CODE as UNUSED
from kls.pages import rule_url
from kls.rules.finding import Finding, Severity
from kls.server.client import Client
from kls.server.places import Places
from kls.server.texts import OpenFile
from kls.source.position import Location

SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}


def by_document(
    file: OpenFile, findings: Iterable[Finding[Location]], places: Places, client: Client
) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of each document of `file`; an empty list says that there are none any more."""
    items: dict[str, list[types.Diagnostic]] = {uri: [] for uri in file.uris}
    for finding in findings:
        place = places.location(finding.place) if finding.place.path == file.path else None
        if place is not None:
            items.setdefault(place.uri, []).append(diagnostic(finding, place.range, places, client))
    return items


def diagnostic(finding: Finding[Location], at: types.Range, places: Places, client: Client) -> types.Diagnostic:
    """One finding as the client is shown it."""
    related = [(r.message, places.location(r.place)) for r in finding.related]
    message = finding.message
    information: list[types.DiagnosticRelatedInformation] | None = None
    if client.related_information:
        information = [types.DiagnosticRelatedInformation(place, text) for text, place in related if place]
    else:
        message += "".join(f"\n- line {place.range.start.line + 1}: {text}" for text, place in related if place)
    return types.Diagnostic(
        range=at,
        message=message,
        severity=SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=types.CodeDescription(rule_url(finding.rule)),
        source="kls",
        tags=[types.DiagnosticTag.Unnecessary] if finding.rule == UNUSED else None,
        related_information=information or None,
        data=_data(finding),
    )


def _data(finding: Finding[Location]) -> dict[str, Any]:
    """What a client may want to know without reading the message."""
    return {
        "name": finding.name,
        "certainty": finding.certainty.value,
        "model": finding.model,
        "verdict": finding.verdict.value if finding.verdict else None,
        "outcomes": {era: outcome.value for era, outcome in finding.outcomes.items()},
    }
