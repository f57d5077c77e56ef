"""What jedi says of a name that the analysis does not know: what it is, and where it comes from.

Run as `python -m kls.origins` it answers questions, a line of JSON each. It is a process of its own: jedi takes seconds
for a large library and would share the server's interpreter lock, and it starts the workspace's own Python.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MODELS = frozenset({"Model", "Functional", "Sequential"})
"""Classes of Keras's that are models."""

ROOTS = ("keras.", "tf_keras.", "tensorflow.")


@dataclass(frozen=True)
class Question:
    """A place in a text: `line` from 1 and `column` from 0 in code points, as jedi counts."""

    path: str
    text: str
    line: int
    column: int
    python: str | None
    search_path: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """What a name is: `kind` is jedi's word for it (instance, class, function, module)."""

    kind: str
    name: str
    path: str | None
    line: int | None

    @property
    def is_model(self) -> bool:
        """Whether it is a model of Keras's, or its class."""
        return self.name.startswith(ROOTS) and self.name.rpartition(".")[2] in MODELS

    def words(self) -> str:
        """The same in words."""
        last = self.name.rpartition(".")[2]
        what = f"an object of class {last}" if self.kind == "instance" else self.kind
        if self.is_model:
            what = "a Keras model" if self.kind == "instance" else "a class of Keras models"
        package = self.name.partition(".")[0]
        place = "" if self.path is None else f", {self.path}" + ("" if self.line is None else f":{self.line}")
        return f"{what} ({self.name}), from {package}{place}"


def infer(question: Question) -> tuple[Origin, ...]:
    """What jedi infers; nothing where it knows nothing. It starts `question.python` if there is one."""
    import jedi

    environment = None
    if question.python is not None:
        try:
            environment = jedi.create_environment(question.python, safe=False)
        except jedi.InvalidPythonEnvironment:
            environment = None
    project = jedi.Project(str(Path(question.path).parent), sys_path=question.search_path or None, smart_sys_path=False)
    script = jedi.Script(question.text, path=question.path, project=project, environment=environment)
    found = script.infer(question.line, question.column) or script.goto(
        question.line, question.column, follow_imports=True
    )
    origins = [_origin(name) for name in found if not name.in_builtin_module()]
    return tuple(dict.fromkeys(origins))


def _origin(name: Any) -> Origin:
    path = None if name.module_path is None else str(name.module_path)
    return Origin(name.type, name.full_name or name.name, path, name.line)


def answer(line: str) -> str:
    """One question and its answer, both JSON; whatever goes wrong in jedi is no answer."""
    asked: dict[str, Any] = json.loads(line)
    asked["search_path"] = tuple(asked["search_path"])
    try:
        found: Sequence[Origin] = infer(Question(**asked))
    except Exception:
        found = ()
    return json.dumps([asdict(origin) for origin in found])


def main() -> None:
    """Answer until there are no more questions."""
    for line in sys.stdin:
        print(answer(line), flush=True)


if __name__ == "__main__":
    main()
