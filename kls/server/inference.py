"""Asking jedi beside the event loop: one process, started by the first question, ended when it takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

import kls
from kls.origins import Origin, Question

PATIENCE = 2.5
"""Seconds that a hover waits; the answer that comes later is there for the next one."""

LIMIT = 30.0
"""Seconds after which the process is ended."""

REMEMBERED = 200
"""Answers that are kept."""


class Inference:
    """The process, and its answers by question."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._lock: asyncio.Lock | None = None
        self._answers: dict[Question, asyncio.Task[tuple[Origin, ...]]] = {}

    async def ask(self, question: Question) -> tuple[Origin, ...]:
        """What jedi says; nothing if it has not said it in time."""
        task = self._answers.get(question)
        if task is None:
            if len(self._answers) >= REMEMBERED:
                self._answers.pop(next(iter(self._answers)))
            task = self._answers[question] = asyncio.ensure_future(self._asked(question))
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if done and not task.cancelled() else ()

    def close(self) -> None:
        """End the process and forget the answers."""
        for task in self._answers.values():
            task.cancel()
        self._answers.clear()
        self._end()

    async def _asked(self, question: Question) -> tuple[Origin, ...]:
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            try:
                line = await asyncio.wait_for(self._round(question), LIMIT)
                return tuple(Origin(**found) for found in json.loads(line))
            except (OSError, ValueError, TypeError, asyncio.TimeoutError):
                self._end()
                return ()

    async def _round(self, question: Question) -> bytes:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "kls.origins",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=Path(kls.__file__).parent.parent,  # what stands in the workspace is not imported by `-m`
                limit=2**20,
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(question)).encode() + b"\n")
        await process.stdin.drain()
        return await process.stdout.readline()

    def _end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._process = None
