"""The other commands: graph, confirm, explain, rules, doctor, demo; and how long it takes to say hello."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from cli_program import FIXED, Kls

V = ("--keras", "3.15.1")


class TestGraph:
    def test_json_is_the_contract(self, kls: Kls, leak: Path) -> None:
        document = kls("graph", *V, leak.name, "--format", "json").json
        (file,) = document["files"]
        trainable, probe = file["models"]
        assert list(trainable) == [
            *("variable", "name", "class", "range", "function", "inputs", "outputs", "layers", "edges"),
            *("params", "complete", "error"),
        ]
        assert trainable["variable"] == "trainable"
        assert trainable["params"] == 37
        assert [layer["name"] for layer in trainable["layers"]][1:] == ["emb", "flat", "score"]
        assert trainable["layers"][1]["shape"] == [None, 1, 4]
        assert ["flat", "score"] in trainable["edges"]
        assert trainable["error"] is None
        assert probe["error"]["type"] == "ValueError", "a construction that raises is listed with its error"

    def test_text_has_a_row_a_layer(self, kls: Kls, leak: Path) -> None:
        out = kls("graph", *V, leak.name).out
        assert "leak.py:9: trainable = Functional(" in out
        assert any(
            line.split() == ["emb", "Embedding", "(None,", "1,", "4)", "32", "keras_tensorCLONE"]
            for line in out.splitlines()
        )

    def test_mermaid_and_dot(self, kls: Kls, leak: Path) -> None:
        mermaid = kls("graph", *V, leak.name, "--format", "mermaid").out
        assert mermaid.startswith("flowchart TD\n")
        assert '["emb<br/>Embedding"]' in mermaid
        dot = kls("graph", *V, leak.name, "--format", "dot").out
        assert dot.startswith("digraph models {")
        assert dot.count("{") == dot.count("}")
        assert 'label="emb\\nEmbedding"' in dot

    def test_an_unreadable_file_is_2(self, kls: Kls, leak: Path) -> None:
        done = kls("graph", *V, "nowhere.py", leak.name, "--format", "json")
        assert done.code == 2
        assert len(done.json["files"]) == 1
        assert done.err == "kls: nowhere.py: no such file or folder\n"


@pytest.mark.keras
@pytest.mark.sandbox
class TestConfirm:
    HERE = ("--python", sys.executable)

    def test_json_is_the_contract(self, kls: Kls, leak: Path) -> None:
        done = kls("confirm", leak.name, *self.HERE, "--format", "json")
        assert done.code == 1
        assert set(done.json) == {"version", "environment", "models"}
        (model,) = done.json["models"]
        assert (model["variable"], model["line"], model["verdict"]) == ("probe", 10, "confirmed")
        assert [fix["verdict"] for fix in model["fixes"]] == ["verified"]

    def test_fix_writes_what_was_verified(self, kls: Kls, leak: Path) -> None:
        done = kls("confirm", leak.name, *self.HERE, "--fix")
        assert "Confirmed by Keras" in done.out
        assert leak.read_text() == FIXED

    def test_a_line_chooses_the_model(self, kls: Kls, leak: Path) -> None:
        done = kls("confirm", leak.name, *self.HERE, "--line", "9", "--format", "json")
        assert [(m["variable"], m["verdict"]) for m in done.json["models"]] == [("trainable", "clean")]

    def test_a_sound_file_is_built_whole(self, kls: Kls, tmp_path: Path) -> None:
        (tmp_path / "fixed.py").write_text(FIXED)
        done = kls("confirm", "fixed.py", *self.HERE, "--format", "json")
        assert done.code == 0
        assert {m["variable"]: m["verdict"] for m in done.json["models"]} == {"trainable": "clean", "probe": "clean"}


def test_confirm_says_what_is_wrong_with_the_command(kls: Kls, leak: Path, tmp_path: Path) -> None:
    for arguments, words in (
        (["nowhere.py"], "no such file"),
        ([str(tmp_path)], "is a folder"),
        ([leak.name, "--line", "1"], "no model is built on line 1"),
        ([leak.name, "--python", "/no/python"], "no interpreter"),
    ):
        done = kls("confirm", *arguments)
        assert done.code == 2
        (line,) = done.err.splitlines()
        assert words in line


class TestPages:
    def test_explain_by_code_and_by_name(self, kls: Kls) -> None:
        page = kls("explain", "KLS101").out
        assert page.startswith("# KLS101 cloned-input")
        assert kls("explain", "kls101").out == kls("explain", "cloned-input").out == page

    def test_an_unknown_rule_is_2(self, kls: Kls) -> None:
        done = kls("explain", "KLS999")
        assert done.code == 2
        assert "there is no rule 'KLS999'" in done.err

    def test_rules_lists_them_all(self, kls: Kls) -> None:
        lines = kls("rules").out.splitlines()
        assert any(line.startswith("KLS101  cloned-input ") for line in lines)
        assert lines == sorted(lines)


def test_doctor_names_what_it_found(kls: Kls) -> None:
    out = kls("doctor", "--python", sys.executable).out
    assert sys.executable in out
    for word in ("keras", "tensorflow", "backend", "sandbox"):
        assert any(line.startswith(word) for line in out.splitlines())


def test_version(kls: Kls) -> None:
    from kls import __version__

    assert kls("--version").out == f"kls {__version__}\n"


def test_help_does_not_wait_for_an_analysis(kls: Kls) -> None:
    begun = time.perf_counter()
    assert "Commands:" in kls("--help").out
    assert time.perf_counter() - begun < 5
    import subprocess

    code = "import sys, kls.cli.app; print([m for m in sys.modules if m.startswith(('kls.analysis', 'lsprotocol', 'rich'))])"
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, timeout=30)
    assert done.stdout.strip() == "[]"


@pytest.mark.keras
@pytest.mark.sandbox
def test_the_demo_ends_verified(kls: Kls) -> None:
    done = kls("demo")
    assert done.code == 0, done.err
    assert "KLS101" in done.out
    assert "Confirmed by Keras" in done.out
    assert "warm: " in done.out
    assert done.out.splitlines()[-1] == "verified"
