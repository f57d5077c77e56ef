"""One warm Keras for a project and an interpreter: started by the first request, restarted when dead or out of date."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from kls.confirm.agent_process import AgentDied, AgentProcess, Answer, DiedBefore, Hello
from kls.confirm.interpreter import read_interpreter
from kls.confirm.jail import Cell, Level, choose
from kls.confirm.limits import Limits
from kls.confirm.secrets import Shown, show_project
from kls.confirm.spare import Spare

IDLE_SECONDS = 600.0
GRACE_SECONDS = 10.0


class Cancelled(Exception):
    """The one who asked no longer wants the answer."""


@dataclass(frozen=True)
class Facts:
    """What a warm process must know of the project's environment.

    Its home is empty, so nothing of it is found there.
    """

    python: Path
    project: Path | None = None
    legacy: bool = False
    backend: str | None = None
    image_data_format: str | None = None
    floatx: str | None = None
    search_path: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Variant:
    """One program to run. `values`: lines of the models whose outputs are to be computed too, for comparing; 1-based.

    `watch`: the file whose lines are told, where it is another one than the program's; `texts`: (path, what that file
    holds in the place of what is on disk). `calls`: how many lines at the end call what the rest defines.
    """

    text: str
    path: str
    values: tuple[int, ...] = ()
    watch: str | None = None
    texts: tuple[tuple[str, str], ...] = ()
    calls: int = 0
    marks: tuple[int, ...] = ()
    """First lines of statements of which it is asked whether they ran; 1-based."""

    def wire(self) -> dict[str, object]:
        """As the agent takes it."""
        first_call = self.text.count("\n") + 2 - self.calls if self.calls else None
        program = {"text": self.text, "path": self.path, "values": list(self.values), "mode": "stateless"}
        return {
            **program,
            "watch": self.watch,
            "texts": dict(self.texts),
            "deferred": first_call,
            "marks": list(self.marks),
        }


@dataclass(frozen=True)
class Run:
    """The answers to one request, by variant, and where they were had."""

    hello: Hello
    level: Level
    answers: tuple[Answer | None, ...]
    ready_at: float | None
    """When the warm process became ready, on the monotonic clock; None when it was so before the request."""


@dataclass
class _State:
    """What is guarded by the session's lock."""

    process: AgentProcess | Spare | None = None
    fingerprint: tuple[object, ...] = ()
    shown: Shown | None = None
    timer: threading.Timer | None = None
    closed: bool = False
    numbers: itertools.count[int] = field(default_factory=itertools.count)


def environment_variables(facts: Facts) -> dict[str, str]:
    """All environment variables of the warm process."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "MPLBACKEND": "Agg",
        "HF_HUB_OFFLINE": "1",
    }
    if facts.backend and not facts.legacy:
        variables["KERAS_BACKEND"] = facts.backend
    if facts.legacy:
        variables["TF_USE_LEGACY_KERAS"] = "1"
    return variables


class Session:
    """Runs programs in one warm process. May be used from any thread; requests are served one after another."""

    def __init__(
        self,
        facts: Facts,
        *,
        allow_unsandboxed: bool = False,
        bwrap: str | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """`allow_unsandboxed` and `bwrap` (a bubblewrap program) are the user's own settings of these names."""
        self.facts, self.limits = facts, limits
        self._allow, self._bwrap, self._idle = allow_unsandboxed, bwrap, idle_seconds
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._state = _State()

    def start(self) -> None:
        """Begin to import Keras, and return at once. Raises NoJail, FileNotFoundError or OSError."""
        with self._guard:
            self._process()

    def _process(self) -> tuple[AgentProcess | Spare, Level, bool]:
        """(a process that is alive and up to date, its level, whether it was there already). The guard is held."""
        if self._state.closed:
            raise AgentDied("this session was closed")
        interpreter = read_interpreter(self.facts.python)
        jail, level = choose(self._allow, self._bwrap)
        process, fingerprint = self._state.process, interpreter.fingerprint()
        if process is not None and (
            not process.alive() or fingerprint != self._state.fingerprint or not self._hides_all()
        ):
            process.close()
            process = None
        warm = process is not None
        if process is None:
            self._state.shown = show_project(self.facts.project)
            cell = Cell(interpreter, self._state.shown, environment_variables(self.facts))
            make = partial(AgentProcess, jail, cell, self._config())
            process = make()
            if not process.place.forks:
                process = Spare(process, make)
            self._state.process, self._state.fingerprint = process, fingerprint
        return process, level, warm

    def _hides_all(self) -> bool:
        """Whether what the jail hides of the project is all that there is to hide now."""
        return self._state.shown is None or self._state.shown.current()

    def _config(self) -> dict[str, object]:
        facts = self.facts
        return {
            "legacy": facts.legacy,
            "image_data_format": facts.image_data_format,
            "floatx": facts.floatx,
            "cores": os.cpu_count() or 1,
        }

    def build(
        self,
        variants: list[Variant],
        cancelled: Callable[[], bool] = lambda: False,
        started: Callable[[Hello], None] = lambda hello: None,
    ) -> Run:
        """Run programs side by side.

        Raises Cancelled, NoJail, KerasMissing, FileNotFoundError (no such interpreter) or AgentDied; the session
        can be used on.
        """
        while not self._turn.acquire(timeout=0.05):
            if cancelled():
                raise Cancelled
        try:
            self._stop_timer()
            return self._build(variants, cancelled, started, retry=True)
        finally:
            self._start_timer()
            self._turn.release()

    def _build(
        self, variants: list[Variant], cancelled: Callable[[], bool], started: Callable[[Hello], None], retry: bool
    ) -> Run:
        with self._guard:
            process, level, warm = self._process()
        answers: list[Answer | None] = [None] * len(variants)
        ready = process.ready
        try:
            hello = process.hello(cancelled, self.limits.start_seconds)
            if hello is None:
                raise Cancelled
            ready_at = None if ready else time.monotonic()
            started(hello)
            wait = self.limits.seconds * (2 + len(variants)) + GRACE_SECONDS
            for answer in process.ask(self._request(variants), wait, cancelled):
                if 0 <= answer.variant < len(answers):
                    answers[answer.variant] = answer
        except DiedBefore:
            if warm and retry and not self._state.closed:
                return self._build(variants, cancelled, started, retry=False)
            raise
        if cancelled():
            raise Cancelled
        return Run(hello, level, tuple(answers), ready_at)

    def _request(self, variants: list[Variant]) -> dict[str, object]:
        facts = self.facts
        roots = [str(Path(variants[0].path).parent), *([str(facts.project.absolute())] if facts.project else [])]
        paths = list(dict.fromkeys([*roots, *map(str, facts.search_path)]))
        mapped: list[Mapping[str, object]] = [variant.wire() for variant in variants]
        return {"id": next(self._state.numbers), "variants": mapped, "paths": paths, "limits": self.limits.wire()}

    def _stop_timer(self) -> None:
        with self._guard:
            if self._state.timer is not None:
                self._state.timer.cancel()
                self._state.timer = None

    def _start_timer(self) -> None:
        with self._guard:
            if not self._state.closed:
                self._state.timer = threading.Timer(self._idle, self.rest)
                self._state.timer.daemon = True
                self._state.timer.start()

    def rest(self) -> None:
        """End the warm process if nobody is using it; the next request starts one."""
        if self._turn.acquire(blocking=False):
            try:
                with self._guard:
                    self._end()
            finally:
                self._turn.release()

    def _end(self) -> None:
        process, self._state.process = self._state.process, None
        if process is not None:
            process.close()

    @property
    def pid(self) -> int | None:
        """Process id of the running jail, if there is one."""
        process = self._state.process
        return process.pid if process is not None and process.alive() else None

    def close(self) -> None:
        """End everything, also what is in flight. Never raises; the session is of no use after."""
        self._stop_timer()
        with suppress(OSError), self._guard:
            self._state.closed = True
            self._end()
