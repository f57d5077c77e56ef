"""`kls confirm` on notebooks and on functions that nobody calls."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from cli_program import Kls
from common import LEAK

pytestmark = [pytest.mark.keras, pytest.mark.sandbox]

V = ("--python", sys.executable)
# The cells of a notebook: LEAK's `probe` in the last one, behind a line of IPython's.
CELLS = [
    {"cell_type": "markdown", "source": ["# Title\n", "Text"]},
    {"cell_type": "code", "source": "".join(LEAK.splitlines(keepends=True)[:-1])},
    {"cell_type": "code", "source": "frame = pandas.read_csv('x.csv')\n!pip install keras\n" + LEAK.splitlines()[-1]},
]


def test_a_notebook_is_confirmed_cell_by_cell(kls: Kls, tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_text(json.dumps({"nbformat": 4, "cells": CELLS}))
    done = kls("confirm", *V, "nb.ipynb")
    assert "nb.ipynb:cell 3:3: probe: Confirmed by Keras" in done.out
    assert "fix: Use `ids` itself as the input (verified)" in done.out
    (model,) = kls("confirm", *V, "nb.ipynb", "--format", "json").json["models"]
    assert (model["cell"], model["line"], model["verdict"]) == (2, 3, "confirmed")
    assert (model["error"]["cell"], model["error"]["line"]) == (2, 3)
    assert [fix["verdict"] for fix in model["fixes"]] == ["verified"]
    done = kls("confirm", *V, "nb.ipynb", "--matrix")
    assert "  cell 3:3: probe  KLS101" in done.out


def test_cells_of_a_script_are_lines_of_its_file(kls: Kls, tmp_path: Path) -> None:
    lines = LEAK.splitlines()
    (tmp_path / "cells.py").write_text(
        "\n".join(["# %%", *lines[:-1], "# %% [markdown]", "# Text", "# %%", lines[-1], ""])
    )
    done = kls("confirm", *V, "cells.py")
    assert f"cells.py:{len(lines) + 4}: probe: Confirmed by Keras" in done.out
    assert "(verified)" in done.out


BUILDER = """import keras


class Net:
    def build(self, depth, head):
        inputs = keras.Input((4,))
        hidden = keras.layers.Dense(depth)(inputs)
        return keras.Model(keras.Input((4,)), head[depth](hidden))
"""


def test_what_is_lacking_can_be_written_down(kls: Kls, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(BUILDER)
    done = kls("confirm", *V, "net.py")
    assert "could not tell: nothing calls `Net().build`, and it needs depth, head" in done.out
    assert "   above line 4: # kls: run Net().build(depth=8, head=...)" in done.out
    comment = "# kls: run Net().build(depth=8, head={8: keras.layers.Dense(1)})\n"
    file.write_text(BUILDER.replace("class", comment + "class"))
    assert "Confirmed by Keras" in kls("confirm", *V, "net.py").out


HIDDEN = """import os

keras = vars(__import__("ker" + "as"))
Model = keras[os.environ.get("KIND", "Model")]
x = keras["Input"]((4,))
model = Model(
    x, keras["layers"].Dense(3)(x))
"""


def test_what_the_analysis_cannot_know_is_built_all_the_same(kls: Kls, tmp_path: Path) -> None:
    (tmp_path / "hidden.py").write_text(HIDDEN)
    assert kls("graph", "hidden.py", "--format", "json").json["files"][0]["models"] == []
    for line in ("6", "7"):
        (model,) = kls("confirm", *V, "hidden.py", "--line", line, "--format", "json").json["models"]
        assert (model["variable"], model["line"], model["verdict"], model["params"]) == ("model", 6, "clean", 15)
    assert "no model is built on line 5" in kls("confirm", *V, "hidden.py", "--line", "5").err
