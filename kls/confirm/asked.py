"""What is asked of a confirm, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from kls.confirm.reach import Run as Comment
from kls.confirm.report import BuiltModel, Failure


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

    `expected`: raises, leaks, wrong or fine; `leaked`: the layers that the static analysis says leak, `absent`: those
    that it says are not in the model though they are meant, `repeated`: those that it says are called again on what came
    of them. `proven`: whether it is sure that the model is not the one that was meant. `through`: lines after the construction
    that have a part in what is wrong with it.
    """

    line: int
    variable: str | None = None
    expected: str = "fine"
    leaked: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    fixes: tuple[FixRequest, ...] = ()
    absent: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    proven: bool = False
    through: tuple[int, ...] = ()


@dataclass(frozen=True)
class FixVerdict:
    """How a fix did. `reason` says why it failed, `changes` by how much it changes what the model computes."""

    title: str
    verified: bool
    layers: tuple[str, ...]
    leaked: tuple[str, ...]
    max_abs_difference: float | None
    reason: str | None
    changes: float | None = None

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
    absent: tuple[str, ...] = ()
    """Layers that are meant and not there, as the finding says and the real graph confirms."""
    repeated: tuple[str, ...] = ()
    """Layers that are called again on what came of them, as the finding says and the real graph confirms."""
    params: int | None = None
    leaked_params: int | None = None
    error: Failure | None = None
    assumptions: tuple[str, ...] = ()
    fixes: tuple[FixVerdict, ...] = ()
    built: BuiltModel | None = None
    """All that the agent said of it, edges and shapes too."""
    run: Comment | None = None
    """The comment that would tell how to come to it, where that is what is wanted."""

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
