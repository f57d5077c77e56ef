"""Starting processes from one thread that lives as long as this process.

`bwrap --die-with-parent` kills its jail when the *thread* that started it ends, so a pool's thread must never do it.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial

from kls.confirm.jail import Start, close
from kls.confirm.limits import Limits

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
        finally:
            close(start.descriptors)


def _popen(start: Start) -> partial[subprocess.Popen[bytes]]:
    if sys.platform == "win32":
        from kls.confirm import windows

        pipe = subprocess.PIPE
        return partial(windows.popen, start, Limits(), bufsize=0, stdin=pipe, stdout=pipe, stderr=pipe)
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
        pass_fds=start.descriptors,
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


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that `spawn` started, and what it has started so far.

    bwrap that is killed while it sets up its namespaces would leave its first child behind, waiting for ever; the two are
    still one process group then.
    """
    if sys.platform == "win32":
        from kls.confirm import windows

        windows.end(process)
    elif process.returncode is None:  # not waited for yet, so that its number is still its own
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
