"""What programs leave in a scratch folder is counted and removed, whatever they did to it; what their links lead to stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kls.confirm.scratch import make_folder, remove_folders, usage

MESS = """
import os, sys
os.chdir(sys.argv[1])
os.symlink(sys.argv[2], "link")
open("up-0", "w").close()
os.mkdir("closed")
open("closed/file", "w").close()
os.mkdir("closed/below")
os.chmod("closed/below", 0)
os.chmod("closed", 0)
for _ in range(3000):
    os.mkdir("deep")
    os.chdir("deep")
open("end", "w").write("x" * 1000)
"""


def test_everything_goes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "keep").write_text("keep")
    folder = make_folder()
    subprocess.run([sys.executable, "-c", MESS, folder, str(tmp_path)], check=True)
    remove_folders([folder, "/nonexistent/kls"])
    assert not Path(folder).exists()
    assert (tmp_path / "keep").read_text() == "keep"


@pytest.mark.skipif(os.name == "nt", reason="modes are another matter there")
def test_a_scratch_folder_is_its_owners() -> None:
    folder = make_folder()
    assert Path(folder).stat().st_mode & 0o77 == 0
    remove_folders([folder])


@pytest.mark.skipif(os.name == "nt", reason="processes are asked after otherwise there")
def test_what_the_dead_have_left_is_removed_by_the_next() -> None:
    code = "import os; from kls.confirm.scratch import make_folder; print(make_folder(), flush=True); os.kill(os.getpid(), 9)"
    dead = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    left, own = Path(dead.stdout.strip()), make_folder()
    assert left.name.startswith("kls-scratch-")
    assert not left.exists()
    remove_folders([make_folder()])
    assert Path(own).exists(), "we are alive"
    remove_folders([own])


def test_what_is_there_is_counted(tmp_path: Path) -> None:
    for n in range(5):
        (tmp_path / f"{n}").write_bytes(b"x" * 100)
    assert usage([str(tmp_path)], 100) == (5, 500)
    assert usage([str(tmp_path)], 3)[0] > 3
