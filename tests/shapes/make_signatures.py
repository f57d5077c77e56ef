"""Writes kls/graph/shapes/signatures.py and signatures_eras.py from installed Keras versions.

    python tests/shapes/make_signatures.py 3.14=PYTHON 3.10=PYTHON 3.0=PYTHON tf_keras=PYTHON

Each PYTHON is an interpreter that has that era's Keras (measured on 3.15.1, 3.12.0, 3.7.0 and tf_keras 2.21). A test
compares the written tables with the Keras that the tests run on.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

SHAPES = Path(__file__).parents[2] / "kls" / "graph" / "shapes"
FIRST = "3.14"


def parameters(function: object) -> list[str]:
    """Parameter names in order, without self and **kwargs; a "*" stands before keyword-only ones."""
    names: list[str] = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.name == "self" or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in names:
            names.append("*")
        names.append(parameter.name)
    return names


def signatures(module: str) -> dict[str, str]:
    """Class name -> parameter names, for every layer class of `module`.layers, and the function Input."""
    layers = importlib.import_module(module).layers
    found = {"Input": " ".join(parameters(layers.Input))}
    for name in dir(layers):
        cls = getattr(layers, name)
        if inspect.isclass(cls) and issubclass(cls, layers.Layer):
            found[cls.__name__] = " ".join(parameters(cls.__init__))
    return dict(sorted(found.items()))


def entry(name: str, names: str | None) -> str:
    """One line of the table, or a bracket of them."""
    if names is None:
        return f'    "{name}": None,\n'
    line = f'    "{name}": "{names}",\n'
    if len(line) <= 117:
        return line
    parts = textwrap.wrap(names, 120 - 16)
    body = "".join(f'        "{part} "\n' for part in parts[:-1]) + f'        "{parts[-1]}"\n'
    return f'    "{name}": (\n{body}    ),\n'


def write(tables: dict[str, dict[str, str]]) -> None:
    """The newest era as a whole, the others as what differs from it."""
    newest = tables[FIRST]
    head = '"""Parameter names of every layer of keras.layers. Written by tests/shapes/make_signatures.py."""\n\n'
    text = head + "SIGNATURES: dict[str, str] = {\n" + "".join(entry(*item) for item in newest.items()) + "}\n"
    (SHAPES / "signatures.py").write_text(text)
    text = (
        '"""Where older eras differ from signatures.py (None: no such layer). '
        'Written by tests/shapes/make_signatures.py."""\n\n'
        "CHANGES: dict[str, dict[str, str | None]] = {\n"
    )
    for era, table in tables.items():
        if era != FIRST:
            names = sorted(newest.keys() | table.keys())
            lines = "".join(entry(n, table.get(n)) for n in names if table.get(n) != newest.get(n))
            text += f'    "{era}": {{\n{textwrap.indent(lines, "    ")}    }},\n'
    (SHAPES / "signatures_eras.py").write_text(text + "}\n")


def main(arguments: list[str]) -> None:
    """Starts this file once in each interpreter to read its Keras, then writes the tables."""
    if arguments[0] == "--read":
        print(json.dumps(signatures(arguments[1])))
        return
    tables: dict[str, dict[str, str]] = {}
    for argument in arguments:
        era, _, python = argument.partition("=")
        module = "tf_keras" if era == "tf_keras" else "keras"
        command = [python, __file__, "--read", module]
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
        output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
        tables[era] = json.loads(output.splitlines()[-1])
    write(tables)


if __name__ == "__main__":
    main(sys.argv[1:])
