"""From a keystroke to its diagnostics: kls beside ty, pyrefly, basedpyright and pylsp, in one run and in turns.

usage: keystrokes.py [EDITS] (default 40). The other servers are those of .cache/bench (`make bench` installs them).
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from language_server import LanguageServer

ROOT = Path(__file__).parents[2]
OTHERS = ROOT / ".cache" / "bench" / "bin"

SERVERS: dict[str, list[str]] = {
    "kls": [sys.executable, "-m", "kls", "server"],
    "ty": [str(OTHERS / "ty"), "server"],
    "pyrefly": [str(OTHERS / "pyrefly"), "lsp"],
    "basedpyright": [str(OTHERS / "basedpyright-langserver"), "--stdio"],
    "pylsp": [str(OTHERS / "pylsp")],
}

CASE = """
raw_{n} = keras.Input(shape=(1,), dtype="string", name="raw_{n}")
ids_{n} = layers.StringLookup(vocabulary=["a", "b"], name="lookup_{n}")(raw_{n})
emb_{n} = layers.Embedding(8, 4, name="emb_{n}")(ids_{n})
flat_{n} = layers.Flatten(name="flat_{n}")(emb_{n})
x_{n} = layers.Dense(32, activation="relu")(flat_{n})
x_{n} = layers.Dropout(0.5)(x_{n})
score_{n} = layers.Dense(1, name="score_{n}")(x_{n})
trainable_{n} = keras.Model(ids_{n}, score_{n}, name="trainable_{n}")
trainable_{n}.compile(optimizer="adam", loss="mse")
print(trainable_{n}.summary())
probe_{n} = keras.Model(trainable_{n}.input, trainable_{n}.get_layer("flat_{n}").output, name="probe_{n}")
"""


@dataclass(frozen=True)
class Scene:
    """A text, and the line of it that is typed on: `probe` followed by a digit, which changes."""

    name: str
    text: str
    probe: str


def scenes() -> list[Scene]:
    """What people edit. The file is one of the installed Keras's own."""
    keras = importlib.util.find_spec("keras")
    assert keras is not None and keras.origin
    resnet = Path(keras.origin).with_name("src").joinpath("applications", "resnet.py").read_text(encoding="utf-8")
    script = "import keras\nfrom keras import layers\n" + "".join(CASE.format(n=n) for n in range(50))
    return [
        Scene("resnet.py, a line between functions", resnet, "_probe = undefined_name_"),
        Scene("four copies of resnet.py", resnet * 4, "_probe = undefined_name_"),
        Scene("resnet.py, a line without effect in the function that all call", resnet, "    _p = undefined_name_"),
        Scene("resnet.py, a layer in the function that all call", resnet, "    _p = layers.Dense("),
        Scene("resnet.py, a layer in the function that makes every block", resnet, "    _p = layers.Dropout(0."),
        Scene("a script of 600 lines, 100 models", script, "_probe = undefined_name_"),
        Scene("the same, a layer more", script, "x_9 = layers.Dense(3"),
    ]


def probed(scene: Scene) -> tuple[str, int]:
    """The text with the line put in, and its number: if it is indented before the first layer of `ResNet`, or of
    `residual_block_v1` for a Dropout, else at a boundary of top-level statements near the middle."""
    lines = scene.text.splitlines()
    if scene.probe.startswith(" "):
        function = "def residual_block_v1" if "Dropout" in scene.probe else "def ResNet("
        first = next(i for i, line in enumerate(lines) if line.startswith(function))
        row = next(i for i, line in enumerate(lines) if i > first and line.startswith("    x = layers."))
        while not lines[row - 1].strip():
            row -= 1
        return _with(lines, row, scene.probe + ("0)(x)" if "(" in scene.probe else "0")), row
    if scene.probe.startswith("x_9"):
        row = next(i for i, line in enumerate(lines) if line.startswith("x_9 = layers.Dropout"))
        return _with(lines, row, scene.probe + "0, name='more')(x_9)"), row
    row = len(lines) // 2
    while lines[row - 1].strip() or lines[row][:1].isspace() or not lines[row].strip():
        row -= 1
    return _with(lines, row, scene.probe + "0"), row


def _with(lines: list[str], row: int, line: str) -> str:
    return "\n".join([*lines[:row], line, *lines[row:]]) + "\n"


@contextmanager
def opened(scene: Scene, names: Sequence[str]) -> Iterator[tuple[dict[str, LanguageServer], int]]:
    """Every server with a file of its own open, and the line to type on."""
    text, row = probed(scene)
    with tempfile.TemporaryDirectory() as folder:
        servers: dict[str, LanguageServer] = {}
        try:
            for name in names:
                path = Path(folder).resolve() / name / "model.py"
                path.parent.mkdir()
                path.write_text(text, encoding="utf-8")
                servers[name] = LanguageServer(SERVERS[name], path)
            yield servers, row
        finally:
            for server in servers.values():
                server.stop()


def measure(scene: Scene, names: Sequence[str], edits: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each server's answers, taken in turns so that all of them meet the same machine."""
    times: dict[str, list[float]] = {name: [] for name in names}
    column = len(scene.probe)
    with opened(scene, names) as (servers, row):
        for number in range(edits + 3):
            for name, server in servers.items():
                taken = server.change(row, column, column + 1, str((number + 1) % 10))
                server.rest(0.1)
                if number >= 3:  # the first ones warm the caches up
                    times[name].append(taken * 1000)
        return {name: _figures(times[name], server.memory()) for name, server in servers.items()}


def _figures(times: list[float], megabytes: int) -> dict[str, float]:
    p95 = sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]
    return {"p50": round(statistics.median(times), 1), "p95": round(p95, 1), "megabytes": megabytes}


def main() -> None:
    """Print one table a scene, and everything as JSON at the end."""
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    names = [name for name, command in SERVERS.items() if Path(command[0]).exists()]
    everything = {}
    for scene in scenes():
        everything[scene.name] = figures = measure(scene, names, edits)
        print(f"\n{scene.name} ({len(scene.text.splitlines())} lines, {edits} edits)")
        print(f"  {'':14}{'p50 ms':>9}{'p95 ms':>9}{'MB':>7}")
        for name, row in figures.items():
            print(f"  {name:14}{row['p50']:>9}{row['p95']:>9}{row['megabytes']:>7}")
    print(json.dumps(everything))


if __name__ == "__main__":
    main()
