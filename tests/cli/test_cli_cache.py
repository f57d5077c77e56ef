"""What `kls check` keeps for its next run: it counts exactly as long as everything that it depends on is the same."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from cli_program import FIXED, Kls
from common import LEAK

DATABASE = Path(".cache", "kls", "check.sqlite")


def kept(folder: Path) -> int:
    """How many entries there are."""
    with sqlite3.connect(folder / DATABASE) as connection:
        return connection.execute("SELECT count(*) FROM entry").fetchone()[0]


def planted(folder: Path) -> None:
    """Swap the answers of two files in the cache, so that a run which reads them can be told from one which does not."""
    with sqlite3.connect(folder / DATABASE) as connection:
        (one, first), (two, second) = connection.execute("SELECT key, value FROM entry").fetchall()
        connection.execute("UPDATE entry SET value = ? WHERE key = ?", (second, one))
        connection.execute("UPDATE entry SET value = ? WHERE key = ?", (first, two))


def found(kls: Kls, *arguments: str) -> list[tuple[str, list[str]]]:
    """The rules by file."""
    files = kls("check", *arguments, "--format", "json").json["files"]
    return [(file["path"], [finding["rule"] for finding in file["findings"]]) for file in files]


def test_a_second_run_reads_what_the_first_one_kept(kls: Kls, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(LEAK)
    (tmp_path / "good.py").write_text(FIXED)
    right = [("bad.py", ["KLS101"]), ("good.py", [])]
    assert found(kls, "bad.py", "good.py") == right
    assert found(kls, "bad.py", "good.py") == right
    assert kept(tmp_path) == 2
    planted(tmp_path)
    assert found(kls, "bad.py", "good.py") == [("good.py", []), ("bad.py", ["KLS101"])]
    assert found(kls, "bad.py", "good.py", "--no-cache") == right


@pytest.mark.parametrize("flags", [["--select", "KLS3"], ["--keras", "3.7.0"], ["--ignore", "KLS101"]])
def test_other_flags_are_another_question(kls: Kls, leak: Path, tmp_path: Path, flags: list[str]) -> None:
    found(kls, "leak.py")
    found(kls, "leak.py", *flags)
    assert kept(tmp_path) == 2


def test_a_change_of_an_import_counts(kls: Kls, tmp_path: Path) -> None:
    """`build.py` takes its model's input from `parts.py`, through `middle.py`."""
    parts = tmp_path / "parts.py"
    parts.write_text(LEAK.rpartition("probe =")[0] + "chosen = ids\n")
    (tmp_path / "middle.py").write_text("from parts import chosen, trainable\n")
    (tmp_path / "build.py").write_text(
        "import keras\nfrom middle import chosen, trainable\n"
        'probe = keras.Model(chosen, trainable.get_layer("flat").output, name="probe")\n'
    )
    assert found(kls, "build.py") == [("build.py", [])]
    parts.write_text(parts.read_text().replace("chosen = ids", "chosen = trainable.input"))
    assert found(kls, "build.py") != [("build.py", [])]


def test_a_module_that_appears_counts(kls: Kls, tmp_path: Path) -> None:
    (tmp_path / "build.py").write_text("from parts import chosen, flat\nimport keras\nkeras.Model(chosen, flat)\n")
    assert found(kls, "build.py") == [("build.py", [])]
    (tmp_path / "parts.py").write_text(LEAK.rpartition("probe =")[0] + "chosen = keras.Input((1,))\n")
    assert found(kls, "build.py") != [("build.py", [])]


def test_a_damaged_cache_is_no_cache(kls: Kls, leak: Path, tmp_path: Path) -> None:
    right = found(kls, "leak.py")
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute("UPDATE entry SET value = ?", (b"\x80\x04not a pickle",))
    assert found(kls, "leak.py") == right
    (tmp_path / DATABASE).write_bytes(os.urandom(5000))
    assert found(kls, "leak.py") == right


def test_no_place_to_keep_anything(kls: Kls, leak: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = kls("check", "leak.py", environment={"XDG_CACHE_HOME": str(tmp_path / "file" / "inside")})
    assert done.code == 1
    assert done.err == ""


def test_fixes_and_confirmations_are_never_taken_from_it(kls: Kls, leak: Path, tmp_path: Path) -> None:
    found(kls, "leak.py")
    assert kls("check", "leak.py", "--fix").code == 0
    assert kept(tmp_path) == 1
    assert leak.read_text() != LEAK
