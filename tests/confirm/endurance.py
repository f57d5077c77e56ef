"""Long runs by hand: everything is killed at random moments, or a thousand confirms follow one another. Linux only.

usage: python tests/confirm/endurance.py kill [ROUNDS] [SEED]     (default 100)
       python tests/confirm/endurance.py row [CONFIRMS]           (default 1000)

Ends with exit code 1 at the first thing that is wrong. The tests run a small sample of both.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from kls.confirm.agent_process import AgentDied
from kls.confirm.confirm import confirm
from kls.confirm.session import Facts, Session

MODEL = "import keras\ninputs = keras.Input((3,))\nmodel = keras.Model(inputs, keras.layers.Dense(2)(inputs))\n"
PATIENCE = 90.0
VICTIMS = ("bwrap", "warm", "child", "all", "server")
SERVER = f"""
import sys
from pathlib import Path
from kls.confirm.confirm import confirm
from kls.confirm.session import Facts, Session
session = Session(Facts(Path(sys.executable), Path(sys.argv[1]), backend="tensorflow"))
while True:
    confirm("/nowhere/model.py", {MODEL!r}, None, session)
    print("again", flush=True)
"""


class Wrong(Exception):
    """Something that must never be."""


def verdict(session: Session) -> str:
    """What becomes of one confirm: its verdict, or the message of a failure that is told. Raises Wrong."""
    outcome: list[str] = []

    def ask() -> None:
        try:
            (model,) = confirm("/nowhere/model.py", MODEL, None, session).models
            outcome.append(model.verdict if model.verdict == "clean" else f"{model.verdict}: {model.assumptions[-1]}")
        except AgentDied as error:
            outcome.append(f"AgentDied: {error}")

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not outcome:
        raise Wrong("a confirm hangs" if thread.is_alive() else "a confirm raised what it must not")
    return outcome[0]


def below(pid: int) -> list[int]:
    """A process and everything below it, the deepest last; what is gone meanwhile is left out."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += below(int(child))
    return found


def running(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for_end(pids: list[int]) -> None:
    """Raises Wrong when one of some processes still runs after ten seconds."""
    end = time.monotonic() + 10
    while any(map(running, pids)):
        if time.monotonic() > end:
            raise Wrong(f"left behind: {[pid for pid in pids if running(pid)]}")
        time.sleep(0.02)


def kill(victim: str, session: Session) -> list[int]:
    """Kill one kind of process of a session, if it is there; returns all that has to end for it."""
    pid = session.pid
    processes = below(pid) if pid is not None else []
    patience = time.monotonic() + 0.3
    while victim == "child" and pid is not None and len(processes) < 3 and time.monotonic() < patience:
        processes = below(pid)
    chosen = {"bwrap": processes[:1], "warm": processes[1:2], "child": processes[2:], "all": processes}[victim]
    for one in chosen:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    return processes if victim != "child" and chosen else chosen


def round_of(victim: str, session: Session, dice: random.Random) -> str:
    """One confirm during which something is killed, and the next, which must be right. Returns what the first one said."""
    doomed: list[int] = []
    if victim == "child":
        session.start()
        delay = dice.uniform(0, 0.05)  # it lives for less than a tenth of a second
    elif session.pid is None or dice.random() < 0.3:
        session.rest()
        delay = dice.uniform(0, 4)  # while Keras is being imported
    else:
        delay = dice.uniform(0, 0.25)
    killer = threading.Timer(delay, lambda: doomed.extend(kill(victim, session)))
    killer.start()
    said = verdict(session)
    killer.join()
    known = said == "clean" or said.startswith(
        ("AgentDied: the sandboxed Keras process ", "inconclusive: the program ended")
    )
    if not known:
        raise Wrong(f"not clear: {said}")
    after = verdict(session)
    if after != "clean":
        raise Wrong(f"the next confirm said {after}")
    wait_for_end(doomed)
    return "answered" if said == "clean" else "told"


def server_round(folder: Path, dice: random.Random) -> str:
    """A server that is killed at any moment; what it has started comes to us, its subreaper, or is gone."""
    others = below(os.getpid())
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.DEVNULL)
    time.sleep(dice.uniform(0.2, 8))
    started = below(server.pid)[1:]
    server.kill()
    server.wait()
    wait_for_end(started)
    wait_for_end([pid for pid in below(os.getpid()) if pid not in others and b"kls_agent" in command_line(pid)])
    return f"killed over {len(started)} processes"


def command_line(pid: int) -> bytes:
    """What a process was started with."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def kill_at_random(rounds: int, seed: int, victims: tuple[str, ...] = VICTIMS) -> Counter[str]:
    """`rounds` rounds; counts what came of them. Raises Wrong."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: whatever is orphaned below us is ours
    dice, counted = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        session = Session(Facts(Path(sys.executable), Path(name), backend="tensorflow"))
        with contextlib.closing(session):
            for index in range(rounds):
                victim = victims[index % len(victims)]
                if victim == "server":
                    session.rest()
                    counted[f"{victim}: {server_round(Path(name), dice)}"] += 1
                else:
                    counted[f"{victim}: {round_of(victim, session, dice)}"] += 1
            last = below(session.pid) if session.pid is not None else []
        wait_for_end(last)
    return counted


def facts(session: Session) -> dict[str, int]:
    """What could leak: descriptors, threads, memory here and in the warm process, processes."""
    processes = below(session.pid or 0)
    warm = processes[-1]
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
        "own MB": resident("self"),
        "warm MB": resident(str(warm)),
        "processes": len(processes),
    }


def resident(pid: str) -> int:
    """Anonymous resident memory of a process, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon"))


def in_a_row(confirms: int) -> tuple[dict[str, int], dict[str, int]]:
    """What is held after the first tenth of many confirms, and at their end. Raises Wrong."""
    with tempfile.TemporaryDirectory() as name:
        session = Session(Facts(Path(sys.executable), Path(name), backend="tensorflow"))
        with contextlib.closing(session):
            early: dict[str, int] = {}
            first = None
            for index in range(confirms):
                said = verdict(session)
                if said != "clean":
                    raise Wrong(f"confirm {index} said {said}")
                first = first or session.pid
                if index == confirms // 10:
                    early = facts(session)
            if session.pid != first:
                raise Wrong("the warm process was started anew")
            return early, facts(session)


def leaks(early: dict[str, int], late: dict[str, int]) -> list[str]:
    """What has grown: memory by more than 20 MB, anything else at all."""
    return [name for name in late if late[name] - early[name] > (20 if name.endswith("MB") else 0)]


def main(kind: str, number: int, seed: int) -> int:
    """Run one of the two and print what came of it."""
    begun = time.monotonic()
    try:
        if kind == "kill":
            print(dict(sorted(kill_at_random(number, seed).items())))
        else:
            early, late = in_a_row(number)
            print(f"after {number // 10}: {early}\nafter {number}: {late}\ngrown: {leaks(early, late) or 'nothing'}")
            if leaks(early, late):
                return 1
    except Wrong as error:
        print(f"wrong: {error}")
        return 1
    print(f"{kind} {number}, seed {seed}: nothing wrong in {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    given = [*map(int, sys.argv[2:]), *[{"kill": 100, "row": 1000}[sys.argv[1]], 0][len(sys.argv) - 2 :]]
    sys.exit(main(sys.argv[1], *given))
