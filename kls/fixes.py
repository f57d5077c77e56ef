"""Which fixes go together, and what a text becomes by them: the editor's "fix all" and `kls check --fix` are one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kls.rules.finding import Edit, Finding, Fix
from kls.source.document import Document
from kls.source.position import Location


def safe_edits(findings: Iterable[Finding[Location]], path: str) -> tuple[Edit[Location], ...]:
    """The edits of each finding's first safe fix that was not built in vain."""
    return _together(findings, path, lambda fix: fix.safe and fix.verified is not False)


def verified_edits(findings: Iterable[Finding[Location]], path: str) -> tuple[Edit[Location], ...]:
    """The edits of each finding's first fix that was built and mends the fault."""
    return _together(findings, path, lambda fix: fix.verified is True)


def _together(
    findings: Iterable[Finding[Location]], path: str, wanted: Callable[[Fix[Location]], bool]
) -> tuple[Edit[Location], ...]:
    """Edits that can be made at once: a fix is taken whole, if all of it is in `path` and no earlier one touches it."""
    taken: list[Edit[Location]] = []
    for finding in findings:
        fix = next((fix for fix in finding.fixes if wanted(fix)), None)
        if fix is None or any(edit.place.path != path for edit in fix.edits):
            continue
        new = [edit for edit in fix.edits if edit not in taken]
        if not any(_touch(edit, other) for edit in new for other in taken):
            taken += new
    return tuple(taken)


def apply_fix(document: Document, fix: Fix[Location]) -> str:
    """The text of `document` with one fix applied; all of its edits must be in it."""
    return apply_edits(document, fix.edits)


def apply_edits(document: Document, edits: Iterable[Edit[Location]]) -> str:
    """The text of `document` with `edits`, which do not overlap, applied at once."""
    text = document.text
    spans = [(document.offset(e.place.range.start), document.offset(e.place.range.end), e.new_text) for e in edits]
    # From the end, so that no offset moves.
    for start, end, new in sorted(spans, key=lambda span: span[:2], reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _touch(one: Edit[Location], other: Edit[Location]) -> bool:
    """Whether two edits change the same text, or insert in the same place."""
    a, b = one.place.range, other.place.range
    return a == b or (a.start < b.end and b.start < a.end)
