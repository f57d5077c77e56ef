"""The door: builds the server, gives it a pipe or a socket, and ends with the exit code that LSP asks for."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
from collections.abc import Awaitable, Callable

from pygls.io_ import run_async

from kls.garbage import collect_rarely
from kls.server import actions, commands, configuration, hover, lenses, lifecycle, sync, watching
from kls.server.server import KlsServer
from kls.server.transport import Reader, Writer, claim_stdout, socket_streams, stdin_reader

# How long a busy analysis may keep the event loop waiting; Python's own 5 ms would be felt in every answer.
_SWITCH_INTERVAL = 0.0005


def build() -> KlsServer:
    """A server with all its features."""
    server = KlsServer()
    for feature in (lifecycle, configuration, watching, sync, actions, lenses, hover, commands):
        feature.register(server)
    return server


def start_stdio() -> int:
    """Serve one client on standard input and output until it says `exit` or is gone; answers the exit code."""
    writer = claim_stdout()

    async def streams() -> tuple[Reader, Writer]:
        return await stdin_reader(sys.stdin.buffer), writer

    return _run(streams)


def start_tcp(host: str, port: int) -> int:
    """Serve the first client that connects to host:port (0: a free one, named on standard error), as `start_stdio`."""
    with socket.create_server((host, port)) as listener:
        address = listener.getsockname()
        print(f"kls: listening on {address[0]}:{address[1]}", file=sys.stderr, flush=True)
        connection, _ = listener.accept()
    return _run(lambda: socket_streams(connection))


def _run(streams: Callable[[], Awaitable[tuple[Reader, Writer]]]) -> int:
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    sys.setswitchinterval(_SWITCH_INTERVAL)
    server = build()
    collect_rarely()

    async def serve() -> None:
        reader, writer = await streams()
        server.protocol.set_writer(writer)
        try:
            await run_async(threading.Event(), reader, server.protocol, error_handler=server.report_server_error)
        finally:
            server.end()

    try:
        asyncio.run(serve())
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except (KeyboardInterrupt, ConnectionError):
        pass
    # The client went without saying `exit`.
    return 1
