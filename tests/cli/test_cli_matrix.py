"""`kls confirm --matrix`: the same file under several Keras, as one table."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from cli_program import Done, Kls
from common import REPOSITORY, lacking

pytestmark = [pytest.mark.keras, pytest.mark.sandbox]


def era(version: str) -> str:
    """An older Keras; skipped where it is not installed, failed where it ought to be."""
    python = REPOSITORY / ".eras" / f"keras-{version}" / "bin" / "python"
    if not python.exists():
        lacking(f"no Keras {version}: `make eras` installs it")
    return str(python)


def columns(done: Done) -> list[tuple[str, str]]:
    return [(column["keras"], column["backend"]) for column in done.json["columns"]]


def table(done: Done) -> dict[str, dict[str, str]]:
    """variable -> Keras and backend -> result; both of a Keras without TensorFlow's name are short for it."""
    heads = [keras if backend == "tensorflow" else f"{keras} {backend}" for keras, backend in columns(done)]
    return {
        row["variable"]: dict(zip(heads, [cell["result"] for cell in row["cells"]], strict=True))
        for row in done.json["rows"]
    }


def test_one_file_under_all_keras_that_are_given(kls: Kls, leak: Path) -> None:
    pythons = [sys.executable, era("3.7.0"), era("3.12.0")]
    given = [word for python in pythons for word in ("--python", python)]
    done = kls("confirm", leak.name, *given, "--format", "json")
    assert done.code == 1
    found = table(done)
    import keras
    import tf_keras

    own, two = keras.__version__, tf_keras.__version__
    assert found["trainable"] == dict.fromkeys(["3.7.0", "3.12.0", own, two], "built")
    assert {k: found["probe"][k] for k in ("3.7.0", "3.12.0", two)} == {
        "3.7.0": "leaked",
        "3.12.0": "leaked",
        two: "refused",
    }
    row = next(row for row in done.json["rows"] if row["variable"] == "probe")
    assert row["rules"] == ["KLS101"]
    assert all(fix["verdict"] == "verified" for cell in row["cells"] for fix in cell["fixes"])


def test_the_table_is_readable(kls: Kls, leak: Path) -> None:
    done = kls("confirm", leak.name, "--python", era("3.7.0"), "--matrix")
    head, backend, *_ = lines = done.out.splitlines()
    assert head.split()[:3] == [leak.name, "Keras", "3.7.0"]
    assert backend.split()[0] == "tensorflow"
    (row,) = (line for line in lines if line.startswith("  10: probe  KLS101 "))
    assert row[head.index("Keras") :].startswith("leaks ")
    assert any("(verified)" in line for line in lines)
    assert done.code == 1


def test_a_line_chooses_the_row(kls: Kls, leak: Path) -> None:
    done = kls("confirm", leak.name, "--python", sys.executable, "--matrix", "--line", "9", "--format", "json")
    assert [row["variable"] for row in done.json["rows"]] == ["trainable"]
    assert done.code == 0


def test_an_interpreter_without_keras_is_a_column_that_says_so(kls: Kls, leak: Path) -> None:
    done = kls("confirm", leak.name, "--python", sys.executable, "--python", "/no/python", "--format", "json")
    assert done.code in (0, 1)
    assert done.json["columns"][-1]["error"] == "there is no interpreter /no/python"
    assert {row["cells"][-1]["result"] for row in done.json["rows"]} == {"absent"}


def test_the_environments_of_the_project_are_found(kls: Kls, leak: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / ".tox").mkdir()
    (tmp_path / ".tox" / "old").symlink_to(Path(era("3.7.0")).parent.parent)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    done = kls("confirm", leak.name, "--matrix", "--format", "json")
    assert ("3.7.0", "tensorflow") in columns(done)
    assert len(columns(done)) > 2


def test_fix_and_matrix_do_not_go_together(kls: Kls, leak: Path) -> None:
    done = kls("confirm", leak.name, "--matrix", "--fix")
    assert done.code == 2
    assert "--fix" in done.err


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_where_they_are_installed(kls: Kls, leak: Path, backend: str) -> None:
    python = os.environ.get(f"KLS_{backend.upper()}_PYTHON", sys.executable)
    if python == sys.executable and importlib.util.find_spec(backend) is None:
        pytest.skip(f"no {backend} here: set KLS_{backend.upper()}_PYTHON to an interpreter with Keras and {backend}")
    (leak.parent / "plain.py").write_text(
        "import keras\nx = keras.Input((3,))\nh = keras.layers.Dense(4, name='h')(x)\n"
        "first = keras.Model(x, h)\nsecond = keras.Model(h, keras.layers.Dense(2, name='y')(h))\n"
        "third = keras.Model(second.input, second.output)\nlost = keras.Model(keras.Input((3,)), h)\n"
    )
    done = kls("confirm", "plain.py", "--python", python, "--matrix", "--format", "json")
    found = table(done)
    name = next(head for head in found["first"] if head.endswith(backend))
    plain = name.removesuffix(f" {backend}")
    assert plain in found["first"]
    for variable, results in found.items():
        assert results[name] == results[plain], variable
    assert found["first"][name] == "built"
    assert found["lost"][name] != "built"
