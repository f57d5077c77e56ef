"""Words and judgements that several rules share: lists of layers, what an era does, how grave that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kls.environment.era import ERAS, Era
from kls.graph.cells import KerasTensor
from kls.graph.events import Happening, ModelBuilt, Undefined
from kls.graph.values import Instance, Site
from kls.graph.view import Graph
from kls.rules.finding import Certainty, Edit, Finding, Fix, Outcome, Related, Severity

SPANS = {Era.TF_KERAS: ("2", "2"), Era.V3_0: ("3.0", "3.9"), Era.V3_10: ("3.10", "3.13"), Era.V3_14: ("3.14", "")}
"""First and last version of each era, for messages."""

EVERY = tuple(era.value for era in ERAS)
KERAS_3 = tuple(era.value for era in ERAS if era is not Era.TF_KERAS)


def listed(names: Sequence[str], limit: int = 4, last: str = "and") -> str:
    """`a`, `b` and `c`; of a long list the first few and how many more. `last` stands before the last one."""
    quoted = [f"`{name}`" for name in names[:limit]]
    if len(names) > limit:
        return f"{', '.join(quoted)} and {len(names) - limit} more"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}" if quoted else "nothing"


def counted(params: int | None) -> str:
    """ " (1,234 parameters)", or nothing where the number is not known."""
    if params is None:
        return ""
    return f" ({params:,} parameter{'' if params == 1 else 's'})"


def article(noun: str) -> str:
    """ "an Add", "a Dense"."""
    return f"{'an' if noun[:1].upper() in 'AEIOU' else 'a'} {noun}"


def outcomes(event: ModelBuilt) -> Mapping[str, Outcome]:
    """What each era does, for a finding."""
    return {era: Outcome(what) for era, what in event.outcomes.items()}


def raising(eras: Sequence[str] = EVERY) -> Mapping[str, Outcome]:
    """Outcomes of what these eras refuse and the others accept."""
    return {era.value: Outcome.RAISES if era.value in eras else Outcome.FINE for era in ERAS}


def wrong() -> Mapping[str, Outcome]:
    """Outcomes of what every era accepts and gets wrong."""
    return {era.value: Outcome.WRONG for era in ERAS}


def here(event: ModelBuilt, graph: Graph) -> str:
    """What this Keras does with a construction."""
    return event.outcomes.get(graph.era.value, "fine")


def severity(event: ModelBuilt, graph: Graph) -> Severity:
    """An error where this Keras raises or leaks, a warning where another does."""
    return Severity.ERROR if here(event, graph) != "fine" else Severity.WARNING


def certainty(event: ModelBuilt | Happening | Undefined) -> Certainty:
    """Proven, unless it hangs on a condition or a loop that is not known."""
    return Certainty.PROVEN if event.certain else Certainty.POSSIBLE


def consequence(event: ModelBuilt, graph: Graph) -> str:
    """What comes of an output that is not connected: " Keras 3.15.1 refuses the model; 3.0 to 3.13 build it ..."."""
    if here(event, graph) == "raises":
        said = f" {graph.version} refuses the model"
    elif event.leaked:
        leaked = f"{listed(graph.names(event.leaked))}{counted(graph.params(event.leaked))}"
        said = f" {graph.version} builds the model silently, takes in {leaked}, and fails when it is called"
    else:
        said = f" {graph.version} builds the model silently, and it fails when it is called"
    return f"{said}{elsewhere(event, graph)}."


def elsewhere(event: ModelBuilt, graph: Graph) -> str:
    """What other eras do differently: "; Keras 3.0 to 3.13 build it silently", or nothing."""
    words = {"raises": ("refuse", " it"), "leaks": ("build", " it silently"), "fine": ("accept", " it")}
    eras: dict[str, list[Era]] = {}
    for era in ERAS:
        what = event.outcomes.get(era.value, "fine")
        if what != here(event, graph):
            eras.setdefault(what, []).append(era)
    phrases = []
    for what, found in eras.items():
        subject, (verb, rest) = spans(found), words[what]
        phrases.append(f"; Keras {subject} {verb}{'' if ' ' in subject else 's'}{rest}")
    return "".join(phrases)


def spans(eras: Sequence[Era]) -> str:
    """ "2 and 3.14+" for eras, neighbours put together: "3.0 to 3.13"."""
    groups: list[list[Era]] = []
    for era in eras:
        joins = groups and groups[-1][-1] is not Era.TF_KERAS and ERAS.index(era) == ERAS.index(groups[-1][-1]) + 1
        if joins:
            groups[-1].append(era)
        else:
            groups.append([era])
    words = []
    for group in groups:
        first, last = SPANS[group[0]][0], SPANS[group[-1]][1]
        if len(group) == len(KERAS_3):
            words.append("3")
        else:
            words.append(first if first == last else f"{first} to {last}" if last else f"{first}+")
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def related_to(message: str, site: Site | None) -> tuple[Related[Site], ...]:
    """A related place, if there is one."""
    return () if site is None else (Related(message, site),)


def made(graph: Graph, tensor: KerasTensor) -> tuple[Related[Site], ...]:
    """Where a tensor was made."""
    return related_to(f"`{graph.describe(tensor)}` is made here", graph.made_at(tensor))


def created(graph: Graph, value: Instance) -> tuple[Related[Site], ...]:
    """Where a layer or model was created."""
    cell = graph.operation(value.address)
    return related_to(f"`{graph.label(value)}` is created here", None if cell is None else cell.site)


def replacement(title: str, site: Site | None, text: str | None, safe: bool) -> tuple[Fix[Site], ...]:
    """A fix that puts `text` in the place of `site`, if both are known."""
    return () if site is None or text is None else (Fix(title, (Edit(site, text),), safe),)


def ending(site: Site, length: int) -> Site:
    """The last `length` bytes of a stretch that ends in a name: the attribute of `model.output`."""
    return site._replace(line=site.end_line, column=site.end_column - length)


def ignorable(event: ModelBuilt | Happening | Undefined) -> bool:
    """Whether to be silent: a `try` expects the fault, or it hangs on what is not known."""
    return event.guarded or not event.certain


def is_global_in_function(event: ModelBuilt, graph: Graph, tensor: KerasTensor) -> bool:
    """Whether naming a tensor would tie a function, which may be called with others, to this one."""
    named = graph.variable(tensor)
    return bool(event.stack) and named is not None and named.is_global


def about_model(
    code: str,
    name: str,
    event: ModelBuilt,
    graph: Graph,
    message: str,
    place: Site | None,
    related: tuple[Related[Site], ...],
    fixes: tuple[Fix[Site], ...],
) -> Finding[Site]:
    """A finding about a construction whose outputs are not connected to its inputs."""
    return Finding(
        code,
        name,
        severity(event, graph),
        certainty(event),
        message + consequence(event, graph),
        place or event.site,
        outcomes=outcomes(event),
        leaked=graph.names(event.leaked),
        related=related,
        fixes=fixes,
    )
