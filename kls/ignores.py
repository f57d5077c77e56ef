"""`# kls: ignore` comments: what they hide, and which of them hide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from kls.rules.finding import Certainty, Edit, Finding, Fix, Severity
from kls.rules.wording import listed
from kls.source.comments import Ignore, read_comments
from kls.source.document import Document
from kls.source.position import Location, Range

CODE, NAME = "KLS001", "unused-ignore"


def apply_ignores(
    path: str, document: Document, findings: tuple[Finding[Location], ...]
) -> tuple[Finding[Location], ...]:
    """The findings that no comment hides, and one for each comment that hides nothing, or names a rule in vain."""
    ignores = read_comments(document).ignores
    if not ignores:
        return findings
    used: list[set[str]] = [set() for _ in ignores]
    kept = [finding for finding in findings if not _hidden(path, finding, ignores, used)]
    unused = [_unused(path, ignore, hidden) for ignore, hidden in zip(ignores, used, strict=True)]
    return (*kept, *(finding for finding in unused if finding is not None))


def _hidden(path: str, finding: Finding[Location], ignores: Sequence[Ignore], used: list[set[str]]) -> bool:
    """Whether a comment hides the finding; each one that does notes the rule, by code and by name."""
    hidden = False
    if finding.place.path != path:
        return False
    lines = range(finding.place.range.start.line, finding.place.range.end.line + 1)
    for ignore, found in zip(ignores, used, strict=True):
        if ignore.covers(finding.rule, finding.name) and (ignore.whole_file or ignore.line in lines):
            found |= {finding.rule, finding.name}
            hidden = True
    return hidden


def _unused(path: str, ignore: Ignore, hidden: set[str]) -> Finding[Location] | None:
    """What is to be said of a comment that hides findings of the rules in `hidden`."""
    vain = [mention for mention in ignore.rules if mention.rule not in hidden]
    if hidden and not vain:
        return None
    named = listed([mention.rule for mention in vain], len(vain))
    missing = f"{named} {'is' if len(vain) == 1 else 'are'} not found here."
    if hidden:
        first, last = ignore.rules[0].range.start, ignore.rules[-1].range.end
        rest = ", ".join(mention.rule for mention in ignore.rules if mention.rule in hidden)
        place, message = vain[0].range, f"Not all of this comment is needed: {missing}"
        fix = Fix(f"Remove {named}", (Edit(Location(path, Range(first, last)), rest),), safe=True)
    else:
        place, message = (
            ignore.range,
            f"This comment is not needed: {missing}" if vain else "This comment hides nothing.",
        )
        fix = Fix("Remove the comment", (Edit(Location(path, ignore.removal), ""),), safe=True)
    return Finding(CODE, NAME, Severity.HINT, Certainty.PROVEN, message, Location(path, place), fixes=(fix,))
