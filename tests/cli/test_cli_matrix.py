"""`kls confirm --matrix`: the same file under several Keras, as one table."""

from __future__ import annotations

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


PARTS = """import keras
from keras import layers

x = keras.Input((3,), name="x")
h = layers.Dense(4, name="h")(x)
first = keras.Model(x, h)
second = keras.Model(h, layers.Dense(2, name="y")(h))
third = keras.Model(second.input, second.output)
lost = keras.Model(keras.Input((3,)), h)

tokens = keras.Input((8,), dtype="int32", name="tokens")
e = layers.Embedding(20, 16, name="e")(tokens)
e = layers.Add(name="skip")([e, layers.MultiHeadAttention(2, 8, name="attention")(e, e)])
e = layers.LayerNormalization(name="norm")(e)
states = layers.LSTM(4, return_sequences=True, name="lstm")(e)
pooled = layers.Bidirectional(layers.GRU(4), name="gru")(states)
score = layers.Dense(1, name="score")(layers.Dropout(0.2, name="drop")(layers.ReLU(name="relu")(pooled)))
text = keras.Model(tokens, score)
cut = keras.Model(text.input, text.get_layer("lstm").output)

picture = keras.Input((16, 16, 3), name="picture")
c = layers.Conv2D(4, 3, name="c")(layers.RandomFlip(name="flip")(picture))
c = layers.BatchNormalization(name="batch")(c)
image = keras.Model(picture, layers.GlobalAveragePooling2D(name="pool")(c))
network = keras.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3))
inner = keras.Model(image.input, image.get_layer("c").output)
joined = keras.Model(picture, layers.Dense(2, name="head")(image(layers.Rescaling(2.0, name="scale")(picture))))
"""


def backend_python(backend: str) -> str:
    """An interpreter with a backend: the one that a variable names, else that of .eras/."""
    python = os.environ.get(f"KLS_{backend.upper()}_PYTHON", REPOSITORY / ".eras" / backend / "bin" / "python")
    if not Path(python).exists():
        if backend == "torch":
            pytest.skip("no torch: `make torch` installs it, or set KLS_TORCH_PYTHON")
        lacking(f"no {backend}: `make eras` installs it, or set KLS_{backend.upper()}_PYTHON")
    return str(python)


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_build_the_same_models(kls: Kls, leak: Path, backend: str) -> None:
    (leak.parent / "parts.py").write_text(PARTS)
    python = backend_python(backend)
    done = kls("confirm", "parts.py", "--python", sys.executable, "--python", python, "--matrix", "--format", "json")
    heads = columns(done)
    other, own = heads.index(next(head for head in heads if head[1] == backend)), 0
    assert heads[own][1] == "tensorflow"
    assert done.json["columns"][other]["error"] is None
    for row in done.json["rows"]:
        mine, theirs = row["cells"][own], row["cells"][other]
        for key in ("result", "layers", "params", "leaked", "missing", "assumptions"):
            assert theirs[key] == mine[key], (row["variable"], key)
        assert [fix["verdict"] for fix in theirs["fixes"]] == [fix["verdict"] for fix in mine["fixes"]]
    results = {row["variable"]: row["cells"][other]["result"] for row in done.json["rows"]}
    assert results.pop("lost") == "refused"
    assert set(results.values()) == {"built"}
    assert len(results) == 9


def test_a_leak_is_told_and_its_fix_proven_on_jax(kls: Kls, leak: Path) -> None:
    """The older Keras leaks; the model looks up texts, which is TensorFlow's affair on every backend."""
    environment = {"KERAS_BACKEND": "jax"}
    done = kls("confirm", leak.name, "--python", backend_python("jax"), "--format", "json", environment=environment)
    assert done.json["environment"]["backend"] == "jax"
    (model,) = done.json["models"]
    assert model["verdict"] == "confirmed"
    assert [fix["verdict"] for fix in model["fixes"]] == ["verified"]


def test_a_program_chooses_its_backend(kls: Kls, leak: Path) -> None:
    text = "import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras\nx = keras.Input((2,))\nmodel = keras.Model(x, x + 1)\n"
    (leak.parent / "on_jax.py").write_text(text)
    done = kls("confirm", "on_jax.py", "--python", backend_python("jax"), "--format", "json")
    assert done.json["environment"]["backend"] == "jax"
    assert [model["verdict"] for model in done.json["models"]] == ["clean"]
