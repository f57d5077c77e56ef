"""Starting processes from one thread that lives as long as this process.

`bwrap --die-with-parent` kills its jail when the *thread* that started it ends, so a pool's thread must never do it.
"""

from __future__ import annotations

import queue
import subprocess
import threading
from concurrent.futures import Future
from functools import partial

from kls.confirm.jail import Start

_wanted: queue.SimpleQueue[tuple[Start, Future[subprocess.Popen[bytes]]]] = queue.SimpleQueue()
_lock = threading.Lock()
_thread: threading.Thread | None = None


def _serve() -> None:
    while True:
        start, future = _wanted.get()
        try:
            future.set_result(_popen(start)())
        except BaseException as error:
            future.set_exception(error)


def _popen(start: Start) -> partial[subprocess.Popen[bytes]]:
    return partial(
        subprocess.Popen,
        start.command,
        env=dict(start.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        close_fds=True,
        start_new_session=True,
    )


def spawn(start: Start) -> subprocess.Popen[bytes]:
    """Start a process with three pipes. Raises OSError."""
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_serve, name="kls-spawn", daemon=True)
            _thread.start()
    future: Future[subprocess.Popen[bytes]] = Future()
    _wanted.put((start, future))
    return future.result()
