"""Jails: what is shown of a project, what is hidden, what an interpreter needs, and that there is no running without a wall."""

from __future__ import annotations

import contextlib
import os
import re
import struct
import sys
from pathlib import Path

import pytest

from kls.agent import seal, syscalls
from kls.confirm import jail, secrets
from kls.confirm.bubblewrap import interpreter_binds, tried
from kls.confirm.confirm import confirm
from kls.confirm.interpreter import Interpreter, read_interpreter
from kls.confirm.jail import Level, NoJail
from kls.confirm.secrets import project_folder, show, without_secrets
from kls.confirm.session import Facts, Session


class NoWall:
    """A jail that this machine does not have."""

    def level(self) -> Level:
        return Level("bubblewrap", False, "setting up uid map: Permission denied")

    def place(self, cell: jail.Cell) -> jail.Place:
        raise AssertionError("never started")

    def start(self, cell: jail.Cell, place: jail.Place, command: tuple[str, ...]) -> jail.Start:
        raise AssertionError("never started")


def test_without_a_jail_nothing_runs_and_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jail, "jails", lambda _: [NoWall()])
    with contextlib.closing(Session(Facts(Path(sys.executable), tmp_path))) as session, pytest.raises(NoJail) as caught:
        session.start()
    assert "bubblewrap: setting up uid map: Permission denied" in str(caught.value)
    assert "kls.sandbox.allowUnsandboxed" in str(caught.value)
    assert not jail.level().works


def test_with_the_users_leave_the_level_says_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail, "jails", lambda _: [NoWall()])
    level = jail.choose(allow_unsandboxed=True)[1]
    assert (level.name, level.works, level.enough) == ("none", True, False)
    assert level.lacks == ("the network", "writing files", "reading secrets", "other processes")


@pytest.mark.parametrize("promise", ["network", "writes", "secrets", "processes"])
def test_a_jail_that_lacks_one_promise_is_not_enough(monkeypatch: pytest.MonkeyPatch, promise: str) -> None:
    class Weak(NoWall):
        def level(self) -> Level:
            kept = {name: name != promise for name in ("network", "writes", "secrets", "processes")}
            return Level("weak", True, "nearly", **kept)

    monkeypatch.setattr(jail, "jails", lambda _: [Weak()])
    with pytest.raises(NoJail, match="weak: nearly"):
        jail.choose()
    assert jail.choose(allow_unsandboxed=True)[1].lacks == jail.Level.lacks.fget(Weak().level())  # type: ignore[attr-defined]
    assert not jail.level().works


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def test_secrets_are_found_at_every_depth(tmp_path: Path) -> None:
    make(
        tmp_path,
        "model.py",
        ".env",
        "a/b/.env.production",
        ".git/config",
        "a/.ssh/id_rsa",
        "a/key.pem",
        "prod/settings",
    )
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / ".env").symlink_to(tmp_path / "prod" / "settings")
    found = show(tmp_path)
    relative = {str(path.relative_to(tmp_path)) for path in found.files}
    assert relative == {".env", "a/b/.env.production", "a/key.pem", "b/.env", "prod/settings"}
    assert {str(path.relative_to(tmp_path)) for path in found.folders} == {".git", "a/.ssh"}
    shown = {str(path.relative_to(tmp_path)) for path in without_secrets(found)}
    assert shown == {"model.py"}


NAMES = ".env .ENV .env.local prod.env .envrc id_rsa server.pem api.key .git repo.git .npmrc kaggle.json service-account-1.json"


@pytest.mark.parametrize("name", NAMES.split())
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert secrets.is_secret(name)


@pytest.mark.parametrize(
    "name", ["model.py", "env.py", "environment.yml", "keys.py", "secrets.py", "service_account.py", ".gitignore"]
)
def test_a_plain_file_is_none(name: str) -> None:
    assert not secrets.is_secret(name)


def test_an_environment_called_env_is_no_secret(tmp_path: Path) -> None:
    make(tmp_path, ".env/pyvenv.cfg", ".env/lib/python3.11/site-packages/x.py")
    assert show(tmp_path).hidden == frozenset()


def test_what_is_no_plain_file_is_hidden(tmp_path: Path) -> None:
    make(tmp_path, "model.py")
    os.mkfifo(tmp_path / "pipe")
    assert show(tmp_path).files == (tmp_path / "pipe",)


def test_what_was_not_looked_at_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.py", "data/1", "data/2", "data/3", "data/.env", "deep/er/.env", "deep/er/x.py")
    monkeypatch.setattr(secrets, "MAX_ENTRIES", 4)
    shown = without_secrets(show(tmp_path))
    assert tmp_path / "a.py" in shown
    assert not any(path.name in (".env", "data", "deep") for path in shown)


def test_new_and_replaced_secrets_are_noticed(tmp_path: Path) -> None:
    make(tmp_path, "model.py", ".env", "a/b.py")
    found = show(tmp_path)
    assert found.current()
    make(tmp_path, "a/c.py")
    assert found.current(), "a plain file is no reason"
    make(tmp_path, "a/.env")
    assert not found.current()
    found = show(tmp_path)
    make(tmp_path, "saved")
    (tmp_path / "saved").rename(tmp_path / ".env")
    assert not found.current(), "it is another file now"


@pytest.mark.parametrize("name", ["/", "/etc", "/etc/ssl", "/home", "/proc/1", "/var"])
def test_a_folder_of_the_system_is_nobodys_project(name: str) -> None:
    assert project_folder(Path(name)) is None


def test_a_home_folder_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home" / "me"))
    (tmp_path / "home" / "me" / "work").mkdir(parents=True)
    assert project_folder(tmp_path / "home" / "me") is None
    assert project_folder(tmp_path / "home") is None
    assert project_folder(tmp_path / "home" / "me" / "work") is not None


def test_an_interpreter_is_read_and_not_started(tmp_path: Path) -> None:
    base = tmp_path / "base"
    site = tmp_path / "venv" / "lib" / "python3.11" / "site-packages"
    extra = tmp_path / "extra"
    for folder in (base / "bin", site, extra, tmp_path / "venv" / "bin"):
        folder.mkdir(parents=True)
    (base / "bin" / "python3.11").write_text("#!/bin/sh\nexit 99\n")
    (tmp_path / "venv" / "bin" / "python").symlink_to(base / "bin" / "python3.11")
    (tmp_path / "venv" / "pyvenv.cfg").write_text(f"home = {base}/bin\ninclude-system-site-packages = false\n")
    (site / "a.pth").write_text(f"{extra}\nimport os; os._exit(1)\n# {base}\n/nowhere\n")
    found = read_interpreter(tmp_path / "venv" / "bin" / "python")
    assert {tmp_path / "venv", base, extra} <= set(found.folders)
    assert found.sites == (site, extra)
    before = found.fingerprint()
    (site / "numpy").mkdir()
    assert found.fingerprint() != before


def test_a_machine_without_a_filter_has_no_jail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    level = tried.__wrapped__(Path("/usr/bin/bwrap"))
    assert not level.works
    assert "riscv64" in level.detail


HEADERS = {0: Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), 1: Path("/usr/include/asm-generic/unistd.h")}


@pytest.mark.parametrize("column", [0, 1])
def test_system_call_numbers_are_the_kernels(column: int) -> None:
    if not HEADERS[column].exists():
        pytest.skip(f"no {HEADERS[column]}: install linux-libc-dev")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[column].read_text())
    kernel = {name: int(number) for name, number in found}
    ours = {**syscalls.DENIED, **syscalls.CHECKED, **syscalls.METADATA, **syscalls.USED}
    checked = {name: numbers[column] for name, numbers in ours.items() if name in kernel}
    assert checked == {name: kernel[name] for name in checked}
    assert not [name for name, numbers in ours.items() if numbers[column] is None and name in kernel], (
        "these exist there"
    )
    assert len(checked) > 80


NUMBERS = {**syscalls.DENIED, **syscalls.CHECKED, **syscalls.METADATA}


def decision(code: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What the kernel's packet filter machine makes of a system call: the filter's answer, action and error."""
    values = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=iIQ6Q", number, architecture, 0, *values)
    lines = list(struct.iter_unpack("=HBBI", code))
    at = held = 0
    while True:
        operation, if_true, if_false, value = lines[at]
        at += 1
        if operation == seal.LOAD:
            (held,) = struct.unpack_from("=I", data, value)
        elif operation == seal.AND:
            held &= value
        elif operation == seal.RETURN:
            return value
        else:
            kinds = {seal.EQUAL: held == value, seal.AT_LEAST: held >= value, seal.ANY_BIT: bool(held & value)}
            at += if_true if kinds[operation] else if_false


def allowed(machine: str, name: str, *arguments: int, me: int | None = 7, **given: bool) -> bool:
    """Whether a call of that name is allowed on a machine."""
    architecture, column = seal.MACHINES[machine]
    number = NUMBERS[name][column]
    return decision(seal.program(machine, me, **given), architecture, number, *arguments) == seal.ALLOW


@pytest.mark.parametrize("machine", sorted(seal.MACHINES))
def test_the_filter_decides_as_it_should(machine: str) -> None:
    """The filter's own code, run by hand: so the one for the other machine is tried too."""
    architecture, column = seal.MACHINES[machine]
    for name, numbers in syscalls.DENIED.items():
        assert numbers[column] is None or not allowed(machine, name), name
    for name, numbers in syscalls.METADATA.items():
        assert numbers[column] is None or (allowed(machine, name) and not allowed(machine, name, metadata=False)), name
    assert allowed(machine, "clone", seal.CLONE_THREAD | 0xF00) and not allowed(machine, "clone", 17)
    assert allowed(machine, "clone", 17, me=None), "the warm process forks"
    assert not allowed(machine, "clone3")
    for name in ("kill", "tgkill"):
        assert (
            allowed(machine, name, 7, 9) and not allowed(machine, name, 8, 9) and not allowed(machine, name, 0xFFFFFFFF)
        )
    assert allowed(machine, "prlimit64", 0) and not allowed(machine, "prlimit64", 8)
    assert allowed(machine, "socketpair", 1, 1 | 0x80000) and not allowed(machine, "socketpair", 1, 2)
    assert allowed(machine, "sendto", 3, 0, 0, 0, 0) and not allowed(machine, "sendto", 3, 0, 0, 0, 1 << 40)
    assert allowed(machine, "fcntl", 3, 1) and not any(allowed(machine, "fcntl", 3, n) for n in (8, 10, 15, 1024))
    assert allowed(machine, "ioctl", 0, 0x5401) and not any(
        allowed(machine, "ioctl", 0, n) for n in (0x5412, 0xC0045877)
    )
    assert allowed(machine, "prctl", 15) and not any(allowed(machine, "prctl", n) for n in (1, 4, 36))
    assert allowed(machine, "execve", me=None, launch=True) and not allowed(machine, "execve", me=None)
    code = seal.program(machine, 7)
    assert decision(code, architecture, 0) == seal.ALLOW  # read on one machine, io_setup on the other
    assert decision(code, architecture, syscalls.NEWEST + 1) & 0xFFFF0000 == seal.ERRNO
    assert decision(code, architecture, 1 << 30 | 57) & 0xFFFF0000 == seal.ERRNO, "x32"
    assert decision(code, 0x40000003, 20) == seal.KILL, "32-bit calls"


@pytest.mark.parametrize("machine", sorted(seal.MACHINES))
def test_the_filter_fits_the_kernel(machine: str) -> None:
    code = seal.program(machine, os.getpid(), metadata=False)
    assert len(code) % 8 == 0
    assert len(code) // 8 < 4096  # BPF_MAXINSNS


def test_an_interpreter_brings_no_home_and_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "me"
    for folder in (home / ".ssh" / "bin", tmp_path / "venv" / "bin", tmp_path / "base"):
        folder.mkdir(parents=True)
    (tmp_path / "link").symlink_to(home)
    monkeypatch.setenv("HOME", str(home))
    named = (tmp_path / "venv", tmp_path / "link", home / ".ssh", home, tmp_path, Path("/"), tmp_path / "base")
    shown = interpreter_binds(Interpreter(tmp_path / "venv" / "bin" / "python", named, ()))
    assert shown == [tmp_path / "venv", tmp_path / "base"]


@pytest.mark.sandbox
@pytest.mark.keras
def test_a_linked_environment_in_the_project_is_found(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(sys.prefix)
    with contextlib.closing(Session(Facts(tmp_path / ".venv" / "bin" / "python", tmp_path))) as session:
        text = "import keras\nx = keras.Input((3,))\nmodel = keras.Model(x, keras.layers.Dense(2)(x))\n"
        assert [m.verdict for m in confirm(tmp_path / "m.py", text, None, session).models] == ["clean"]


@pytest.mark.keras
def test_with_the_users_leave_it_is_built_and_the_answer_says_how(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(jail, "jails", lambda _: [NoWall()])
    with contextlib.closing(Session(Facts(Path(sys.executable), tmp_path), allow_unsandboxed=True)) as session:
        probe = "import keras, os\ntry:\n    os.fork()\n    name = 'out'\nexcept OSError:\n    name = 'held'\n"
        text = probe + "x = keras.Input((3,))\nmodel = keras.Model(x, keras.layers.Dense(2, name=name)(x))\n"
        answer = confirm(tmp_path / "m.py", text, None, session)
    assert (answer.sandbox, answer.models[0].verdict) == ("none", "clean")
    assert answer.models[0].layers[-1] == "held", "the filter holds all the same"
