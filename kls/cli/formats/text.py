"""For people: one line that an editor can jump to, the code with marks under it, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kls.cli.checking import Checked, cell_of
from kls.cli.colours import Paint
from kls.cli.frame import Mark, frame
from kls.rules.finding import Finding, Fix, Severity
from kls.source.position import Location, Position

STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFORMATION: "cyan", Severity.HINT: "dim"}


@dataclass(frozen=True)
class Part:
    """One file's text, and how many findings of each severity are in it."""

    text: str
    counts: tuple[tuple[Severity, int], ...]
    fixable: int


def part(checked: Checked, paint: Paint) -> Part:
    """One file. An unreadable one was named on standard error already."""
    counts = {severity: sum(f.severity is severity for f in checked.findings) for severity in Severity}
    fixable = sum(any(fix.safe for fix in f.fixes) for f in checked.findings)
    return Part("\n".join(block(checked, f, paint) for f in checked.findings), tuple(counts.items()), fixable)


def whole(parts: Iterable[Part], files: int, paint: Paint) -> str:
    """All files and a last line that sums up."""
    parts = list(parts)
    totals = {severity: sum(dict(p.counts).get(severity, 0) for p in parts) for severity in Severity}
    found = ", ".join(_plural(n, _NOUNS[severity]) for severity, n in totals.items() if n)
    summary = f"{_plural(files, 'file')} checked: {found or 'nothing found'}"
    fixable = sum(p.fixable for p in parts)
    if fixable:
        summary += f"; `kls check --fix` mends {fixable}"
    return "\n".join([*(p.text for p in parts if p.text), paint("bold", summary)])


_NOUNS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "remark",
    Severity.HINT: "hint",
}


def block(checked: Checked, finding: Finding[Location], paint: Paint) -> str:
    """One finding."""
    style = STYLES[finding.severity]
    label = paint(f"{style} bold", f"{finding.severity.value}[{finding.rule}]")
    lines = [f"{_where(checked, finding.place)}: {label} {paint('bold', finding.name)}: {finding.message}"]
    here = [(r.message, r.place.range) for r in finding.related if r.place.path == checked.path]
    marks = [Mark(finding.place.range, "", True), *(Mark(range_, message, False) for message, range_ in here)]
    lines.append(frame(lambda n: checked.document.lines[n], marks, paint, style))
    elsewhere = [r for r in finding.related if r.place.path != checked.path]
    lines += [f"   {paint('blue', 'note')}: {_where(checked, r.place)}: {r.message}" for r in elsewhere]
    lines += [f"   {paint('green', 'fix')}: {fix.title}{_standing(fix)}" for fix in finding.fixes]
    return "\n".join(lines) + "\n"


def _standing(fix: Fix[Location]) -> str:
    words = ["safe" if fix.safe else "unsafe: look before you take it"]
    if fix.verified is not None:
        words.append("verified by building it" if fix.verified else "does NOT mend it when built")
    return f" ({', '.join(words)})"


def _where(checked: Checked, location: Location) -> str:
    """path:line:column, both 1-based as compilers print them; a notebook's cell in between."""
    document = checked.documents.get(location.path)
    start: Position = location.range.start
    cell, first = cell_of(document, start.line) if document else (None, 0)
    inside = "" if cell is None else f"cell {cell + 1}:"
    return f"{checked.show(location.path)}:{inside}{start.line - first + 1}:{start.character + 1}"


def _plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
