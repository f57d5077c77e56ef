"""The static graph held against the real one: same models, layers in the same order, same edges, shapes and weights.

usage: compare.py VERSION FIRST COUNT   compares that many random programs and prints each difference.
       compare.py VERSION FILE...       compares programs that stand in files.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator import program
from interpreters import INTERPRETERS

from kls.analysis import Memo, ModelReport, Snapshot, analyse
from kls.environment import read_environment
from kls.settings import Settings
from kls.source.document import Document

REAL_MODELS = Path(__file__).parent / "real_models.py"
CHUNK = 250
"""Programs that one real process runs: its memory grows with every model."""


@dataclass
class Answer:
    """How one program compares: `words` say what the two sides do not agree on, `unknown` what kls does not tell."""

    words: str | None = None
    unknown: list[str] = field(default_factory=list)
    models: int = 0

    def __str__(self) -> str:
        return self.words or ("unknown: " + ", ".join(self.unknown) if self.unknown else "same")


def real(version: str, texts: list[str]) -> list[dict]:
    """What the real Keras of a version builds from each program."""
    python, flags = INTERPRETERS[version]
    answers: list[dict] = []
    for first in range(0, len(texts), CHUNK):
        given = json.dumps(texts[first : first + CHUNK])
        done = subprocess.run([python, REAL_MODELS, *flags], input=given, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        answers += json.loads(done.stdout)
    return answers


def of(version: str, text: str) -> str:
    """The program as this version's users write it: what is installed of Keras 2 is tf_keras."""
    if not INTERPRETERS[version][1]:
        return text
    return text.replace("import keras\n", "import tf_keras as keras\n").replace("from keras ", "from tf_keras ")


def static(version: str, text: str, path: str = "/nowhere/program.py") -> list[dict]:
    """What kls says that this version builds, in the same form."""
    environment = read_environment(str(INTERPRETERS[version][0]), [], version)
    analysis = analyse(Snapshot(path, Document(text)), environment, Settings(), Memo())
    return [_plain(model) for model in analysis.models]


def _plain(model: ModelReport) -> dict:
    return {
        "line": model.location.range.start.line + 1,
        "name": model.name,
        "class": model.cls,
        "variable": model.variable,
        "layers": [[la.name, la.cls, None if la.shape is None else list(la.shape)] for la in model.layers],
        "edges": sorted(map(list, model.edges)),
        "params": model.params,
        "inputs": list(model.inputs),
        "outputs": list(model.outputs),
        "error": model.error,
        "complete": model.complete,
        "sequential": model.cls == "Sequential",
    }


def compared(truth: dict, mine: list[dict]) -> Answer:
    """What the two do not agree on.

    A program that ends in an exception of another kind than a refused model is compared up to that line.
    """
    error = truth["error"]
    refused = [model for model in mine if model["error"]]
    if error is None and refused:
        return Answer(f"static says {refused[0]['error']} in line {refused[0]['line']}")
    if error is not None and error["refused"]:
        if not refused or refused[0]["line"] != error["line"]:
            return Answer(f"real {error}, static {[(m['line'], m['error']) for m in refused]}")
        if _gist(error["message"]) != _gist(refused[0]["error"][1]):
            return Answer(f"real says {error['message']!r}, static {refused[0]['error'][1]!r}")
    end = error["line"] if error else sys.maxsize
    built = [m for m in truth["models"] if m["line"] < end]  # tf_keras has an object even of a model that it refuses
    functionals = [m for m in mine if not m["sequential"] and m["line"] < end]
    answer = Answer(models=len(built))
    if len(built) != len(functionals):
        answer.words = f"{len(built)} models {_names(built)}, static {len(functionals)} {_names(functionals)}"
        return answer
    for one, other in zip(sorted(built, key=_order), sorted(functionals, key=_order), strict=True):
        _compare(answer, one, other)
    for one in truth["sequentials"] if error is None else ():
        found = [m for m in mine if m["sequential"] and m["name"] == one["name"]]
        if not found:
            answer.words = f"no Sequential {one['name']!r}"
        else:
            mine_one = next((m for m in found if m["variable"] == one["variable"]), found[-1])
            _compare(answer, {**one, "line": mine_one["line"]}, mine_one)
            answer.models += 1
    return answer


def _gist(message: str) -> str:
    """What an error message says, up to the part that names tensors."""
    return message.replace("The name", "All").partition(":")[0].partition(" tensor")[0].partition(".")[0].strip()[:60]


def _order(model: dict) -> tuple:
    return model["line"], len(str(model["name"])), str(model["name"])


def _names(models: Iterable[dict]) -> list:
    return [(m["line"], m["name"]) for m in models]


def _compare(answer: Answer, one: dict, other: dict) -> None:
    """One model: `one` is real, `other` static."""
    where = f"{other['name']} in line {other['line']}"
    if not other["complete"]:
        answer.unknown.append(f"{where}: complete")
        return
    for key in ("line", "name", "class", "layers", "edges", "params", "inputs", "outputs"):
        real_one, my_one = one[key], other[key]
        if key == "params" and my_one is None and real_one is not None:
            answer.unknown.append(f"{where}: params")
            continue
        if key == "params" and real_one is None:
            continue
        if key == "layers":
            real_one, my_one = list(_known(answer, where, real_one, my_one)), list(my_one)
        if real_one != my_one and answer.words is None:
            answer.words = f"{where}, {key}:\n  real   {_only(real_one, my_one)}\n  static {_only(my_one, real_one)}"


def _only(these: object, those: object) -> object:
    """What is in the one and not in the other, where that says enough."""
    if isinstance(these, list) and isinstance(those, list) and len(these) > 8:
        return [item for item in these if item not in those] or these
    return these


def _known(answer: Answer, where: str, layers: list[list], mine: list[list]) -> Iterator[list]:
    """The real layers, without the shapes that kls does not tell."""
    for index, layer in enumerate(layers):
        if index < len(mine) and mine[index][2] is None and layer[2] is not None:
            answer.unknown.append(f"{where}: shape of {layer[0]}")
            layer = [*layer[:2], None]
        yield layer


def difference(truth: dict, mine: list[dict]) -> str | None:
    """What the two do not agree on, or kls does not know, in words; None where they agree."""
    answer = compared(truth, mine)
    return None if answer.words is None and not answer.unknown else str(answer)


def answers(version: str, texts: list[str], paths: list[str] | None = None) -> list[Answer]:
    """How each program compares."""
    found = []
    for index, (text, truth) in enumerate(zip(texts, real(version, texts), strict=True)):
        if truth["error"]:  # what stands below the line that raises never ran
            text = "\n".join(text.split("\n")[: truth["error"]["line"]]) + "\n"
        path = "/nowhere/program.py" if paths is None else paths[index]
        try:
            found.append(compared(truth, static(version, text, path)))
        except Exception as problem:  # a crash is a difference, of which the seed should be seen
            found.append(Answer(f"{type(problem).__name__}: {problem}"))
    return found


def differences(version: str, seeds: range) -> dict[int, str]:
    """The seeds of the programs that the two sides do not agree on, and on what."""
    found = answers(version, [program(seed, version) for seed in seeds])
    return {seed: str(answer) for seed, answer in zip(seeds, found, strict=True) if str(answer) != "same"}


def main(version: str, rest: list[str]) -> None:
    if rest[0].isdigit():
        names = [f"seed {seed}" for seed in range(int(rest[0]), int(rest[0]) + int(rest[1]))]
        texts = [program(int(name.removeprefix("seed ")), version) for name in names]
    else:
        names, texts = rest, [of(version, Path(name).read_text(encoding="utf-8")) for name in rest]
    found = answers(version, texts)
    for name, answer in zip(names, found, strict=True):
        if str(answer) != "same":
            print(f"{name}: {answer}")
    wrong = sum(answer.words is not None for answer in found)
    partly = sum(answer.words is None and bool(answer.unknown) for answer in found)
    same = len(found) - wrong - partly
    models = sum(answer.models for answer in found)
    print(
        f"Keras {version}: {same} of {len(found)} programs ({models} models) have the same graph, {partly} are not all known"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
