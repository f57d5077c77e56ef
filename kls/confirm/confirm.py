"""Confirm with Keras.

Build the models of a file, and its fixes, in the sandbox, and say of each what was really built.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from kls.confirm.agent_process import Answer
from kls.confirm.mend import mended
from kls.confirm.plan import (
    Plan,
    assigned_name,
    caller_of,
    enclosing_span,
    plain_constructions,
    plan,
    statement_span,
)
from kls.confirm.report import BadReport, BuiltModel, Failure, Report, parse_report
from kls.confirm.session import Run, Session
from kls.confirm.verdict import INCONCLUSIVE, Judged, cause_of, first_line, fix_holds, is_consequence, judge, told

NEEDS_ARGUMENTS = re.compile(r"missing \d+ required (positional|keyword-only) argument")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class FixRequest:
    """A fix to prove: `text` is the whole program with the fix applied.

    `together`: the program with the other fixes of the model as well, if there are others: two faults of one model are
    mended by two fixes. `fault`: what the static analysis still holds against it, in words.
    """

    title: str
    text: str
    together: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Site:
    """A model construction to build.

    `expected`: raises, leaks, wrong or fine; `leaked`: what the static analysis says leaks.
    """

    line: int
    variable: str | None = None
    expected: str = "fine"
    leaked: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    fixes: tuple[FixRequest, ...] = ()


@dataclass(frozen=True)
class FixVerdict:
    """How a fix did. `reason` says why it failed."""

    title: str
    verified: bool
    layers: tuple[str, ...]
    leaked: tuple[str, ...]
    max_abs_difference: float | None
    reason: str | None

    def to_json(self) -> dict[str, object]:
        """As in the contract of `kls confirm --format json`."""
        return {
            "title": self.title,
            "verdict": "verified" if self.verified else "failed",
            "layers": list(self.layers),
            "leaked": list(self.leaked),
            "max_abs_difference": self.max_abs_difference,
        }


@dataclass(frozen=True)
class ModelVerdict:
    """What was really built at one site."""

    variable: str | None
    line: int
    verdict: str
    layers: tuple[str, ...] = ()
    leaked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    params: int | None = None
    leaked_params: int | None = None
    error: Failure | None = None
    assumptions: tuple[str, ...] = ()
    fixes: tuple[FixVerdict, ...] = ()
    built: BuiltModel | None = None
    """All that the agent said of it, edges and shapes too."""

    def to_json(self, seconds: dict[str, float]) -> dict[str, object]:
        """As in the contract of `kls confirm --format json`."""
        error = self.error
        return {
            "variable": self.variable,
            "line": self.line,
            "verdict": self.verdict,
            "layers": list(self.layers),
            "leaked": list(self.leaked),
            "missing": list(self.missing),
            "params": self.params,
            "leaked_params": self.leaked_params,
            "error": None if error is None else told_error(error, self.line),
            "assumptions": list(self.assumptions),
            "fixes": [fix.to_json() for fix in self.fixes],
            "seconds": seconds,
        }


@dataclass(frozen=True)
class Confirmation:
    """The answer to one confirm."""

    python: str
    keras: str
    backend: str
    sandbox: str
    models: tuple[ModelVerdict, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    """start: how long the request waited for the warm process to be ready, 0 when it was; build: everything else."""

    def to_json(self) -> dict[str, object]:
        """As in the contract of `kls confirm --format json`."""
        environment = {"python": self.python, "keras": self.keras, "backend": self.backend, "sandbox": self.sandbox}
        return {"version": 1, "environment": environment, "models": [m.to_json(self.seconds) for m in self.models]}


def told_error(error: Failure, line: int) -> dict[str, object]:
    """An exception as in the contract; `line` where none of the user's lines is known."""
    return {"type": error.type, "message": error.message, "line": error.lines[0] if error.lines else line}


def confirm(
    path: str | os.PathLike[str],
    text: str,
    sites: Sequence[Site] | None,
    session: Session,
    *,
    progress: Progress = lambda message: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Confirmation:
    """Build the models at `sites` (None: every model that the file builds) and prove their fixes.

    `path` need not hold `text` on disk: it names the file in tracebacks and its folder is importable. Raises
    Cancelled, NoJail,
    KerasMissing, FileNotFoundError (no such interpreter) or AgentDied, whose messages are for a person.
    """
    begun = time.monotonic()
    session.start()
    path = os.path.abspath(path)  # noqa: PTH100 - a Path would drop what the editor wrote
    wanted = list(sites) if sites is not None else []
    lines = [site.line for site in wanted]
    text, lost = mended(text)
    first = plan(text, lines if sites is not None else None, text, lost)
    first = replace(first, caller=caller_of(path, first, lines, session))
    plans = [first]
    fixes = [(site, fix, told) for site in wanted for fix in site.fixes for told in (fix.text, fix.together) if told]
    plans += [replace(plan(text, [site.line], *mended(told)), caller=first.caller) for site, _, told in fixes]
    # Where the faulty model raises there is nothing to hold the fixed one's outputs against.
    compared = [i for i, site in enumerate(wanted) if site.fixes and site.expected != "raises"]
    values = [{line for i in compared for line in plans[0].spans[i]}]
    values += [
        set(p.spans[0]) if site.expected != "raises" else set() for p, (site, *_) in zip(plans[1:], fixes, strict=True)
    ]
    raising = [span for site, span in zip(wanted, first.spans, strict=False) if site.expected == "raises"]
    variants = [p.variant(path, v, () if i else raising) for i, (p, v) in enumerate(zip(plans, values, strict=True))]
    progress("starting Keras" if session.pid is None else "building")
    run = session.build(variants, cancelled, started=lambda hello: progress(f"building with Keras {hello.keras}"))
    models = judge_all(text, wanted if sites is not None else None, plans, fixes, run, session)
    start = max(0.0, run.ready_at - begun) if run.ready_at is not None else 0.0
    seconds = {"start": round(start, 4), "build": round(time.monotonic() - begun - start, 4)}
    python = str(session.facts.python)
    return Confirmation(python, run.hello.keras, run.hello.backend, run.level.name, tuple(models), seconds)


def read(answer: Answer | None, session: Session) -> tuple[Report | None, str | None]:
    """(the checked report, None) or (None, why there is none)."""
    if answer is None:
        return None, "it was not run"
    ended = None if answer.killed is None else session.limits.words(answer.killed)
    if ended is not None and answer.report is None:
        return None, f"it could not be built: {ended}"
    if answer.report is None:
        how = f"signal {-answer.code}" if answer.code is not None and answer.code < 0 else f"exit code {answer.code}"
        return None, f"the program ended its process ({how}) before it was done"
    try:
        return replace(parse_report(answer.report), ended=ended), None
    except BadReport as error:
        return None, f"the program's report was refused: {error}"


def judge_all(
    text: str,
    sites: Sequence[Site] | None,
    plans: Sequence[Plan],
    fixes: Sequence[tuple[Site, FixRequest, str]],
    run: Run,
    session: Session,
) -> list[ModelVerdict]:
    """The verdicts on all sites, or on every model that was built where no sites were given."""
    report, trouble = read(run.answers[0], session)
    if sites is None:
        sites, spans = found_sites(text, report), None
    else:
        spans = plans[0].spans
    verdicts = []
    for index, site in enumerate(sites):
        span = spans[index] if spans is not None else statement_span(text, site.line)
        judged = judge_site(site, span, plans[0], report, trouble, session)
        proofs: dict[int, FixVerdict] = {}
        for i, (owner, fix, _) in enumerate(fixes):
            if owner is site and not (id(fix) in proofs and proofs[id(fix)].verified):
                proof = prove(fix, site, judged, report, plans[1 + i], run.answers[1 + i], session)
                if proof.verified or id(fix) not in proofs:
                    proofs[id(fix)] = proof
        verdicts.append(verdict_of(site, judged, assumptions(report, plans[0], span.start), tuple(proofs.values())))
    if not verdicts and (trouble or report is None or report.errors or plans[0].lost):
        verdicts.append(nothing_built(report, trouble, plans[0]))
    return verdicts


def found_sites(text: str, report: Report | None) -> list[Site]:
    """One site for every line of the file that built a model.

    And for every statement that was to build one and did not.
    """
    lines = {model.lines[0]: model.variable for model in report.models if model.lines} if report is not None else {}
    covered = {line for built in lines for line in statement_span(text, built)}
    for line in plain_constructions(text):
        if line not in covered:
            lines[line] = None
            covered |= set(statement_span(text, line))
    return [Site(line, variable or assigned_name(text, line)) for line, variable in sorted(lines.items())]


def judge_site(
    site: Site, span: range, planned: Plan, report: Report | None, trouble: str | None, session: Session
) -> Judged:
    """The verdict on one site; an inconclusive one always says why."""
    if report is None:
        return Judged(INCONCLUSIVE, None, None, trouble)
    needed = None if planned.caller else planned.slice.needed
    assumed = any(needed is None or line in needed for line, _ in report.assumptions)
    judged = judge(report, span, site.variable, site.expected, site.leaked, assumed)
    if report.ended is not None and judged.error is not None:
        words = f"it could not be built with variables: {report.ended}; without: {told(judged.error)}"
        return Judged(INCONCLUSIVE, judged.model, judged.error, words)
    if judged.verdict == INCONCLUSIVE and judged.reason is None:
        error = cause_of(report, needed, enclosing_span(planned.text, span.start))
        lacks = planned.slice.lacks_at(span) if planned.caller is None else None
        failed = f"the program fails before it: {told(error)}" if error else None
        if error is not None and planned.slice.calls and NEEDS_ARGUMENTS.search(error.message):
            failed = f"{told(error)}: say how with a comment above it, # kls: run ...(...)"
        late = f"the program was stopped before it: {session.limits.words('soft')}" if report.out_of_time else None
        return Judged(INCONCLUSIVE, None, error, lacks or failed or late or "the program does not come to it")
    return judged


def assumptions(report: Report | None, planned: Plan, before: int) -> tuple[str, ...]:
    """What was made up for the sake of the sites, and the statements before line `before` that were passed over."""
    if report is None:
        return ()
    needed = planned.slice.needed
    notes = {(line, text) for line, text in report.assumptions if line in needed or not needed or planned.caller}
    passed = [error for error in report.errors if error.lines and error.lines[-1] < before]
    notes |= {(e.lines[-1], f"{e.type} was passed over: {first_line(e)}") for e in passed if not is_consequence(e)}
    notes |= {(line, "it does not parse, and is left out") for line in planned.lost}
    called = [f"called by {os.path.basename(planned.caller.path)}"] if planned.caller else []  # noqa: PTH119
    return (*called, *(f"line {line}: {text}" for line, text in sorted(notes)))


def prove(
    fix: FixRequest,
    site: Site,
    before: Judged,
    original: Report | None,
    fixed_plan: Plan,
    answer: Answer | None,
    session: Session,
) -> FixVerdict:
    """Whether a fix does away with the fault and with nothing else."""
    report, trouble = read(answer, session)
    if report is None or fix.fault is not None:
        return FixVerdict(fix.title, False, (), (), None, fix.fault or trouble)
    span = fixed_plan.spans[0]
    after = judge_site(Site(site.line, site.variable, "fine"), span, fixed_plan, report, None, session)
    known = original if original is not None else Report((), (), ())
    holds, apart, reason = fix_holds(before, known, after, report, span.stop - 1, site.leaked, site.expected)
    layers = tuple(layer.name for layer in after.model.layers) if after.model else ()
    return FixVerdict(fix.title, holds, layers, after.model.leaked if after.model else (), apart, reason)


def verdict_of(site: Site, judged: Judged, assumed: tuple[str, ...], proofs: tuple[FixVerdict, ...]) -> ModelVerdict:
    """One site's verdict; the reason of an inconclusive one is the last of its assumptions."""
    model, reasons = judged.model, (judged.reason,) if judged.reason else ()
    variable = site.variable or (model.variable if model else None)
    if model is None:
        return ModelVerdict(
            variable, site.line, judged.verdict, error=judged.error, assumptions=(*assumed, *reasons), fixes=proofs
        )
    real = tuple(layer.name for layer in model.layers)
    leaked = model.leaked or tuple(name for name in site.leaked if name in real and judged.verdict == "confirmed")
    return ModelVerdict(
        variable=variable,
        line=site.line,
        verdict=judged.verdict,
        layers=real,
        leaked=leaked,
        missing=model.missing,
        params=model.params,
        leaked_params=model.leaked_params if model.error is None else None,
        error=judged.error,
        assumptions=(*assumed, *reasons),
        fixes=proofs,
        built=model,
    )


def nothing_built(report: Report | None, trouble: str | None, planned: Plan) -> ModelVerdict:
    """The verdict on a file without a single model: the first exception, or why there is no report."""
    error = report.errors[0] if report is not None and report.errors else None
    lost = f"SyntaxError on line {planned.lost[0]}" if planned.lost else "no model was built"
    reason = trouble or planned.slice.lacks or (told(error) if error is not None else lost)
    line = error.lines[0] if error is not None and error.lines else planned.lost[0] if planned.lost else 1
    return ModelVerdict(None, line, INCONCLUSIVE, error=error, assumptions=(*assumptions(report, planned, 0), reason))
