"""Bytes in and out: a pipe or a socket read by asyncio itself, and a writer that any thread may use."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import stat
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO

from pygls.io_ import StdinAsyncReader

Reader = asyncio.StreamReader | StdinAsyncReader

_READ_LIMIT = 2**20


class Writer:
    """Sends whole messages, one at a time, from whichever thread has one.

    pygls's own writer assumes one thread, and that a write to a pipe that the client set non-blocking cannot fail.
    """

    def __init__(self, fileno: int, send: Callable[[memoryview], int], close: Callable[[], None]) -> None:
        """`send` writes some of the bytes and answers how many, or raises BlockingIOError."""
        self._fileno = fileno
        self._send = send
        self._close = close
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        """All of `data`, in one piece. Raises BrokenPipeError or ConnectionError when the client is gone."""
        with self._lock:
            rest = memoryview(data)
            while rest:
                try:
                    rest = rest[self._send(rest) :]
                except BlockingIOError:
                    select.select([], [self._fileno], [])

    def close(self) -> None:
        """Close the stream."""
        self._close()


def claim_stdout() -> Writer:
    """A writer on standard output, which carries nothing else from now on: what prints, prints to standard error."""
    fileno = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return Writer(fileno, lambda data: os.write(fileno, data), lambda: os.close(fileno))


async def stdin_reader(stdin: BinaryIO) -> Reader:
    """Standard input as an asyncio stream: no thread hop per header line, as pygls's reader has.

    Where asyncio cannot (Windows; a file or a device as standard input) pygls's reader is good enough.
    """
    mode = os.fstat(stdin.fileno()).st_mode
    if sys.platform == "win32" or not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return StdinAsyncReader(stdin)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_READ_LIMIT)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stdin)
    return reader


async def socket_streams(connection: socket.socket) -> tuple[Reader, Writer]:
    """Reader and writer on an accepted connection."""
    writing = connection.dup()
    writing.setblocking(False)
    reader, stream = await asyncio.open_connection(sock=connection, limit=_READ_LIMIT)

    def close() -> None:
        writing.close()
        stream.close()

    return reader, Writer(writing.fileno(), lambda data: writing.send(data), close)
