"""From the first byte to the last: transports, exit codes, and clients that do not behave."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest
from common import LEAK, REPOSITORY

COMMAND = [sys.executable, "-m", "kls", "server"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY)}


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """A server with pipes."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )


def send(stream: IO[bytes], **message: Any) -> None:
    """One message."""
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    stream.flush()


def receive(stream: IO[bytes]) -> dict[str, Any]:
    """The next message; the stream must hold nothing else."""
    length = 0
    while (line := stream.readline()) != b"\r\n":
        name, _, value = line.partition(b":")
        assert name in (b"Content-Length", b"Content-Type"), f"not a header: {line!r}"
        length = int(value) if name == b"Content-Length" else length
    message: dict[str, Any] = json.loads(stream.read(length))
    return message


def answer(stream: IO[bytes], id_: int) -> dict[str, Any]:
    """The answer to a request, whatever is sent before it."""
    while (message := receive(stream)).get("id") != id_:
        pass
    return message


INITIALIZE: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}


def test_shutdown_and_exit_end_it_with_0() -> None:
    server = start()
    assert server.stdin and server.stdout
    send(server.stdin, id=1, method="initialize", params=INITIALIZE)
    assert answer(server.stdout, 1)["result"]["serverInfo"]["name"] == "kls"
    send(server.stdin, method="initialized", params={})
    send(server.stdin, id=2, method="shutdown")
    assert answer(server.stdout, 2)["result"] is None
    send(server.stdin, method="exit")
    assert server.wait(10) == 0


def test_exit_without_shutdown_ends_it_with_1() -> None:
    server = start()
    assert server.stdin and server.stdout
    send(server.stdin, id=1, method="initialize", params=INITIALIZE)
    answer(server.stdout, 1)
    send(server.stdin, method="exit")
    assert server.wait(10) == 1


def test_it_ends_when_the_client_is_gone() -> None:
    server = start()
    assert server.stdin and server.stdout
    send(server.stdin, id=1, method="initialize", params=INITIALIZE)
    answer(server.stdout, 1)
    server.stdin.close()
    assert server.wait(10) == 1


def test_what_is_no_message_does_not_end_it() -> None:
    server = start()
    assert server.stdin and server.stdout
    send(server.stdin, id=1, method="initialize", params=INITIALIZE)
    answer(server.stdout, 1)
    for body in (b"{", b"[]", b"null", b'{"jsonrpc": "2.0", "method": 3}', b"\xff\xfe", b'{"jsonrpc": "2.0"}'):
        server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    send(server.stdin, id=2, method="no/such/method", params={})
    assert answer(server.stdout, 2)["error"]["code"] == -32601
    send(server.stdin, id=3, method="textDocument/hover", params={"wrong": 1})
    position = {"line": 0, "character": 0}
    send(server.stdin, id=4, method="textDocument/hover", params={"textDocument": {"uri": "a:b"}, "position": position})
    assert answer(server.stdout, 4)["result"] is None
    send(server.stdin, id=5, method="shutdown")
    answer(server.stdout, 5)
    send(server.stdin, method="exit")
    assert server.wait(10) == 0


def test_a_client_that_says_nothing_of_itself_is_served(tmp_path: Path) -> None:
    server = start()
    assert server.stdin and server.stdout
    send(server.stdin, id=1, method="initialize", params={**INITIALIZE, "rootUri": tmp_path.as_uri()})
    capabilities = answer(server.stdout, 1)["result"]["capabilities"]
    assert capabilities["positionEncoding"] == "utf-16"
    assert "diagnosticProvider" not in capabilities
    send(server.stdin, method="initialized", params={})
    item = {"uri": (tmp_path / "a.py").as_uri(), "languageId": "python", "version": 1, "text": LEAK}
    send(server.stdin, method="textDocument/didOpen", params={"textDocument": item})
    message = receive(server.stdout)
    assert message["method"] == "textDocument/publishDiagnostics"
    (found,) = message["params"]["diagnostics"]
    assert found["code"] == "KLS101"
    assert "\n- line 5: " in found["message"], "without related information the message has it"
    server.kill()
    server.wait()


def test_tcp() -> None:
    server = start("--tcp", "127.0.0.1:0")
    assert server.stderr
    address = server.stderr.readline().decode().strip().rpartition(" ")[2]
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        stream = connection.makefile("rwb")
        send(stream, id=1, method="initialize", params=INITIALIZE)
        assert answer(stream, 1)["result"]["serverInfo"]["name"] == "kls"
        send(stream, id=2, method="shutdown")
        answer(stream, 2)
        send(stream, method="exit")
        assert server.wait(10) == 0


@pytest.mark.parametrize("address", ["here", "host:port", ":1", "127.0.0.1:99999"])
def test_a_wrong_address_is_one_clear_line(address: str) -> None:
    done = subprocess.run([*COMMAND, "--tcp", address], capture_output=True, text=True, env=ENVIRONMENT, timeout=30)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "is not HOST:PORT" in line
