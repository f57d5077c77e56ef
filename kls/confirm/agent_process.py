"""One warm process as seen from our side: its pipes, its hello, what it answers."""

from __future__ import annotations

import json
import math
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from kls.confirm.jail import Cell, Jail, Place
from kls.confirm.report import MAX_BYTES, clean
from kls.confirm.scratch import remove_folders
from kls.confirm.spawn import kill_group, spawn

MAX_LINE = 8 * MAX_BYTES  # a report is quoted once more inside its message
MAX_SAID = 16 << 10
MAX_WAITING = 256
LATE = "the sandboxed Keras process did not answer in time and was ended"
# Loads the agent's folder as a package without touching sys.path, which belongs to the user's program.
BOOT = (
    "import sys, importlib.util as u; p = sys.argv.pop(); "
    "s = u.spec_from_file_location('kls_agent', p + '/__init__.py', submodule_search_locations=[p]); "
    "m = u.module_from_spec(s); sys.modules['kls_agent'] = m; s.loader.exec_module(m); "
    "import kls_agent.warm as w; w.main()"
)


class AgentDied(Exception):
    """The warm process ended, or sent what it should not; the message is for a person."""


class DiedBefore(AgentDied):
    """It died before it took the request up: asking another process is no risk."""


class KerasMissing(Exception):
    """The interpreter has no Keras, or it cannot be imported."""


@dataclass(frozen=True)
class Hello:
    """What the warm process says of itself. `seconds`: from its start to being ready, on our clock."""

    keras: str
    backend: str
    python: str
    legacy: bool
    seconds: float


@dataclass(frozen=True)
class Answer:
    """How one variant of a request went. `report` is unchecked text."""

    variant: int
    report: str | None
    killed: str | None
    code: int | None
    mode: str


class AgentProcess:
    """A warm process. Made at once; `hello()` waits for its Keras. One request at a time: the session sees to it."""

    def __init__(self, jail: Jail, cell: Cell, config: dict[str, object]) -> None:
        self._place = place = jail.place(cell)
        full = {**config, "scratch": list(place.scratch), "private": place.private}
        full |= {"fence": place.fence, "forks": place.forks}
        start = jail.start(cell, place, ("-c", BOOT, json.dumps(full), place.agent))
        self.started = time.monotonic()
        self.executable = str(cell.interpreter.executable)
        self._process: subprocess.Popen[bytes] = spawn(start)
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue(MAX_WAITING)
        self._said = b""
        self._hello: Hello | None = None
        self._sweeping = False
        self.dead = False
        for target in (self._read, self._listen):
            threading.Thread(target=target, name="kls-agent", daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id of what we started (bwrap, in a jail)."""
        return self._process.pid

    @property
    def place(self) -> Place:
        """The inside of its jail."""
        return self._place

    @property
    def code(self) -> int | None:
        """The code that it ended with, if it has."""
        return self._process.poll()

    @property
    def ready(self) -> bool:
        """Whether Keras is known to be imported."""
        return self._hello is not None

    def alive(self) -> bool:
        """Whether it can take another request."""
        return not self.dead and self._process.poll() is None

    def _read(self) -> None:
        """Queue the agent's messages; None when there will be no more."""
        stream, parts, size = self._process.stdout, [b""], 0
        assert stream is not None
        while data := stream.read(1 << 16):
            begun, *rest = data.split(b"\n")
            parts.append(begun)
            size += len(begun)
            if size > MAX_LINE:
                break
            if not rest:
                continue
            lines = [b"".join(parts), *rest[:-1]]
            parts, size = [rest[-1]], len(rest[-1])
            try:
                messages = [json.loads(line) for line in lines]
            except (ValueError, RecursionError):
                break
            if not all(isinstance(message, dict) for message in messages):
                break
            for message in messages:
                self._queue(message)
        self._queue(None)

    def _queue(self, message: dict[str, Any] | None) -> None:
        """Queue one message; whoever talks faster than he is listened to has to wait."""
        while message is None or not self.dead:
            with suppress(queue.Full):
                self._answers.put(message, timeout=0.2)
                return
            if self.dead:  # nobody listens any more: make room for the end
                with suppress(queue.Empty):
                    self._answers.get_nowait()

    def _listen(self) -> None:
        """Keep the end of what it prints, for when it dies."""
        stream = self._process.stderr
        assert stream is not None
        while data := stream.read(1 << 12):
            self._said = (self._said + data)[-MAX_SAID:]

    def _next(self, deadline: float, cancelled: Callable[[], bool], late: str = LATE) -> dict[str, Any] | None:
        """The next message, or None when cancelled. Raises AgentDied at its end or, saying `late`, at the deadline."""
        while True:
            if cancelled():
                return None
            try:
                message = self._answers.get(timeout=min(0.05, max(0.001, deadline - time.monotonic())))
            except queue.Empty:
                if time.monotonic() > deadline:
                    self.close()
                    raise AgentDied(late) from None
                continue
            if message is None:
                self.close()
                raise AgentDied(self._last_words())
            return message

    def _last_words(self) -> str:
        code = self._process.poll()
        said = clean(self._said.decode("utf-8", "replace"), MAX_SAID).strip().splitlines()
        end = f"ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        return f"the sandboxed Keras process {end}" + (f": {said[-1][:300]}" if said else "")

    def hello(self, cancelled: Callable[[], bool], seconds: float) -> Hello | None:
        """Wait until Keras is imported, within `seconds` of its start; None when cancelled. Raises KerasMissing or AgentDied."""
        if self._hello is not None:
            return self._hello
        late = (
            f"Keras did not start in {seconds:g} s and was ended: {self.executable} may be busy, or hang on an import"
        )
        message = self._next(self.started + seconds, cancelled, late)
        if message is None:
            return None
        facts = message.get("hello")
        if not isinstance(facts, dict):
            self.close()
            raise AgentDied("the sandboxed Keras process did not say hello")
        for kind in ("missing", "failed"):
            if kind in facts:
                self.close()
                raise KerasMissing(self._no_keras(kind, clean(str(facts[kind]), 500)))
        texts = {key: clean(str(facts.get(key)), 60) for key in ("keras", "backend", "python")}
        seconds = round(time.monotonic() - self.started, 3)
        self._hello = Hello(**texts, legacy=facts.get("legacy") is True, seconds=seconds)
        return self._hello

    def _no_keras(self, kind: str, why: str) -> str:
        install = f"{self.executable} -m pip install keras tensorflow"
        if kind == "missing":
            return f"Keras cannot be imported by {self.executable} ({why}). Install it: {install}"
        return f"Keras failed to start in {self.executable} ({why}). If its installation is broken: {install}"

    def ask(self, request: dict[str, object], seconds: float, cancelled: Callable[[], bool]) -> Iterable[Answer]:
        """Send a request and give its answers as they come, in any order.

        Ends early when cancelled. Raises AgentDied.
        """
        deadline, asking = time.monotonic() + seconds, cancelled
        try:
            self._settle(deadline)
            self._send(request)
            self._skip_to({"id": request["id"], "begun": True}, deadline)
        except AgentDied as error:
            raise DiedBefore(str(error)) from None
        while True:
            message = self._next(deadline, asking)
            if message is None:
                self._send({"cancel": request["id"]})
                asking = never
            elif message.get("id") == request["id"] and message.get("done"):
                self._sweeping = True
                return
            elif message.get("id") == request["id"]:
                yield answer(message)

    def _skip_to(self, wanted: dict[str, object], deadline: float) -> None:
        """Wait for a message; what is left of an earlier request is passed over. Raises AgentDied."""
        for _ in range(MAX_WAITING):
            if self._next(deadline, never) == wanted:
                return
        self.close()
        raise AgentDied("the sandboxed Keras process answers what it was not asked and was ended")

    def run(self, request: dict[str, object], watch: Callable[[], str | None]) -> Answer:
        """Have a process that does not fork become the one program of a request. It is of no use after.

        `watch` says why it is to be ended, if it is. Raises AgentDied when it ends without an answer.
        """
        why: list[str] = []

        def over() -> bool:
            why.extend(filter(None, [watch()]))
            return bool(why)

        self._send(request)
        while True:
            message = self._next(math.inf, over)
            if message is None:
                return Answer(0, None, why[0], None, "")
            if message.get("id") == request["id"] and "variant" in message:
                return answer(message)

    def _settle(self, deadline: float) -> None:
        """Wait for the word that the last program's files are gone; a process that is not clean is not used again."""
        while self._sweeping:
            message = self._next(deadline, never) or {}
            if "swept" in message:
                self._sweeping = False
                if message["swept"] is not True:
                    self.close()
                    raise AgentDied("the sandbox could not be cleaned after the last program; it is started anew")

    def _send(self, message: dict[str, object]) -> None:
        stream = self._process.stdin
        assert stream is not None
        data = memoryview(json.dumps(message).encode() + b"\n")
        try:
            while data:
                data = data[stream.write(data) or 0 :]
        except (OSError, ValueError):
            self.close()
            raise AgentDied(self._last_words()) from None

    def close(self) -> None:
        """End it, and everything in its jail, by force. Never raises; may be called from any thread, many times."""
        self.dead = True
        kill_group(self._process)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        remove_folders(self._place.remove)


def never() -> bool:
    """For those who do not cancel."""
    return False


def answer(message: dict[str, Any]) -> Answer:
    """One variant's answer; odd values become None."""
    variant, report, killed, code = (message.get(key) for key in ("variant", "report", "killed", "exit"))
    return Answer(
        variant if isinstance(variant, int) else -1,
        report if isinstance(report, str) else None,
        clean(killed, 20) if isinstance(killed, str) else None,
        code if isinstance(code, int) else None,
        clean(str(message.get("mode")), 20),
    )
