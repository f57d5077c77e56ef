"""Whatever is killed, whenever: a clear message or the right answer, nothing left running, and the next confirm works."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from endurance import Wrong, in_a_row, kill_at_random, leaks

from kls.confirm.agent_process import AgentDied, KerasMissing
from kls.confirm.confirm import confirm
from kls.confirm.limits import Limits
from kls.confirm.session import Cancelled, Facts, Session

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]

MODEL = "import keras\ninputs = keras.Input((3,))\nmodel = keras.Model(inputs, keras.layers.Dense(2)(inputs))\n"
SLOW = "import keras, time\nkeras.slept = time.sleep(60)\n" + MODEL


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    facts = Facts(Path(sys.executable), tmp_path_factory.mktemp("project"), backend="tensorflow")
    with contextlib.closing(Session(facts)) as session:
        yield session


def verdicts(session: Session, text: str = MODEL) -> list[str]:
    return [model.verdict for model in confirm("/nowhere/model.py", text, None, session).models]


def tree(pid: int) -> list[int]:
    """A process and everything below it, the deepest last."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += tree(int(child))
    return found


def gone(pids: list[int]) -> bool:
    """Whether processes end within some seconds."""
    for _ in range(100):
        if not any(Path(f"/proc/{pid}").exists() and "Z" not in status(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def status(pid: int) -> str:
    """The state letter of a process; Z where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


@pytest.mark.parametrize("depth", [0, 1])
def test_killed_while_idle(session: Session, depth: int) -> None:
    """bwrap, or the warm process within it."""
    assert verdicts(session) == ["clean"]
    assert session.pid is not None
    processes = tree(session.pid)
    os.kill(processes[depth], signal.SIGKILL)
    assert verdicts(session) == ["clean"]
    assert gone(processes)


@pytest.mark.parametrize("depth", [0, 1, -1])
def test_killed_in_flight(session: Session, depth: int) -> None:
    """bwrap, the warm process, or the child that builds."""
    assert verdicts(session) == ["clean"]
    found: list[list[int]] = []

    def kill() -> None:
        time.sleep(0.5)
        assert session.pid is not None
        found.append(tree(session.pid))
        os.kill(found[0][depth], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    if depth == -1:
        (model,) = confirm("/nowhere/model.py", SLOW, None, session).models
        assert model.verdict == "inconclusive"
        assert "signal 9" in " ".join(model.assumptions)
    else:
        with pytest.raises(AgentDied, match="the sandboxed Keras process ended"):
            confirm("/nowhere/model.py", SLOW, None, session)
    killer.join()
    assert verdicts(session) == ["clean"]
    assert gone(found[0][1:]) or depth == -1


def test_cancelled_in_flight(session: Session) -> None:
    assert verdicts(session) == ["clean"]
    began = time.monotonic()
    with pytest.raises(Cancelled):
        confirm("/nowhere/model.py", SLOW, None, session, cancelled=lambda: time.monotonic() - began > 0.3)
    assert time.monotonic() - began < 3
    assert verdicts(session) == ["clean"]


def test_cancelled_while_waiting_for_another(session: Session) -> None:
    assert verdicts(session) == ["clean"]
    stop = threading.Event()

    def first() -> None:
        with pytest.raises(Cancelled):
            confirm("/nowhere/model.py", SLOW, None, session, cancelled=stop.is_set)

    thread = threading.Thread(target=first)
    thread.start()
    time.sleep(0.3)
    with pytest.raises(Cancelled):
        confirm("/nowhere/model.py", MODEL, None, session, cancelled=lambda: True)
    stop.set()
    thread.join()
    assert verdicts(session) == ["clean"]


def test_two_at_once(session: Session) -> None:
    answers: list[list[str]] = []
    threads = [threading.Thread(target=lambda: answers.append(verdicts(session))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [["clean"]] * 4


def silent(folder: Path) -> Path:
    """An interpreter that starts and says nothing."""
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\nexec sleep 60\n")
    python.chmod(0o755)
    return python


def test_a_keras_that_does_not_start_is_given_up(tmp_path: Path) -> None:
    python = silent(tmp_path)
    with contextlib.closing(Session(Facts(python, None), limits=Limits(start_seconds=1))) as session:
        with pytest.raises(AgentDied, match=f"Keras did not start in 1 s and was ended: {python}"):
            verdicts(session)
        assert session.pid is None


def test_a_start_can_be_cancelled(tmp_path: Path) -> None:
    with contextlib.closing(Session(Facts(silent(tmp_path), None))) as session:
        began = time.monotonic()
        with pytest.raises(Cancelled):
            confirm("/nowhere/model.py", MODEL, None, session, cancelled=lambda: time.monotonic() - began > 0.5)
        assert time.monotonic() - began < 5
        pid = session.pid
    assert pid is not None
    assert gone([pid])


def test_idle_ends_and_comes_back(tmp_path: Path) -> None:
    with contextlib.closing(Session(Facts(Path(sys.executable), tmp_path), idle_seconds=0.3)) as session:
        assert verdicts(session) == ["clean"]
        pid = session.pid
        assert pid is not None
        assert gone([pid])
        assert session.pid is None
        assert verdicts(session) == ["clean"]


def test_closing_leaves_nothing(tmp_path: Path) -> None:
    session = Session(Facts(Path(sys.executable), tmp_path))
    assert verdicts(session) == ["clean"]
    assert session.pid is not None
    processes = tree(session.pid)
    session.close()
    assert gone(processes)
    with pytest.raises(AgentDied, match="closed"):
        session.start()


def test_killing_the_one_who_asks_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kls.confirm.session import *; from kls.confirm.confirm import confirm\n"
        f"s = Session(Facts(Path(sys.executable), Path({str(tmp_path)!r})))\n"
        f"confirm('/nowhere/m.py', {MODEL!r}, None, s); print(s.pid, flush=True); confirm('/nowhere/m.py', {SLOW!r}, None, s)\n"
    )
    asker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert asker.stdout is not None
    pid = int(asker.stdout.readline())
    time.sleep(0.3)
    processes = tree(pid)
    assert len(processes) >= 3
    asker.kill()
    asker.wait()
    assert gone(processes)


def venv_with_keras(folder: Path) -> Path:
    """A virtual environment that shares this one's packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    import keras

    site = next((folder / "lib").glob("python3*/site-packages"))
    (site / "base.pth").write_text(f"{Path(keras.__file__).parent.parent}\n")
    return folder / "bin" / "python"


def test_an_interpreter_that_changes_is_started_anew(tmp_path: Path) -> None:
    python = venv_with_keras(tmp_path / "venv")
    with contextlib.closing(Session(Facts(python, None))) as session:
        assert verdicts(session) == ["clean"]
        first = session.pid
        assert verdicts(session) == ["clean"]
        assert session.pid == first
        (next((tmp_path / "venv" / "lib").glob("python3*/site-packages")) / "new_package").mkdir()
        assert verdicts(session) == ["clean"]
        assert session.pid != first
        python.unlink()
        with pytest.raises(FileNotFoundError, match="no interpreter at"):
            verdicts(session)


def test_an_interpreter_that_is_deleted_while_it_builds(tmp_path: Path) -> None:
    """What is under way ends by itself, the next is told what is missing, and all is well once it is there again."""
    folder = tmp_path / "venv"
    with contextlib.closing(Session(Facts(venv_with_keras(folder), None))) as session:
        assert verdicts(session) == ["clean"]
        remover = threading.Timer(0.5, shutil.rmtree, [folder])
        remover.start()
        assert verdicts(session, "import keras, time\nkeras.slept = time.sleep(1.5)\n" + MODEL) == ["clean"]
        remover.join()
        with pytest.raises(FileNotFoundError, match="no interpreter at"):
            verdicts(session)
        venv_with_keras(folder)
        assert verdicts(session) == ["clean"]


def test_keras_missing_names_the_interpreter_and_the_cure(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    python = tmp_path / "bare" / "bin" / "python"
    with contextlib.closing(Session(Facts(python, None))) as session, pytest.raises(KerasMissing) as caught:
        verdicts(session)
    assert str(python) in str(caught.value)
    assert f"{python} -m pip install keras tensorflow" in str(caught.value)


LIARS = {
    "says something else": "echo '{\"hello\": 7}'",
    "says nothing of use": "echo hello",
    "talks without end": "while :; do echo '{}'; done",
    "never ends its line": "while :; do printf '%065536d' 0; done",
    "nests": "head -c 1000000 /dev/zero | tr '\\0' '['; echo",
    "lies": 'echo \'{"hello": {"keras": "\\u001b[2J"}}\'; while :; do echo \'{"id": 0, "done": true}\'; done',
    "ends": "exit 3",
}


@pytest.mark.parametrize("name", sorted(LIARS))
def test_an_interpreter_that_is_none(tmp_path: Path, name: str) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\n{LIARS[name]}\n")
    python.chmod(0o755)
    threads = threading.active_count()
    with contextlib.closing(Session(Facts(python, None), limits=Limits(seconds=3))) as liar:
        try:
            (model,) = confirm("/nowhere/model.py", MODEL, None, liar).models
            assert model.verdict == "inconclusive"
        except AgentDied as error:
            assert str(error).isprintable()
        pid = liar.pid
    assert pid is None or gone([pid])
    for _ in range(100):
        if threading.active_count() <= threads + 1:  # that which starts processes stays
            return
        time.sleep(0.05)
    raise AssertionError("a thread is left behind")


def test_many_in_a_row_leak_nothing() -> None:
    assert leaks(*in_a_row(40)) == []


def test_killed_at_random_moments() -> None:
    """A sample of `endurance.py kill`, with another seed at each run, which a failure names."""
    seed = int.from_bytes(os.urandom(4), "big")
    try:
        counted = kill_at_random(5, seed)
    except Wrong as error:
        pytest.fail(f"endurance.py kill 5 {seed}: {error}")
    assert sum(counted.values()) == 5


FULL_DISK = """
set -e
mount -t tmpfs -o size=4k,nr_inodes=1 none /tmp
exec "$@"
"""


def on_a_full_disk(tmp_path: Path, *jails: str) -> str:
    """What a confirm says where /tmp has no room, in the first of some jails."""
    code = (
        "import sys, tempfile; from pathlib import Path; from kls.confirm import bubblewrap, jail, landlock\n"
        "from kls.confirm.session import *; from kls.confirm.confirm import confirm\n"
        f"jail.jails = lambda _: [{', '.join(jails)}]\n"
        "tempfile.tempdir = '/tmp'\n"
        f"s = Session(Facts(Path(sys.executable), Path({str(tmp_path)!r})))\n"
        f"try: print(confirm('/nowhere/m.py', {MODEL!r}, None, s).models[0].verdict)\n"
        "except (OSError, jail.NoJail) as error: print(type(error).__name__, error)\n"
        "s.close()"
    )
    command = ["unshare", "-m", "sh", "-c", FULL_DISK, "sh", sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    if "unshare failed" in done.stderr or "mount:" in done.stderr:
        pytest.skip("only root may fill a disk of its own")
    return done.stdout.strip() or done.stderr[-500:]


def test_a_full_disk_is_of_no_matter_to_a_jail_of_its_own() -> None:
    folder = Path.cwd()  # /tmp is another there
    assert on_a_full_disk(folder, "*map(bubblewrap.Bubblewrap, bubblewrap.programs())") == "clean"


def test_a_full_disk_is_named_where_one_is_needed() -> None:
    assert "No space left on device" in on_a_full_disk(Path.cwd(), "landlock.Landlock()")
