"""An hour of typing, as fast as the server answers: is its memory flat?

usage: hour_of_typing.py [EDITS] [FILE] (default 100000, and a file of this repository's examples). Lines are typed character by
character, some of them wrong on the way, and taken out again; every answer is waited for. Prints the resident megabytes as it
goes along, and exits with 1 if the second half needed a tenth more than the first.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from language_server import LanguageServer

LINES = (
    "x = layers.Dense({n}, activation='relu', name='typed_{n}')(x)",
    "probe = keras.Model(trainable.input, trainable.get_layer('flat').output, name='p{n}')",
    "for i in range({n}): x = layers.ReLU()(x)",
    "print('{n}', [x for x in range({n})])",
    "# a comment about {n}",
    "def helper_{n}(t): return layers.Dropout(0.{n})(t)",
)
TEXT = """import keras
from keras import layers

raw = keras.Input(shape=(1,), dtype="string", name="raw_text")
ids = layers.StringLookup(vocabulary=["a", "b", "c"], name="lookup")(raw)
emb = layers.Embedding(8, 4, name="emb")(ids)
flat = layers.Flatten(name="flat")(emb)
score = layers.Dense(1, name="score")(flat)
trainable = keras.Model(ids, score, name="trainable")
x = layers.Dense(8)(flat)


def block(x):
    x = layers.Dense(4)(x)

    return layers.Dense(4)(x)


out = block(x)
model = keras.Model(raw, out)
"""


def main() -> int:
    """Print a line for each fiftieth of the edits."""
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    text = Path(sys.argv[2]).read_text(encoding="utf-8") if len(sys.argv) > 2 else TEXT
    chance = random.Random(1)
    measured: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve() / "model.py"
        path.write_text(text, encoding="utf-8")
        server = LanguageServer([sys.executable, "-m", "kls", "server"], path)
        start, done, typed = time.perf_counter(), 0, 0
        blank = [number for number, line in enumerate(text.split("\n")) if not line.strip()]
        while done < edits:
            row = chance.choice(blank)
            inside = row and text.split("\n")[row - 1][:1].isspace()
            line = ("    " if inside else "") + chance.choice(LINES).format(n=chance.randrange(1, 1000))
            for column, character in enumerate(line):
                server.change(row, column, column, character)
            server.change(row, 0, len(line), "")
            done, typed = done + len(line) + 1, typed + len(line) + 1
            if typed >= edits / 50:
                typed = 0
                measured.append(server.memory())
                print(f"{done:>8} edits{time.perf_counter() - start:>7.0f} s{measured[-1]:>6} MB", flush=True)
        server.stop()
    half = len(measured) // 2
    first, second = max(measured[:half]), max(measured[half:])
    print(f"{done} edits: at most {first} MB in the first half, {second} MB in the second")
    return 0 if second <= first * 1.1 else 1


if __name__ == "__main__":
    sys.exit(main())
