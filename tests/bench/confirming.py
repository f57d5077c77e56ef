"""How long a confirm takes: cold, warm with a fix, and ResNet50. Prints it beside a bare `import keras` of the same run.

usage: python tests/bench/confirming.py [ROUNDS]    the interpreter that runs it must have Keras

The goals are those of a machine with 2 cores and nothing else to do: warm p50 below 150 ms, ResNet50 below 2 s, cold below the
bare import and half a second.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kls.analysis import Memo, Snapshot, analyse
from kls.confirm.asked import Confirmation, Site
from kls.confirm.confirm import confirm
from kls.confirm.session import Session
from kls.confirming import facts, sites, suspects
from kls.environment import Environment, read_environment
from kls.settings import Settings
from kls.source.document import Document

ROUNDS = 40
PATH = "/nowhere/model.py"
TEN_LAYERS = """
import keras
from keras import layers
raw = keras.Input(shape=(1,), dtype="string", name="raw")
ids = layers.StringLookup(vocabulary=["a", "b"], name="lookup")(raw)
emb = layers.Embedding(8, 4, name="emb")(ids)
flat = layers.Flatten(name="flat")(emb)
x = layers.Dense(32, activation="relu")(flat)
x = layers.Dropout(0.5)(x)
x = layers.Dense(32, activation="relu")(x)
x = layers.BatchNormalization()(x)
x = layers.Dropout(0.5)(x)
score = layers.Dense(1, name="score")(x)
trainable = keras.Model(ids, score, name="trainable")
probe = keras.Model(trainable.input, trainable.get_layer("flat").output, name="probe")
"""
RESNET = """
import keras
model = keras.applications.ResNet50(weights=None)
"""


def suspected(text: str, environment: Environment) -> list[Site]:
    """What the static tier asks to build of a program, with its fixes; every model where it suspects none."""
    document = Document(text)
    analysis = analyse(Snapshot(PATH, document), environment, Settings(), Memo())
    found = sites(suspects(analysis), document, environment, PATH)
    return found or [Site(model.location.range.start.line + 1, model.variable) for model in analysis.models]


def milliseconds(run: Callable[[], object]) -> float:
    """How long a run takes."""
    begun = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - begun)


def bare_import() -> float:
    """`import keras` in a process of its own, to the end of the process."""
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    command = [sys.executable, "-c", "import keras"]
    return milliseconds(lambda: subprocess.run(command, env=quiet, check=True, capture_output=True))


def cold(environment: Environment, asked: list[Site]) -> float:
    """The first confirm of a session that has to start everything."""
    with contextlib.closing(opened(environment)) as session:
        return milliseconds(lambda: confirm(PATH, TEN_LAYERS, asked, session))


def opened(environment: Environment) -> Session:
    """A session that has run nothing yet."""
    known = facts(environment, str(Path(__file__).parent))
    assert known is not None
    return Session(known)


def told(name: str, times: list[float], goal: str) -> None:
    """One line of the table."""
    p95 = sorted(times)[-1 - len(times) // 20]
    print(f"{name:34} p50 {statistics.median(times):7.0f} ms   p95 {p95:7.0f} ms   goal {goal}")


def main(rounds: int) -> None:
    """Measure and print."""
    environment = read_environment(sys.executable, [])
    asked, resnet = suspected(TEN_LAYERS, environment), suspected(RESNET, environment)
    bare_import()  # so that the files are in memory
    turns = max(1, min(3, rounds // 5))
    imports, colds = zip(*((bare_import(), cold(environment, asked)) for _ in range(turns)), strict=True)
    answers: list[Confirmation] = []
    with contextlib.closing(opened(environment)) as session:
        run = lambda: answers.append(confirm(PATH, TEN_LAYERS, asked, session))  # noqa: E731
        run()
        warm = [milliseconds(run) for _ in range(rounds)]
        big = [milliseconds(lambda: confirm(PATH, RESNET, resnet, session)) for _ in range(max(2, rounds // 8))]
    (model,) = answers[-1].models
    assert model.verdict == "confirmed" and [fix.verified for fix in model.fixes] == [True], model
    print(f"keras {answers[-1].keras}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {answers[-1].sandbox}")
    told("warm, ten layers and a fix", warm, "p50 < 150 ms")
    told("warm, ResNet50", big, "< 2000 ms")
    told("bare `import keras`", list(imports), "")
    told("cold, ten layers and a fix", list(colds), "< bare import + 500 ms")
    print(f"cold - bare import: {statistics.median(colds) - statistics.median(imports):.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
