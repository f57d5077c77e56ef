"""The verdict on one site of a plan that was run, and what was made up for its sake."""

from __future__ import annotations

import os
import re
from dataclasses import replace

from kls.confirm.agent_process import Answer
from kls.confirm.asked import Site
from kls.confirm.examples import is_example
from kls.confirm.guess import is_plain
from kls.confirm.plan import Plan, binding_spans, enclosing_span
from kls.confirm.report import BadReport, Failure, Report, parse_report
from kls.confirm.session import Session
from kls.confirm.verdict import (
    CONFIRMED,
    INCONCLUSIVE,
    REFUTED,
    Judged,
    cause_of,
    first_line,
    is_consequence,
    judge,
    told,
)

NEEDS_ARGUMENTS = re.compile(r"missing \d+ required (positional|keyword-only) argument")
UNBOUND = re.compile(r"(?:name|variable) '(\w+)'")


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


def judge_site(
    site: Site, span: range, planned: Plan, report: Report | None, trouble: str | None, session: Session
) -> Judged:
    """The verdict on one site; an inconclusive one always says why."""
    if report is None:
        return Judged(INCONCLUSIVE, None, None, trouble)
    needed = None if planned.caller else planned.slice.needed
    assumed = any(needed is None or line in needed for line, _ in report.assumptions)
    taken = next((call for line, call in report.taken if line in span), None)
    judged = judge(
        report,
        span,
        site,
        assumed or taken is not None,
        lambda error: behind(error, report, planned.text),
    )
    if taken is not None and (judged.verdict == INCONCLUSIVE or not holds_for_all(judged, taken)):
        want = planned.slice.lacks_at(span) or "the program does not come to it"
        error = judged.error or cause_of(report, needed, enclosing_span(planned.text, span.start))
        how = told(error) if error is not None else "it is built" if judged.model is not None else "it is not come to"
        return Judged(INCONCLUSIVE, judged.model, judged.error, f"{want} (with made-up ones: {how})")
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


def behind(error: Failure, report: Report, text: str) -> Failure | None:
    """What a NameError comes of: what failed where its name was to be bound; None where nothing did."""
    for _ in report.errors:
        if not is_consequence(error):
            return error
        found = UNBOUND.search(error.message)
        spans = binding_spans(text, found[1]) if found else []
        others = [
            e for e in report.errors if e is not error and any(line in span for line in e.lines for span in spans)
        ]
        if not others:
            return None
        error = others[0]
    return None


def how_taken(call: str) -> str:
    """What was called to come to a site, as a clause."""
    return "the example in its documentation was run" if is_example(call) else f"{call} was called"


def holds_for_all(judged: Judged, call: str) -> bool:
    """Whether a verdict that was had by a call with made-up arguments does not hang on what these are.

    Numbers, shapes and texts do not make a graph fall apart; a tensor or a model that is not the right one does, and an
    example may be for another version.
    """
    if is_example(call):
        return judged.verdict != CONFIRMED or judged.error is None
    return is_plain(call) or (judged.verdict != REFUTED and (judged.verdict != CONFIRMED or judged.error is None))


def assumptions(report: Report | None, planned: Plan, span: range) -> tuple[str, ...]:
    """What was made up for the sake of the sites, and the statements before the site in `span` that were passed over."""
    if report is None:
        return ()
    needed = planned.slice.needed
    notes = {(line, text) for line, text in report.assumptions if line in needed or not needed or planned.caller}
    passed = [error for error in report.errors if error.lines and error.lines[-1] < span.start]
    notes |= {(e.lines[-1], f"{e.type} was passed over: {first_line(e)}") for e in passed if not is_consequence(e)}
    notes |= {
        (line, f"nothing comes to it by itself, so {how_taken(call)}") for line, call in report.taken if line in span
    }
    notes |= {(line, "it does not parse, and is left out") for line in planned.lost}
    called = [f"called by {os.path.basename(planned.caller.path)}"] if planned.caller else []  # noqa: PTH119
    return (*called, *(f"line {line}: {text}" for line, text in sorted(notes)))
