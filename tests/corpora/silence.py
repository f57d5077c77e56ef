"""kls over the source of packages: what it says of good code, how much of the code's models it knows, and how long a file takes.

usage: silence.py [PACKAGE...] [--keras VERSION]... [--nine] [--show]

Without names all of packages.toml, with --nine its first nine. Every package is checked for 3.15.1 and 2.15.0, unless other
versions are given. The findings that true_findings.toml proves to be right are told apart; the exit code is 1 if there are others
for the Keras that a package was written for, or if anything crashed. --show prints them, and each file over the step budget.
"""

from __future__ import annotations

import argparse
import ast
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import tomllib
from corpora import HERE, Package, download, packages

from kls.analysis import Analysis, Memo
from kls.cli.files import Target
from kls.cli.reading import Failed, Reader, Unreadable
from kls.garbage import collect_rarely

VERSIONS = ("3.15.1", "2.15.0")
BUDGET = 2.0
"""Seconds that the step budget allows one file."""

LOUD = ("error", "warning")
STATES = ("complete", "partial", "unknown", "not reached")


@dataclass(frozen=True)
class Found:
    """A finding, as true_findings.toml names it."""

    path: str
    line: int
    rule: str
    severity: str
    message: str


@dataclass(frozen=True)
class FileReport:
    """One file under one Keras. `seconds` are of the processor, so that what else the machine does is left out."""

    path: str
    seconds: float
    found: tuple[Found, ...]
    sites: Counter[str]
    """How many places that construct a model are in which of the STATES."""
    trouble: str | None
    finished: bool


_reader: dict[str, Reader] = {}


def check(package: Package, keras: str, path: Path) -> FileReport:
    """Check one file, as `kls check --keras` does."""
    reader = _reader.setdefault(keras, Reader({"keras": keras, "python": sys.executable}, Memo()))
    shown = path.relative_to(package.folder).as_posix()
    start = time.process_time()
    try:
        analysis = reader.analysis(Target(str(path)))
    except Failed:
        return FileReport(shown, time.process_time() - start, (), Counter(), traceback.format_exc(), True)
    except Unreadable as error:
        return FileReport(shown, time.process_time() - start, (), Counter(), f"unreadable: {error}", True)
    seconds = time.process_time() - start
    found = tuple(_found(package, finding) for finding in analysis.findings)
    return FileReport(shown, seconds, found, sites(analysis, str(path)), None, analysis.finished)


def _found(package: Package, finding: object) -> Found:
    place = finding.place  # type: ignore[attr-defined]
    path = Path(place.path)
    shown = path.relative_to(package.folder).as_posix() if path.is_relative_to(package.folder) else str(path)
    return Found(shown, place.range.start.line + 1, finding.rule, finding.severity.value, finding.message)  # type: ignore[attr-defined]


def sites(analysis: Analysis, path: str) -> Counter[str]:
    """What is known of each place that constructs a model: the best of what its constructions are."""
    known: dict[int, int] = {}
    for model in analysis.models:
        state = 0 if model.complete or model.error else 1 if model.layers else 2
        line = model.location.range.start.line
        known[line] = min(known.get(line, 3), state)
    for line in set(written(analysis.documents[path].text)) - known.keys():
        known[line] = 3
    return Counter(STATES[state] for state in known.values())


def written(text: str) -> Iterator[int]:
    """Lines (from 0) of calls that look as if they construct a model: Model(inputs, outputs), Sequential(...)."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            passed = len(node.args) + sum(k.arg in ("inputs", "outputs", "input", "output") for k in node.keywords)
            if name == "Sequential" or (name in ("Model", "Functional") and passed >= 2):
                yield node.lineno - 1


@dataclass(frozen=True)
class True_:
    """An entry of true_findings.toml: a finding that is right, with the reason."""

    package: str
    rule: str
    keras: tuple[str, ...]
    places: tuple[str, ...]

    def covers(self, package: Package, keras: str, found: Found) -> bool:
        """Whether it speaks of this finding."""
        same = (self.package, self.rule) == (package.name, found.rule)
        return same and keras in self.keras and f"{found.path}:{found.line}" in self.places


def true_findings() -> list[True_]:
    """The committed list."""
    file = HERE / "true_findings.toml"
    listed = tomllib.loads(file.read_text(encoding="utf-8")).get("finding", []) if file.exists() else []
    return [True_(f["package"], f["rule"], tuple(f["keras"]), tuple(f["places"])) for f in listed]


def report(package: Package, keras: str, reports: Sequence[FileReport], proven: Sequence[True_], show: bool) -> int:
    """Print what came of one package under one Keras; how many findings are false, or not proven to be true."""
    own = keras in package.keras
    findings = [found for one in reports for found in one.found]
    loud = [found for found in findings if found.severity in LOUD]
    false = [found for found in loud if not any(t.covers(package, keras, found) for t in proven)]
    crashes = [one for one in reports if one.trouble and not one.trouble.startswith("unreadable")]
    unreadable = [one for one in reports if one.trouble and one.trouble.startswith("unreadable")]
    seconds = sum(one.seconds for one in reports)
    slowest = max(reports, key=lambda one: one.seconds)
    states = sum((one.sites for one in reports), Counter[str]())
    print(f"{package.name} {package.version} under Keras {keras}{'' if own else ' (written for another)'}")
    print(f"  {len(reports)} files, {len(reports) / max(seconds, 1e-9):.0f} files/s a core, ", end="")
    print(
        f"slowest {slowest.seconds:.2f} s {slowest.path}, {len(crashes)} crashes, {len(unreadable)} unreadable, ",
        end="",
    )
    print(f"{sum(not one.finished for one in reports)} out of budget")
    print(f"  warnings and errors: {len(false)} other than {len(loud) - len(false)} true ones", end="")
    print("".join(f"; {rule} {count}" for rule, count in sorted(Counter(f.rule for f in loud).items())), end="")
    quiet = Counter(f.rule for f in findings if f.severity not in LOUD)
    print("; quieter: " + (", ".join(f"{rule} {count}" for rule, count in sorted(quiet.items())) or "none"))
    print("  constructions: " + ", ".join(f"{states[state]} {state}" for state in STATES))
    for one in crashes:
        print(f"  CRASH {one.path}\n{one.trouble}")
    if show:
        for found in false:
            print(f"  {found.path}:{found.line}: {found.severity} {found.rule} {found.message}")
        for one in reports:
            if one.seconds > BUDGET or not one.finished:
                print(f"  slow: {one.seconds:.2f} s {one.path}{'' if one.finished else ', out of budget'}")
    sys.stdout.flush()
    return len(crashes) + (len(false) if own else 0)


def main() -> int:
    """Everything that was asked for; the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--keras", action="append")
    parser.add_argument("--nine", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = [p for p in packages() if (p.name in options.names if options.names else not (options.nine and p.further))]
    proven, bad = true_findings(), 0
    with ProcessPoolExecutor(options.jobs, initializer=collect_rarely) as pool:
        for package in chosen:
            download(package)
            for keras in options.keras or VERSIONS:
                files = package.files
                made = pool.map(check, [package] * len(files), [keras] * len(files), files, chunksize=8)
                bad += report(package, keras, list(made), proven, options.show)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
