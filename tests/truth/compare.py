"""The static graph held against the real one: same models, layers in the same order, same edges, same weights.

usage: compare.py VERSION FIRST COUNT   compares that many random programs and prints each difference.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import INTERPRETERS
from generator import program

from kls.analysis import Memo, Snapshot, analyse
from kls.environment import read_environment
from kls.settings import Settings
from kls.source.document import Document

REAL_MODELS = Path(__file__).parent / "real_models.py"


def real(version: str, texts: list[str]) -> list[dict]:
    """What the real Keras of a version builds from each program."""
    python, flags = INTERPRETERS[version]
    done = subprocess.run([python, REAL_MODELS, *flags], input=json.dumps(texts), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout)


def static(version: str, text: str, path: str = "/nowhere/program.py") -> list[dict]:
    """What kls says that this version builds, in the same form."""
    environment = read_environment(str(INTERPRETERS[version][0]), [], version)
    analysis = analyse(Snapshot(path, Document(text)), environment, Settings(), Memo())
    return [
        {
            "line": model.location.range.start.line + 1,
            "name": model.name,
            "layers": [layer.name for layer in model.layers],
            "edges": sorted(map(list, model.edges)),
            "params": model.params,
            "error": model.error,
        }
        for model in analysis.models
        if model.cls != "Sequential"
    ]


def difference(truth: dict, mine: list[dict]) -> str | None:
    """What the two do not agree on, in words; None where they agree.

    A program that ends in an exception of another kind than a refused model is compared up to that line.
    """
    error = truth["error"]
    refused = [model for model in mine if model["error"]]
    if error is None and refused:
        return f"static says {refused[0]['error']} in line {refused[0]['line']}"
    if error is not None and error["type"] == "ValueError" and (not refused or refused[0]["line"] != error["line"]):
        return f"real {error}, static {[(m['line'], m['error']) for m in refused]}"
    end = error["line"] if error else sys.maxsize
    built = [m for m in truth["models"] if m["line"] < end]  # tf_keras has an object even of a model that it refuses
    keys = ("line", "name", "layers", "edges", "params")
    real_ones = sorted(
        ([m["line"], m["name"], [name for name, _ in m["layers"]], m["edges"], m["params"]] for m in built),
        key=str,
    )
    my_ones = sorted(([m[key] for key in keys] for m in mine if m["line"] < end), key=str)
    for one, other in zip(real_ones, my_ones):
        if one[-1] is None:
            other = [*other[:-1], None]
        if one != other:
            return f"\n  real   {one}\n  static {other}"
    return None if len(real_ones) == len(my_ones) else f"{len(real_ones)} models, static {len(my_ones)}"


def differences(version: str, seeds: range) -> dict[int, str]:
    """The seeds of the programs that the two sides do not agree on, and on what."""
    texts = [program(seed) for seed in seeds]
    found = {}
    for seed, text, truth in zip(seeds, texts, real(version, texts), strict=True):
        if truth["error"]:  # what stands below the line that raises never ran
            text = "\n".join(text.split("\n")[: truth["error"]["line"]]) + "\n"
        words = difference(truth, static(version, text))
        if words is not None:
            found[seed] = words
    return found


if __name__ == "__main__":
    version, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    wrong = differences(version, range(first, first + count))
    for seed, words in wrong.items():
        print(f"seed {seed}: {words}")
    print(f"Keras {version}: {count - len(wrong)} of {count} random programs have the same graph")
