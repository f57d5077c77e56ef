"""Any LSP server over stdio, as a stopwatch needs it: JSON in, JSON out, and the moment at which each answer came."""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CAPABILITIES: dict[str, Any] = {
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
        "diagnostic": {"dynamicRegistration": False},
        "synchronization": {"didSave": True},
    },
    "workspace": {"configuration": True, "workspaceFolders": True, "diagnostics": {"refreshSupport": True}},
    "general": {"positionEncodings": ["utf-16"]},
}
PATIENCE = 60
"""Seconds to wait for an answer."""


class LanguageServer:
    """A running server with one document open."""

    def __init__(self, command: Sequence[str], path: Path) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=path.parent
        )
        self._came: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        self._ids, self._versions = itertools.count(1), itertools.count(1)
        self._uri = path.as_uri()
        threading.Thread(target=self._read, daemon=True).start()
        folder = {"uri": path.parent.as_uri(), "name": "bench"}
        _, answer = self._request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder["uri"],
                "workspaceFolders": [folder],
                "capabilities": CAPABILITIES,
            },
        )
        self.pulls = "diagnosticProvider" in answer["capabilities"]
        """Whether diagnostics are asked for; else the server sends them."""
        self._notify("initialized", {})
        text = path.read_text(encoding="utf-8")
        item = {"uri": self._uri, "languageId": "python", "version": next(self._versions), "text": text}
        self._notify("textDocument/didOpen", {"textDocument": item})
        self._diagnostics()

    def change(self, line: int, start: int, end: int, text: str) -> float:
        """Put `text` in place of columns [start, end) of a line; seconds until its diagnostics came."""
        document = {"uri": self._uri, "version": next(self._versions)}
        span = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
        begin = time.perf_counter()
        self._notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [{"range": span, "text": text}]}
        )
        return self._diagnostics() - begin

    def rest(self, seconds: float) -> None:
        """Wait until nothing has come for so long."""
        while True:
            try:
                self._came.get(timeout=seconds)
            except queue.Empty:
                return

    def memory(self) -> int:
        """Resident megabytes of the server and of the processes that it started (Linux)."""
        return sum(_resident(pid) for pid in _family(self._process.pid)) // 1024

    def stop(self) -> None:
        """End it, without ceremony."""
        self._process.kill()
        self._process.wait()

    def _diagnostics(self) -> float:
        """When the next diagnostics of the document came."""
        if self.pulls:
            return self._request("textDocument/diagnostic", {"textDocument": {"uri": self._uri}})[0]
        while True:
            moment, message = self._came.get(timeout=PATIENCE)
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == self._uri:
                return moment

    def _request(self, method: str, params: dict[str, Any]) -> tuple[float, Any]:
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        while True:
            moment, message = self._came.get(timeout=PATIENCE)
            if message.get("id") == number and "method" not in message:
                return moment, message.get("result")

    def _notify(self, method: str, params: dict[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> None:
        """On a thread: everything that the server sends; what it asks is answered with nothing."""
        stream = self._process.stdout
        assert stream
        while True:
            length = 0
            while header := stream.readline().strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                return
            message = json.loads(stream.read(length))
            self._came.put((time.perf_counter(), message))
            if "method" in message and "id" in message:
                items = message.get("params", {}).get("items", []) if isinstance(message.get("params"), dict) else []
                asked = message["method"] == "workspace/configuration"
                self._send({"id": message["id"], "result": [None] * len(items) if asked else None})


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return [pid, *(inner for child in children for inner in _family(int(child)))]
