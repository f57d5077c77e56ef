"""Between the two tiers: what of an analysis is to be built, and what the build says of its findings."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kls.analysis import Analysis, Memo, ModelReport, Snapshot, analyse
from kls.confirm.asked import Confirmation, FixRequest, ModelVerdict, Site
from kls.confirm.plan import assigned_name, plain_constructions, statement_span
from kls.confirm.session import Facts
from kls.environment import Environment
from kls.fixes import apply_edits, apply_fix, verified_edits
from kls.ignores import CODE as UNUSED
from kls.rules.finding import Certainty, Edit, Finding, Fix, Outcome, Severity, Verdict
from kls.settings import Settings
from kls.source.document import Document
from kls.source.notebook import locate
from kls.source.position import Location, Position, Range

_GRAVITY = (Outcome.RAISES, Outcome.LEAKS, Outcome.WRONG, Outcome.FINE)
_LONGEST = 300
_LINE = re.compile(r"(^|[:(] )line (\d+): ")


@dataclass(frozen=True)
class Suspect:
    """A model's construction and the findings about it."""

    location: Location
    variable: str | None
    findings: tuple[Finding[Location], ...]

    @property
    def line(self) -> int:
        """The 0-based line that the construction starts on."""
        return self.location.range.start.line

    @property
    def lines(self) -> range:
        """The lines of the construction, 1-based."""
        return range(self.line + 1, self.location.range.end.line + 2)


def model_of(analysis: Analysis, finding: Finding[Location]) -> ModelReport[Location] | None:
    """The model that a finding is about: the innermost construction around it, the one that it names, else the last
    of its name before it."""
    start = finding.place.range.start
    here = [model for model in analysis.models if model.location.path == finding.place.path]
    around = [model for model in here if model.location.range.start <= start <= model.location.range.end]
    if around:
        return max(around, key=lambda model: model.location.range.start)
    shown = [model for model in here if model.location == finding.construction]
    if shown:
        return shown[0]
    named = [m for m in here if m.variable is not None and m.variable == finding.model]
    before = [model for model in named if model.location.range.start <= start]
    return before[-1] if before else named[0] if named else None


def suspects(analysis: Analysis, line: int | None = None) -> tuple[Suspect, ...]:
    """The models of the file that have findings, in order of their lines; only the one at `line` (0-based), if given.

    A model at `line` without findings is a suspect all the same: it can be built, known or not.
    """
    found: dict[int, Suspect] = {}
    for finding in analysis.findings:
        if finding.place.path != analysis.path or finding.rule == UNUSED:
            continue
        model = model_of(analysis, finding)
        place, name = (model.location, model.variable) if model else (finding.place, finding.model)
        at = place.range.start.line
        before = found.get(at, Suspect(place, name, ()))
        found[at] = replace(before, findings=(*before.findings, finding))
    if line is None:
        return tuple(found[at] for at in sorted(found))
    for suspect in found.values():
        if suspect.line == line or any(f.place.range.start.line == line for f in suspect.findings):
            return (suspect,)
    for model in analysis.models:
        if model.location.range.start.line <= line <= model.location.range.end.line:
            return (Suspect(model.location, model.variable, ()),)
    return _written(analysis, line)


def _written(analysis: Analysis, line: int) -> tuple[Suspect, ...]:
    """A construction at a line that the analysis did not come to, or whose graph it does not know."""
    document = analysis.documents[analysis.path]
    span = statement_span(document.text, line + 1)
    at = next((each - 1 for each in plain_constructions(document.text) if each in span), None)
    if at is None:
        return ()
    words = document.lines[at]
    place = Range(Position(at, len(words) - len(words.lstrip())), Position(at, len(words.rstrip())))
    return (Suspect(Location(analysis.path, place), assigned_name(document.text, at + 1), ()),)


def sites(suspected: Iterable[Suspect], document: Document, environment: Environment, path: str) -> list[Site]:
    """What to build for each suspect: the model, and the program with each of its fixes."""
    return [_site(suspect, document, environment, path) for suspect in suspected]


def _site(suspect: Suspect, document: Document, environment: Environment, path: str) -> Site:
    outcomes = [outcome(finding, environment) for finding in suspect.findings]
    requests = [
        _request(suspect, finding, fix, document, environment, path) for finding, fix in _buildable(suspect, path)
    ]
    return Site(
        suspect.line + 1,
        suspect.variable,
        min(outcomes, key=_GRAVITY.index, default=Outcome.FINE).value,
        tuple(dict.fromkeys(name for finding in suspect.findings for name in finding.leaked)),
        tuple(dict.fromkeys(finding.rule for finding in suspect.findings)),
        tuple(requests),
        tuple(dict.fromkeys(name for finding in suspect.findings for name in finding.absent)),
        tuple(dict.fromkeys(name for finding in suspect.findings for name in finding.repeated)),
        all(finding.certainty is Certainty.PROVEN for finding in suspect.findings),
        tuple(sorted({f.place.range.start.line + 1 for f in suspect.findings} - {*range(suspect.line + 2)})),
    )


def _request(
    suspect: Suspect,
    finding: Finding[Location],
    fix: Fix[Location],
    document: Document,
    environment: Environment,
    path: str,
) -> FixRequest:
    """The program with a fix, and with the first fixes of the model's other findings too."""
    text = apply_fix(document, fix)
    others = [other for other in suspect.findings if other is not finding]
    alone = replace(finding, fixes=(replace(fix, verified=True),))
    rest = [replace(o, fixes=tuple(replace(f, verified=True) for f in o.fixes[:1])) for o in others]
    together = apply_edits(document, verified_edits([alone, *rest], path)) if others else text
    wrong = outcome(finding, environment) is Outcome.WRONG
    fault = _still(finding, text, path, environment) if wrong else None
    return FixRequest(fix.title, text, together if together != text else None, fault)


def _still(finding: Finding[Location], text: str, path: str, environment: Environment) -> str | None:
    """What the static analysis says of a fixed program, where Keras builds the faulty one without a word."""
    after = analyse(Snapshot(path, Document(text)), environment, Settings(), Memo())
    line = finding.place.range.start.line
    same = [f for f in after.findings if f.rule == finding.rule and f.place.range.start.line == line]
    return f"kls still says: {same[0].message}" if same else None


def outcome(finding: Finding[Location], environment: Environment) -> Outcome:
    """What this environment's Keras does, as far as the static analysis knows."""
    return finding.outcomes.get(environment.era.value, Outcome.WRONG)


def _buildable(suspect: Suspect, path: str) -> list[tuple[Finding[Location], Fix[Location]]]:
    """The fixes that are in this file alone, in the order of the findings."""
    every = [(finding, fix) for finding in suspect.findings for fix in finding.fixes]
    return [(finding, fix) for finding, fix in every if all(edit.place.path == path for edit in fix.edits)]


def judged(
    findings: Iterable[Finding[Location]], suspected: Sequence[Suspect], confirmation: Confirmation, path: str
) -> tuple[Finding[Location], ...]:
    """`findings` after the build: what was refuted is gone, what was confirmed says so and is an error.

    A finding whose intent is unclear keeps its severity: that the layers are there was never in doubt.
    """
    by_site = list(zip(suspected, confirmation.models, strict=False))
    kept = []
    for finding in findings:
        about = next(((suspect, model) for suspect, model in by_site if finding in suspect.findings), None)
        if about is None:
            kept.append(finding)
        elif about[1].verdict != "refuted":
            kept.append(_told(finding, *about, confirmation, path))
    return tuple(kept)


def _told(
    finding: Finding[Location], suspect: Suspect, model: ModelVerdict, confirmation: Confirmation, path: str
) -> Finding[Location]:
    """One finding with what the build said of it and of its fixes."""
    proofs = list(zip([fix for _, fix in _buildable(suspect, path)], model.fixes, strict=False))

    def proven(fix: Fix[Location]) -> bool | None:
        return next((proof.verified for built, proof in proofs if built == fix), None)

    finding = replace(finding, fixes=tuple(replace(fix, verified=proven(fix)) for fix in finding.fixes))
    if model.verdict == "confirmed":
        error = Severity.ERROR if finding.certainty is not Certainty.SUSPECTED else finding.severity
        message = f"{finding.message}\n{sentence(model, confirmation)}."
        return replace(finding, verdict=Verdict.CONFIRMED, severity=error, message=message)
    if model.verdict == "inconclusive":
        return replace(finding, verdict=Verdict.INCONCLUSIVE)
    return finding


def run_edit(model: ModelVerdict, document: Document, path: str) -> Edit[Location] | None:
    """The edit that adds the `# kls: run` comment which a verdict asks for; None where it asks for none."""
    if model.run is None or model.run.line > len(document.lines):
        return None
    row = model.run.line - 1
    line = document.lines[row]
    start = Position(row, len(line) - len(line.lstrip()))
    indent = line[: start.character]
    return Edit(Location(path, Range(start, start)), f"# kls: run {model.run.call}\n{indent}")


def in_cells(confirmation: Confirmation, document: Document) -> Confirmation:
    """A confirmation of a notebook whose words tell lines by their cells; that of a plain file as it is."""
    if not document.cells:
        return confirmation

    def told(words: str) -> str:
        return _LINE.sub(lambda found: f"{found[1]}{_cell(document, int(found[2]))}: ", words)

    def one(model: ModelVerdict) -> ModelVerdict:
        fixes = tuple(replace(fix, reason=fix.reason and told(fix.reason)) for fix in model.fixes)
        return replace(model, assumptions=tuple(map(told, model.assumptions)), fixes=fixes)

    return replace(confirmation, models=tuple(map(one, confirmation.models)))


def _cell(document: Document, line: int) -> str:
    cell, place = locate(document, Position(line - 1, 0))
    return f"cell {cell + 1}, line {place.line + 1}"


def to_json(confirmation: Confirmation, document: Document) -> dict[str, object]:
    """The contract of `kls confirm --format json`. In a notebook `cell` (0-based) says which cell a `line` is in."""
    told = confirmation.to_json()
    if document.cells:
        models: Any = told["models"]
        for data in [*models, *(model["error"] for model in models if model["error"])]:
            data["cell"], place = locate(document, Position(data["line"] - 1, 0))
            data["line"] = place.line + 1
    return told


def sentence(model: ModelVerdict, confirmation: Confirmation) -> str:
    """The verdict on one model in a short sentence without its full stop. What the agent said is cut to one line."""
    keras = f"Keras {confirmation.keras}"
    if model.verdict == "confirmed":
        return f"Confirmed by {keras}: {_what(model)}"
    if model.verdict == "refuted":
        return f"Refuted by {keras}: it is built as it was meant"
    if model.verdict == "clean":
        return f"Built with {keras}: nothing is wrong with it there"
    reason = model.assumptions[-1] if model.assumptions else "it was not built"
    return _line(f"{keras} could not tell: {reason}")


def _what(model: ModelVerdict) -> str:
    if model.error is not None:
        return _line(f"raises {model.error.type}: {model.error.message}")
    words = []
    if model.leaked:
        parameters = f" ({model.leaked_params:,} parameters)" if model.leaked_params else ""
        is_clone = model.built is not None and model.built.leaked
        verb = "leaks" if is_clone else "has in it what was not meant:"
        words.append(f"{verb} {', '.join(model.leaked)}{parameters}")
    if model.missing:
        words.append(f"needs {', '.join(model.missing)}, which is not among its inputs")
    if model.absent:
        words.append(f"{', '.join(model.absent)} {'is' if len(model.absent) == 1 else 'are'} not in it")
    if model.repeated:
        words.append(f"calls {', '.join(model.repeated)} again on what came of it")
    changed = max((fix.changes for fix in model.fixes if fix.verified and fix.changes), default=None)
    if not words and changed is not None:
        how = f"differ by up to {changed:.2g} from" if math.isfinite(changed) else "are of another shape than"
        words.append(f"its outputs {how} those that it has with the fix")
    return _line("; ".join(words) or f"its layers are {', '.join(model.layers)}")


def _line(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 3]}..."


def facts(environment: Environment, project: str | None) -> Facts | None:
    """What a session must know of the environment; None where no interpreter is known."""
    if environment.python is None:
        return None
    return Facts(
        Path(environment.python),
        Path(project) if project else None,
        environment.legacy,
        environment.backend,
        environment.image_data_format,
        environment.floatx,
        tuple(Path(folder) for folder in environment.search_path if project and _of_project(folder, project)),
    )


def _of_project(folder: str, project: str) -> bool:
    """Whether a folder of the search path holds the project's own code: the interpreter knows all others itself."""
    path = Path(folder)
    return path.is_relative_to(project) and "site-packages" not in path.parts
