"""Confirm with Keras.

Build the models of a file, and its fixes, in the sandbox, and say of each what was really built.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from kls.confirm.agent_process import Answer
from kls.confirm.asked import Confirmation, FixRequest, FixVerdict, ModelVerdict, Site
from kls.confirm.judging import assumptions, judge_site, read
from kls.confirm.mend import mended
from kls.confirm.plan import Plan, assigned_name, caller_of, is_run_whole, plain_constructions, plan, statement_span
from kls.confirm.report import Report
from kls.confirm.session import Run, Session
from kls.confirm.verdict import CONFIRMED, INCONCLUSIVE, SILENT, TOLERANCE, Judged, change, fix_holds, told

Progress = Callable[[str], None]


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
    text, lost = mended(text)
    lines = [site.line for site in sites] if sites is not None else None
    own = plan(text, lines, text, lost, [line for site in sites or () for line in site.through])
    first = replace(own, caller=caller_of(path, own, lines or [], session))

    def build(planned: Plan) -> tuple[Run, tuple[ModelVerdict, ...]]:
        progress("starting Keras" if session.pid is None else "building")
        return _build(path, sites, planned, session, cancelled, progress)

    run, models = build(first)
    ready = run.ready_at
    if first.caller is not None and models[0].verdict == INCONCLUSIVE:
        # Another file of the project calls it, but does not come so far: what the function needs is made up.
        run, models = build(own)
    start = max(0.0, ready - begun) if ready is not None else 0.0
    seconds = {"start": round(start, 4), "build": round(time.monotonic() - begun - start, 4)}
    return Confirmation(str(session.facts.python), run.hello.keras, run.hello.backend, run.level.name, models, seconds)


def _build(
    path: str,
    sites: Sequence[Site] | None,
    planned: Plan,
    session: Session,
    cancelled: Callable[[], bool],
    progress: Progress,
) -> tuple[Run, tuple[ModelVerdict, ...]]:
    """Run a plan and, beside it, the same program with each of the fixes; what came of them. Raises as `confirm` does."""
    wanted, text = list(sites) if sites is not None else [], planned.text
    fixes = [(site, fix, told) for site in wanted for fix in site.fixes for told in (fix.text, fix.together) if told]
    plans = [planned]
    plans += [
        replace(plan(text, [site.line], *mended(told), site.through), caller=planned.caller) for site, _, told in fixes
    ]
    # Where the faulty model raises there is nothing to hold the fixed one's outputs against.
    compared = [i for i, site in enumerate(wanted) if site.fixes and site.expected != "raises"]
    values = [{line for i in compared for line in planned.spans[i]}]
    values += [
        set(p.spans[0]) if site.expected != "raises" else set() for p, (site, *_) in zip(plans[1:], fixes, strict=True)
    ]
    variants = [p.variant(path, lines) for p, lines in zip(plans, values, strict=True)]
    run = session.build(variants, cancelled, started=lambda hello: progress(f"building with Keras {hello.keras}"))
    return run, tuple(judge_all(text, wanted if sites is not None else None, plans, fixes, run, session))


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
                proof = prove(text, fix, site, judged, report, plans[1 + i], run.answers[1 + i], session)
                if proof.verified or id(fix) not in proofs:
                    proofs[id(fix)] = proof
        judged = shown_by_fix(site, judged, proofs.values())
        verdicts.append(
            replace(
                verdict_of(site, judged, assumptions(report, plans[0], span), tuple(proofs.values())),
                run=plans[0].slice.run_at(span) if judged.verdict == INCONCLUSIVE else None,
            )
        )
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


def prove(
    text: str,
    fix: FixRequest,
    site: Site,
    before: Judged,
    original: Report | None,
    fixed_plan: Plan,
    answer: Answer | None,
    session: Session,
) -> FixVerdict:
    """Whether a fix of `text` does away with the fault and with nothing else."""
    report, trouble = read(answer, session)
    if report is None or fix.fault is not None:
        return FixVerdict(fix.title, False, (), (), None, fix.fault or trouble)
    if not is_run_whole(text, fixed_plan):
        return FixVerdict(fix.title, False, (), (), None, "what it changes is not run on the way to the model")
    span = fixed_plan.spans[0]
    after = judge_site(Site(site.line, site.variable, "fine"), span, fixed_plan, report, None, session)
    known = original if original is not None else Report((), (), ())
    holds, apart, reason = fix_holds(before, known, after, report, span.stop - 1, site.leaked, site.expected)
    layers = tuple(layer.name for layer in after.model.layers) if after.model else ()
    changes = change(before.model, after.model) if holds else None
    return FixVerdict(fix.title, holds, layers, after.model.leaked if after.model else (), apart, reason, changes)


def shown_by_fix(site: Site, judged: Judged, proofs: Iterable[FixVerdict]) -> Judged:
    """The verdict on a model that is surely wrong and builds: a fix that changes its outputs shows that it is."""
    if judged.reason != SILENT or not site.proven:
        return judged
    shown = any(proof.verified and (proof.changes or 0.0) > TOLERANCE for proof in proofs)
    return replace(judged, verdict=CONFIRMED, reason=None) if shown else judged


def verdict_of(site: Site, judged: Judged, assumed: tuple[str, ...], proofs: tuple[FixVerdict, ...]) -> ModelVerdict:
    """One site's verdict; the reason of an inconclusive one is the last of its assumptions."""
    model, reasons = judged.model, (judged.reason,) if judged.reason else ()
    variable = site.variable or (model.variable if model else None)
    if model is None:
        return ModelVerdict(
            variable, site.line, judged.verdict, error=judged.error, assumptions=(*assumed, *reasons), fixes=proofs
        )
    real = tuple(layer.name for layer in model.layers)
    leaked = model.leaked or tuple(name for name in site.leaked if name in real and judged.verdict == CONFIRMED)
    shown = judged.verdict == CONFIRMED and model.error is None and site.expected == "wrong"
    return ModelVerdict(
        variable=variable,
        line=site.line,
        verdict=judged.verdict,
        layers=real,
        leaked=leaked,
        missing=model.missing,
        absent=site.absent if shown else (),
        repeated=site.repeated if shown else (),
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
    return ModelVerdict(
        None, line, INCONCLUSIVE, error=error, assumptions=(*assumptions(report, planned, range(0)), reason)
    )
