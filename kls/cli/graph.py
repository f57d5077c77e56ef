"""`kls graph`: the models that files build, as this Keras would build them, without running anything."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kls.cli.colours import painter
from kls.cli.files import targets
from kls.cli.formats import models_dot, models_json, models_mermaid, models_text
from kls.cli.reading import FileModels, Reader, Unreadable
from kls.garbage import collect_rarely


def graph_paths(paths: Sequence[str], format_: str, keras: str | None, python: str | None) -> int:
    """Print the models of all files; answers the exit code, 2 if one could not be read."""
    collect_rarely()
    reader = Reader({"keras": keras, "python": python})
    files: list[FileModels] = []
    failed = False
    for target in filter(reader.wanted, targets(paths)):
        try:
            files.append(reader.models(target))
        except Unreadable as error:
            failed = True
            print(f"kls: {target.shown}: {error}", file=sys.stderr)
    for note in reader.notes():
        print(f"kls: {note}", file=sys.stderr)
    if format_ == "text":
        rendered = models_text.whole(files, painter())
    else:
        module = {"json": models_json, "mermaid": models_mermaid, "dot": models_dot}[format_]
        rendered = module.whole(files)
    if rendered:
        print(rendered)
    return 2 if failed else 0
