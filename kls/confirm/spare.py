"""Where there is no fork: a process for each program, and one that has imported Keras already and waits for the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from kls.confirm.agent_process import AgentDied, AgentProcess, Answer, Hello
from kls.confirm.scratch import usage

AGAIN = '{"again": true}'
LOOK_SECONDS = 0.2


class Spare:
    """Stands in for one AgentProcess that forks. One request at a time: the session sees to it."""

    def __init__(self, first: AgentProcess, make: Callable[[], AgentProcess]) -> None:
        self._spare, self._make = first, make
        self._busy: AgentProcess | None = None
        self._closed = False

    @property
    def pid(self) -> int:
        """Process id of the one that waits."""
        return self._spare.pid

    @property
    def ready(self) -> bool:
        """Whether Keras is known to be imported."""
        return self._spare.ready

    def alive(self) -> bool:
        """Whether it can take another request."""
        return not self._closed and self._spare.alive()

    def hello(self, cancelled: Callable[[], bool], seconds: float) -> Hello | None:
        """As of `AgentProcess`."""
        return self._spare.hello(cancelled, seconds)

    def ask(self, request: Mapping[str, Any], seconds: float, cancelled: Callable[[], bool]) -> Iterable[Answer]:
        """Run the variants of a request one after another. Ends early when cancelled. Raises AgentDied."""
        for index, variant in enumerate(request["variants"]):
            answer = self._one(request, variant, cancelled)
            if answer is not None and answer.report == AGAIN and variant["mode"] == "stateless":
                answer = self._one(request, {**variant, "mode": "ordinary"}, cancelled)
            if answer is None:
                return
            yield replace(answer, variant=index)

    def _one(self, request: Mapping[str, Any], variant: object, cancelled: Callable[[], bool]) -> Answer | None:
        """Run one variant in the spare process, and start the next; None when cancelled."""
        process = self._busy = self._spare
        try:
            if process.hello(cancelled, request["limits"]["start_seconds"]) is None:
                return None
            if self._closed:
                raise AgentDied("this session was closed")
            self._spare = self._make()
            answer = process.run({**request, "variants": [variant]}, watcher(process, request["limits"], cancelled))
            return None if answer.killed == "cancelled" else answer
        except AgentDied:
            if process is self._spare or self._closed:
                raise
            return Answer(0, None, None, process.code, "")
        finally:
            if process is not self._spare:
                process.close()
            self._busy = None

    def close(self) -> None:
        """End both processes. Never raises; may be called from any thread, many times."""
        self._closed = True
        for process in (self._busy, self._spare):
            if process is not None:
                process.close()


def watcher(
    process: AgentProcess, limits: Mapping[str, Any], cancelled: Callable[[], bool]
) -> Callable[[], str | None]:
    """A function that says why a program is to be ended now, if it is."""
    begun = looked = time.monotonic()

    def why() -> str | None:
        nonlocal looked
        now = time.monotonic()
        if cancelled():
            return "cancelled"
        if now - begun > limits["seconds"]:
            return "time"
        if now - looked > LOOK_SECONDS and not process.place.private:
            looked = now
            files, size = usage(process.place.scratch, limits["files"])
            return "files" if files > limits["files"] else "disk" if size > limits["scratch_bytes"] else None
        return None

    return why
