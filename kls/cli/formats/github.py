"""GitHub's workflow commands: each finding becomes an annotation on the pull request's lines."""

from __future__ import annotations

from collections.abc import Iterable

from kls.cli.checking import Checked, place
from kls.rules.finding import Finding, Severity
from kls.source.position import Location

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def part(checked: Checked) -> list[str]:
    """One file's commands. An unreadable file was named on standard error already."""
    return [_command(checked, finding) for finding in checked.findings]


def whole(parts: Iterable[list[str]]) -> str:
    """All commands, one a line."""
    return "\n".join(line for lines in parts for line in lines)


def _command(checked: Checked, finding: Finding[Location]) -> str:
    at = place(checked, finding.place)
    start, end = at.range
    properties = {"title": f"{finding.rule} {finding.name}", "file": at.path}
    message = finding.message
    if at.cell is None:
        properties["line"], properties["endLine"] = str(start.line + 1), str(end.line + 1)
        if start.line == end.line:
            properties |= {"col": str(start.character + 1), "endColumn": str(end.character + 1)}
    else:
        # An annotation is on a line of the file, and a notebook's lines are JSON's: say the place in words.
        message = f"cell {at.cell + 1}, line {start.line + 1}: {message}"
    fields = ",".join(f"{key}={_escape(value, ':,')}" for key, value in properties.items())
    return f"::{_LEVELS.get(finding.severity, 'notice')} {fields}::{_escape(message)}"


def _escape(text: str, also: str = "") -> str:
    """%-escapes as actions/toolkit's `command.ts` does them."""
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
