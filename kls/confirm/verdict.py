"""From what was really built to a verdict on what the static analysis suspected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kls.confirm.asked import Site
from kls.confirm.report import BuiltModel, Failure, Report

CONFIRMED, REFUTED, INCONCLUSIVE, CLEAN = "confirmed", "refuted", "inconclusive", "clean"
TOLERANCE = 1e-4
IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")  # told only of what Keras itself lacks
MADE_UP = "<placeholder>"  # as the agent prints what it made up
# What Keras of any era says of a graph that does not hold together, or of an argument that is no tensor.
GRAPH_ERROR = re.compile(
    r"not connected to|graph disconnected|never been called|has no defined|should be unique|unique names?\b"
    r"|must be KerasTensors"
    r"|used \d+ times|cannot find parent|no attribute '(input|output|inputs|outputs|get_output_at|get_input_at)'"
    r"|has not been built|not yet been built|inputs not connected"
    r"|no such layer|asked to retrieve layer|asked to get \w+ at node"
    r"|KerasTensor (cannot be used|is (a )?symbolic)|symbolic KerasTensor|passing KerasTensor"
    r"|only input tensors may be passed|inputs to a layer should be tensors|inputs must be KerasTensors"
    r"|must come from `tf\.keras\.Input`|must be the output of a TensorFlow|same input multiple times"
    r"|no inbound nodes|multiple inbound nodes|not connected, no input|is part of a cycle"
    r"|`(inputs|outputs)` argument cannot be empty|only instances of `?keras\.Layer|must be an instance of class Layer"
    r"|already been configured to use input shape|has no layers|no layers in the model|Unimplemented `tf\.keras\.Model\.call",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Judged:
    """What a run says about one site."""

    verdict: str
    model: BuiltModel | None
    error: Failure | None
    reason: str | None
    """Why it is inconclusive."""


def at_span(lines: Sequence[int], span: range) -> bool:
    """Whether any of the user's lines on a stack lies in a statement."""
    return any(line in span for line in lines)


def model_at(report: Report, span: range, variable: str | None) -> BuiltModel | None:
    """The model that a statement builds: what raised there before what did not, the named one, the last one."""
    direct = [model for model in report.models if model.lines and model.lines[0] in span]
    found = direct or [model for model in report.models if at_span(model.lines, span)]
    named = [model for model in found if model.variable == variable and variable is not None]
    faulty = [model for model in found if model.error is not None or model.missing or model.leaked]
    for choice in (faulty, named, found):
        if choice:
            return choice[-1]
    return None


def error_at(report: Report, span: range) -> Failure | None:
    """The exception that a statement raises itself, not one that comes out of a function it calls."""
    return next((error for error in report.errors if error.lines and error.lines[0] in span), None)


def cause_of(report: Report, needed: frozenset[int] | None, around: range) -> Failure | None:
    """What kept a site from being built: an exception out of the function around it, else the last one before it.

    `needed`: the lines that the site needs; None when that is not known. NameErrors only follow from what failed before.
    """
    found = [e for e in report.errors if e.type != "Deadline" and (needed is None or needed & set(e.lines))]
    causes = [e for e in found if not is_consequence(e)]
    inside = [e for e in causes if at_span(e.lines, around)]
    for choice in (inside, causes, found):
        if choice:
            return choice[-1]
    return None


def is_consequence(error: Failure) -> bool:
    """Whether an exception only says that an earlier statement failed."""
    return error.type in ("NameError", "UnboundLocalError")


SILENT = "it builds, but building alone does not show whether it is the model that was meant"


def judge(
    report: Report,
    span: range,
    site: Site,
    assumed: bool,
    behind: Callable[[Failure], Failure | None],
) -> Judged:
    """The verdict on one construction, of which the static analysis says what `site` has.

    `assumed`: whether data that the site needs was made up, `behind`: what a NameError comes of.
    """
    model, suspected, expected = model_at(report, span, site.variable), set(site.leaked), site.expected
    error = model.error if model is not None and model.error is not None else error_at(report, span)
    if error is not None:
        if is_consequence(error) and len(report.errors) > 1:
            cause = behind(error)
            if cause is not None and GRAPH_ERROR.search(cause.message) and not assumed:
                return Judged(CONFIRMED, None, cause, None)
            first = cause or report.errors[0]
            return Judged(INCONCLUSIVE, None, first, f"an earlier statement failed: {told(first)}")
        known = GRAPH_ERROR.search(error.message) or error.type in IMPORT_ERRORS
        if MADE_UP in error.message or (assumed and not known):
            return Judged(
                INCONCLUSIVE, model, error, f"it raised {error.type}, which may come of the data that was made up"
            )
        return Judged(CONFIRMED, model, error, None)
    if model is None:
        return without_model(report, span, expected, assumed)
    names = {layer.name for layer in model.layers}
    if model.missing or model.leaked or (suspected and suspected <= names and expected != "fine"):
        return Judged(CONFIRMED, model, None, None)
    if expected == "fine":
        return Judged(CLEAN, model, None, None)
    if expected == "wrong" and not suspected:
        shown = shows(model, site)
        if shown is None:
            return Judged(INCONCLUSIVE, model, None, SILENT)
        return Judged(CONFIRMED if shown else REFUTED, model, None, None)
    if expected == "wrong" and suspected & names:
        return Judged(INCONCLUSIVE, model, None, SILENT)
    return Judged(REFUTED, model, None, None)


def shows(model: BuiltModel, site: Site) -> bool | None:
    """Whether a model that is built shows what is said to be wrong with it; None where that is not to be seen in it,
    or where it shows one thing and not the other."""
    shown = list[bool]()
    if site.absent:
        inside = {layer.name for layer in model.layers} | set(model.intended)  # those of nested models are there, too
        shown.append(inside.isdisjoint(site.absent))
    if site.repeated:
        shown.append(all(leads_to_itself(name, model.edges) for name in site.repeated))
    return shown[0] if len(set(shown)) == 1 else None


def leads_to_itself(name: str, edges: Iterable[tuple[str, str]]) -> bool:
    """Whether the edges of a graph lead from a layer to that layer again."""
    after = dict[str, list[str]]()
    for start, end in edges:
        after.setdefault(start, []).append(end)
    met, todo = set[str](), [*after.get(name, ())]
    while todo:
        layer = todo.pop()
        if layer not in met:
            met.add(layer)
            todo += after.get(layer, ())
    return name in met


def without_model(report: Report, span: range, expected: str, assumed: bool) -> Judged:
    """The verdict on a statement that builds no model: whether it ran is all that is known of it."""
    if span.start not in report.reached or assumed:
        return Judged(INCONCLUSIVE, None, None, None)
    if expected == "wrong":
        return Judged(INCONCLUSIVE, None, None, "it runs, but that alone does not show whether it does what was meant")
    verdict = {"fine": CLEAN, "raises": REFUTED}.get(expected, INCONCLUSIVE)
    return Judged(verdict, None, None, None)


def told(error: Failure) -> str:
    """An exception in one line."""
    where = f"line {error.lines[0]}: " if error.lines else ""
    return f"{where}{error.type}: {first_line(error)}".removesuffix(": ")


def first_line(error: Failure) -> str:
    """The beginning of an exception's message."""
    return (error.message.strip().splitlines() or [""])[0][:200]


def difference(before: BuiltModel | None, after: BuiltModel | None) -> float | None:
    """The greatest absolute difference between two models' outputs on equal inputs and weights.

    None where they cannot be held against each other.
    """
    if before is None or after is None or before.values is None or after.values is None:
        return None
    if [len(output) for output in before.values] != [len(output) for output in after.values]:
        return None
    pairs = zip(before.values, after.values, strict=True)
    return max((abs(x - y) for one, other in pairs for x, y in zip(one, other, strict=True)), default=0.0)


def change(before: BuiltModel | None, after: BuiltModel | None) -> float | None:
    """By how much a fix changes what a model computes: infinite where the outputs have other shapes; None if unknown."""
    if before is None or after is None or before.values is None or after.values is None:
        return None
    apart = difference(before, after)
    return math.inf if apart is None else apart


def parts_difference(before: BuiltModel | None, after: BuiltModel | None) -> float | None:
    """The greatest absolute difference between what two models compute alike; None where they share nothing."""
    if before is None or after is None:
        return None
    shared = [(before.parts[key], after.parts[key]) for key in before.parts.keys() & after.parts.keys()]
    pairs = [(x, y) for one, other in shared for x, y in zip(one, other, strict=False)]
    return max((abs(x - y) for x, y in pairs), default=None)


def fix_holds(
    before: Judged, original: Report, after: Judged, fixed: Report, end: int, suspected: Sequence[str], expected: str
) -> tuple[bool, float | None, str | None]:
    """(whether a fix is proven, the greatest difference of outputs or None, what is wrong with it).

    Proven: the model is built (or, where there never was one, the statement runs), the fault is gone, no exception is
    new up to the site's last line `end`, no layer that was meant is lost, and what both sides compute alike agrees: the
    outputs, or, where the fix is to change them, what leads to them.
    """
    model = after.model
    ran = model is None and before.model is None and after.verdict == CLEAN
    if (model is None and not ran) or after.error is not None:
        return False, None, after.reason or (told(after.error) if after.error else "the model was not built")
    # Where Keras itself showed the fault, it shows whether it is gone: a fix may take those layers in on purpose.
    shown = before.error is not None or (before.model is not None and bool(before.model.leaked))
    unmeant = set() if shown else set(suspected)
    if model and (model.missing or model.leaked or unmeant & {layer.name for layer in model.layers}):
        return False, None, "the fault is still there"
    known = {(error.type, error.message) for error in original.errors}
    new = [e for e in fixed.errors if (e.type, e.message) not in known and e.lines and e.lines[-1] <= end]
    if new:
        return False, None, f"something else fails now: {told(new[0])}"
    if before.model is not None and model is not None:
        lost = set(before.model.intended) - set(suspected) - set(before.model.leaked) - set(model.intended)
        if lost:
            return False, None, f"it loses {', '.join(sorted(lost)[:5])}"
    on_purpose = expected == "wrong" or (bool(suspected) and before.model is not None and not before.model.leaked)
    apart = parts_difference(before.model, model) if on_purpose else difference(before.model, model)
    if apart is not None and not apart <= TOLERANCE:
        return False, apart, "its outputs differ"
    return True, apart, None
