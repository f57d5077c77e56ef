"""Seven billion parameters are confirmed in less than 2 GB: variables are described, not made."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kls.confirm.asked import Site
from kls.confirm.confirm import confirm
from kls.confirm.session import Session

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]
MEGABYTES = 2048
HUGE = """\
import keras
x = inputs = keras.Input((10_000,), name="wide")
for _ in range(70):
    x = keras.layers.Dense(10_000)(x)
raise KeyError("of the program's own making: no reason to make variables")
model = keras.Model(inputs, x)
"""


def resident(pid: int) -> int:
    """Megabytes that a process and its children hold, shared pages counted by their share."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, todo = 0, [pid]
    while todo:
        process = todo.pop()
        todo += children.get(process, [])
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total // 1024


@pytest.mark.parametrize("era", ["3.15.1", "3.7.0", "3.12.0", "tf_keras"])
def test_a_model_of_seven_billion_parameters(sessions: Callable[[str], Session], era: str) -> None:
    session = sessions(era)
    confirm("/nowhere/small.py", "import keras\n", None, session)  # warm
    pid, peaks, done = session.pid, list[int](), threading.Event()
    assert pid is not None

    def watch() -> None:
        while not done.is_set():
            peaks.append(resident(pid))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        (model,) = confirm("/nowhere/huge.py", HUGE, [Site(6)], session).models
    finally:
        done.set()
        watcher.join()
    print(f"\n7,000,700,000 parameters under {era}: at most {max(peaks)} MB")
    assert (model.verdict, model.params) == ("clean", 7_000_700_000)
    assert max(peaks) < MEGABYTES
