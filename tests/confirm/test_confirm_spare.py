"""Where there is no fork, one spare process is kept warm for the next program: the same verdicts, the same walls and limits."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kls.confirm import jail
from kls.confirm.asked import FixRequest, Site
from kls.confirm.confirm import confirm
from kls.confirm.limits import Limits
from kls.confirm.session import Cancelled, Facts, Session
from kls.confirm.windows import BasicLimits, ExtendedLimits, JobObject, extended_limits

MODEL = "import keras\ninputs = keras.Input((3,))\nx = keras.layers.Dense(4)(inputs)\n"
FINE = MODEL + "model = keras.Model(inputs, keras.layers.Dense(2)(x))\n"
BAD = MODEL + "model = keras.Model(keras.Input((4,)), keras.layers.Dense(2)(x))\n"


class Forkless:
    """This machine's own jail, but for the fork."""

    def __init__(self, around: jail.Jail) -> None:
        self.around = around

    def level(self) -> jail.Level:
        return self.around.level()

    def place(self, cell: jail.Cell) -> jail.Place:
        return replace(self.around.place(cell), forks=False)

    def start(self, cell: jail.Cell, place: jail.Place, command: tuple[str, ...]) -> jail.Start:
        return self.around.start(cell, place, command)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    own = jail.jails()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jail, "jails", lambda _: [Forkless(one) for one in own])
        facts = Facts(Path(sys.executable), tmp_path_factory.mktemp("project"), backend="tensorflow")
        with contextlib.closing(Session(facts, limits=Limits(seconds=8, soft_seconds=4))) as session:
            yield session


def verdict(session: Session, text: str) -> tuple[str, str]:
    (model,) = confirm("/nowhere/model.py", text, None, session).models
    return model.verdict, " ".join(model.assumptions)


@pytest.mark.sandbox
@pytest.mark.keras
class TestSpare:
    """Several starts of Keras: what can be asked in one is asked in one."""

    def test_a_fix_is_proven_and_the_next_process_is_warm(self, session: Session) -> None:
        sites = [Site(4, "model", "raises", fixes=(FixRequest("Use inputs", FINE),))]
        (model,) = confirm("/nowhere/model.py", BAD, sites, session).models
        assert (model.verdict, model.fixes[0].verified) == ("confirmed", True)
        assert session.pid is not None

    def test_nothing_of_a_program_is_there_in_the_next(self, session: Session) -> None:
        first = session.pid
        evil = "import keras\nkeras.evil = 1\nopen('/tmp/evil', 'w').close()\n"
        look = "import os\nimport keras\nassert not hasattr(keras, 'evil') and not os.path.exists('/tmp/evil')\n"
        assert verdict(session, evil + FINE)[0] == "clean"
        assert session.pid != first
        assert verdict(session, look + FINE) == ("clean", "")

    def test_it_is_ended_in_time_and_when_it_crashes(self, session: Session) -> None:
        busy = FINE.replace("(4)", "(sum(range(10**13)))")  # in C, where nothing is raised
        assert "ran longer than 8 s" in verdict(session, busy)[1]
        assert "exit code 7" in verdict(session, FINE.replace("(4)", "(__import__('os')._exit(7))"))[1]
        assert verdict(session, FINE)[0] == "clean"

    def test_it_is_shut_in_and_can_be_cancelled(self, session: Session) -> None:
        probe = "import os, keras\ntry:\n    os.fork()\n    name = 'out'\nexcept OSError:\n    name = 'held'\n"
        text = probe + MODEL + "model = keras.Model(inputs, keras.layers.Dense(2, name=name)(x))\n"
        (model,) = confirm("/nowhere/model.py", text, None, session).models
        assert model.layers[-1] == "held"
        begun = time.monotonic()
        slow = FINE.replace("(4)", "(__import__('time').sleep(60) or 4)")
        with pytest.raises(Cancelled):
            confirm("/nowhere/model.py", slow, None, session, cancelled=lambda: time.monotonic() > begun + 1)
        assert verdict(session, FINE)[0] == "clean"


def test_a_job_object_is_not_enough_and_says_so() -> None:
    """Microsoft's sizes for 64-bit Windows (winnt.h); the calls themselves are not exercised here."""
    assert (ctypes.sizeof(BasicLimits), ctypes.sizeof(ExtendedLimits)) == (64, 144)
    assert ExtendedLimits.job_memory.offset == 120
    limits = extended_limits(Limits(cpu_seconds=3))
    assert limits.basic.per_process_user_time == 30_000_000
    assert limits.basic.flags & 0x2000
    assert not JobObject().level().enough
    if sys.platform != "win32":
        assert not JobObject().level().works
