"""The one thread that analyses: newest text first, and nothing older than the text is ever finished."""

from __future__ import annotations

import threading
from collections.abc import Callable

Cancelled = Callable[[], bool]
Work = Callable[[str, Cancelled], bool]


class Analyser:
    """Runs `work(uri, cancelled)` for the uris that are wanted, the urgent ones first, on a thread of its own.

    `work` answers whether it finished; what was cancelled is put back in the queue. It must not raise.
    """

    # Deep syntax trees recurse on the C stack while `ast` builds and frees them.
    _STACK = 64 * 2**20

    def __init__(self, work: Work) -> None:
        self._work = work
        self._urgent: list[str] = []
        self._later: list[str] = []
        self._running: str | None = None
        self._cancel = threading.Event()
        self._changed = threading.Condition()
        self._closed = False
        self._held = False
        previous = threading.stack_size(self._STACK)
        self._thread = threading.Thread(target=self._loop, name="kls-analysis", daemon=True)
        self._thread.start()
        threading.stack_size(previous)

    def want(self, uri: str, others: tuple[str, ...] = ()) -> None:
        """Analyse `uri` at once, for its text is new, and then `others`, which may have read it."""
        with self._changed:
            self._cancel.set()
            self._forget(uri)
            self._urgent.append(uri)
            for other in others:
                if other not in self._urgent and other not in self._later and other != uri:
                    self._later.append(other)
            self._changed.notify()

    def drop(self, uri: str) -> None:
        """Nobody wants `uri` any more."""
        with self._changed:
            self._forget(uri)
            if self._running == uri:
                self._cancel.set()

    def hold(self, held: bool) -> None:
        """Do nothing for a while, or go on."""
        with self._changed:
            self._held = held
            self._changed.notify()

    def close(self) -> None:
        """Stop after what runs now has noticed."""
        with self._changed:
            self._closed = True
            self._cancel.set()
            self._changed.notify()

    def _forget(self, uri: str) -> None:
        for queue in (self._urgent, self._later):
            if uri in queue:
                queue.remove(uri)

    def _loop(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (self._held or not (self._urgent or self._later)):
                    self._changed.wait()
                if self._closed:
                    return
                # The last text that changed is the one that is looked at.
                uri = self._urgent.pop() if self._urgent else self._later.pop(0)
                self._running = uri
                self._cancel = cancel = threading.Event()
            finished = self._work(uri, cancel.is_set)
            with self._changed:
                self._running = None
                if not finished and not self._closed and uri not in self._urgent and uri not in self._later:
                    self._later.insert(0, uri)
