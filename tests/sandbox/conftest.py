"""The escape suite's worlds: a folder of valuables for each user, and the outcomes of all attacks in each kind of jail."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from common import lacking

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY = 65534


def packages() -> Path:
    """The package folder with the Keras that these tests use."""
    found = importlib.util.find_spec("keras")
    if found is None or found.origin is None:
        lacking("keras is not installed: pip install 'kls[keras]'")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent.parent


def bwrap() -> Path:
    """The bwrap program that works here."""
    from kls.confirm.bubblewrap import Bubblewrap, programs

    working = [path for path in programs() if Bubblewrap(path).level().works]
    if not working:
        lacking("no bwrap works here: install bubblewrap, or allow user namespaces")
    return working[0]


def own_interpreter(base: str, folder: Path, user: int | None) -> Path:
    """A virtual environment that the attacker may write to, with the packages of this one."""
    who: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    subprocess.run([base, "-m", "venv", "--without-pip", str(folder / "venv")], check=True, **who)
    site = next((folder / "venv" / "lib").glob("python3*/site-packages"))
    (site / "base.pth").write_text(f"{packages()}\n")
    return folder / "venv" / "bin" / "python"


def attack(base: str, folder: Path, wall: str, *flags: str, user: int | None = None) -> dict[str, Any]:
    """The outcomes of all attacks; `wall` is a bwrap program or "landlock"."""
    who: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    for made in (folder, folder / "world"):
        made.mkdir(exist_ok=True)
        if user is not None:
            os.chown(made, user, user)
    python = own_interpreter(base, folder, user)
    script = str(Path(__file__).with_name("escape.py"))
    command = [base, "-B", script, str(python), str(folder / "world"), wall, *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd="/", **who)
    assert done.returncode == 0, done.stderr[-3000:]
    outcomes: dict[str, Any] = json.loads(done.stdout)
    return outcomes


def readable_by_all(path: Path) -> bool:
    """Whether any user may come to a path."""
    return all(parent.stat().st_mode & 0o1 for parent in path.resolve().parents)


@pytest.fixture(scope="session")
def as_this_user(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return attack(sys.executable, tmp_path_factory.mktemp("this-user"), str(bwrap()))


@pytest.fixture(scope="session")
def behind_landlock(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from kls.confirm.landlock import Landlock

    if not Landlock().level().works:
        lacking(f"no Landlock here: {Landlock().level().detail}")
    return attack(sys.executable, tmp_path_factory.mktemp("landlock"), "landlock", "--inside-only")


def by_nobody(wall: str, *flags: str) -> dict[str, Any]:
    """All attacks by an ordinary user, when root runs the tests."""
    if os.getuid() != 0:
        pytest.skip("these tests are run by an ordinary user already")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    bases = [Path(sys.base_prefix) / "bin" / version, Path("/usr/bin") / version]
    base = next((path for path in bases if path.exists() and readable_by_all(path)), None)
    if base is None or not readable_by_all(packages()) or not readable_by_all(ROOT / "kls" / "confirm"):
        lacking(f"no {version} that every user may run")
    folder = Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    folder.chmod(0o755)
    try:
        return attack(str(base), folder / "world", wall, *flags, user=NOBODY)
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=False)


@pytest.fixture(scope="session")
def as_nobody() -> dict[str, Any]:
    return by_nobody(str(bwrap()))


@pytest.fixture(scope="session")
def nobody_behind_landlock() -> dict[str, Any]:
    return by_nobody("landlock", "--inside-only")
