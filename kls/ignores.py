"""`# kls: ignore` comments: what they hide, and which of them hide nothing."""

from __future__ import annotations

from collections.abc import Iterable

from kls.rules.finding import Certainty, Edit, Finding, Fix, Severity
from kls.source.comments import Ignore, read_comments
from kls.source.document import Document
from kls.source.position import Location

CODE, NAME = "KLS001", "unused-ignore"


def apply_ignores(
    path: str, document: Document, findings: tuple[Finding[Location], ...]
) -> tuple[Finding[Location], ...]:
    """The findings that no comment hides, and one for each comment that hides nothing."""
    ignores = read_comments(document).ignores
    if not ignores:
        return findings
    used: set[int] = set()
    kept = [finding for finding in findings if not _hidden(path, finding, ignores, used)]
    return (*kept, *(_unused(path, ignore) for i, ignore in enumerate(ignores) if i not in used))


def _hidden(path: str, finding: Finding[Location], ignores: Iterable[Ignore], used: set[int]) -> bool:
    """Whether a comment hides the finding; each one that does is noted."""
    hidden = False
    if finding.place.path != path:
        return False
    lines = range(finding.place.range.start.line, finding.place.range.end.line + 1)
    for i, ignore in enumerate(ignores):
        if ignore.covers(finding.rule, finding.name) and (ignore.whole_file or ignore.line in lines):
            used.add(i)
            hidden = True
    return hidden


def _unused(path: str, ignore: Ignore) -> Finding[Location]:
    named = ", ".join(mention.rule for mention in ignore.rules)
    what = f"`{named}` is" if len(ignore.rules) == 1 else f"{named} are" if named else "nothing is"
    message = f"This comment is not needed: {what} not found here." if named else "This comment hides nothing."
    fix = Fix("Remove the comment", (Edit(Location(path, ignore.removal), ""),), safe=True)
    return Finding(CODE, NAME, Severity.HINT, Certainty.PROVEN, message, Location(path, ignore.range), fixes=(fix,))
