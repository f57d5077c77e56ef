"""The command line as a user has it: a process of its own in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_program import Done, Kls
from common import LEAK, REPOSITORY


@pytest.fixture
def kls(tmp_path: Path) -> Kls:
    """Runs `kls ARGUMENT...` in `tmp_path`; `stdin` is given to it, and `environment` added to its variables.

    Its cache is in `tmp_path` too.
    """
    own = {"PYTHONPATH": str(REPOSITORY), "XDG_CACHE_HOME": str(tmp_path / ".cache")}

    def run(*arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "kls", *arguments],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            timeout=120,
            env={**os.environ, **own, **(environment or {})},
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    """The faulty program, in a file."""
    file = tmp_path / "leak.py"
    file.write_text(LEAK)
    return file
