"""What a rule has to say: a Finding, its severity, its fixes. Data only: text, JSON, SARIF and LSP render the same facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

P = TypeVar("P")
Q = TypeVar("Q")


class Severity(str, Enum):
    """LSP's four severities, by name."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


class Certainty(str, Enum):
    """How sure the analysis is: on every path, on some path, or the author's intent is unclear."""

    PROVEN = "proven"
    POSSIBLE = "possible"
    SUSPECTED = "suspected"


class Outcome(str, Enum):
    """What a Keras era does with the construction."""

    RAISES = "raises"
    LEAKS = "leaks"
    WRONG = "wrong"
    FINE = "fine"


class Verdict(str, Enum):
    """What building the model with the real Keras said of a finding."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Related(Generic[P]):
    """A step on the path that explains the finding, such as "`ids` was made here"."""

    message: str
    place: P


@dataclass(frozen=True)
class Edit(Generic[P]):
    """Replace the text at `place` by `new_text`; an empty place inserts."""

    place: P
    new_text: str


@dataclass(frozen=True)
class Fix(Generic[P]):
    """One answer to a finding. `safe` fixes keep the meaning that the author plainly had; only they are applied unasked."""

    title: str
    edits: tuple[Edit[P], ...]
    safe: bool
    verified: bool | None = None
    """None until the fixed program has been built; then whether the fault was gone."""


@dataclass(frozen=True)
class Finding(Generic[P]):
    """A fault in a graph. P is where: a Site relative to a piece of text inside the analysis, a Location outside."""

    rule: str
    name: str
    severity: Severity
    certainty: Certainty
    message: str
    place: P
    model: str | None = None
    """The variable that the faulty model is bound to, where there is one."""
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    """What each era does with it, keyed by the era's name."""
    leaked: tuple[str, ...] = ()
    """Names of the layers that are in the model without being meant."""
    absent: tuple[str, ...] = ()
    """Names of the layers that are meant to be in the model and are not."""
    repeated: tuple[str, ...] = ()
    """Names of the layers that the model calls again on what came of their own output."""
    related: tuple[Related[P], ...] = ()
    fixes: tuple[Fix[P], ...] = ()
    verdict: Verdict | None = None
    construction: P | None = None
    """Where the model is constructed that shows the fault, where that is not the place itself."""

    def at(self: Finding[P], convert: Callable[[P], Q]) -> Finding[Q]:
        """The same finding with every place converted."""
        fixes = tuple(
            Fix(f.title, tuple(Edit(convert(e.place), e.new_text) for e in f.edits), f.safe, f.verified)
            for f in self.fixes
        )
        related = tuple(Related(r.message, convert(r.place)) for r in self.related)
        return Finding(
            self.rule,
            self.name,
            self.severity,
            self.certainty,
            self.message,
            convert(self.place),
            self.model,
            self.outcomes,
            self.leaked,
            self.absent,
            self.repeated,
            related,
            fixes,
            self.verdict,
            None if self.construction is None else convert(self.construction),
        )
