"""The documents say what is so: generated tables are up to date, and every file and command that is named exists."""

import re
import subprocess
import sys
from pathlib import Path

import tables

ROOT = Path(__file__).resolve().parents[2]


def test_the_tables_of_the_readme_are_up_to_date():
    text = tables.README.read_text(encoding="utf-8")
    assert text == tables.with_tables(text), "run `make tables`"


def test_every_link_in_the_documents_leads_somewhere():
    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (ROOT / target).exists(), f"{name} links to {target}"


def test_every_kls_command_of_the_readme_exists():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"^    kls (\w+)", text, re.MULTILINE))
    listed = subprocess.run([sys.executable, "-m", "kls", "--help"], capture_output=True, text=True, check=True).stdout
    assert commands
    assert all(re.search(rf"^  {command}\s", listed, re.MULTILINE) for command in commands)


def test_the_top_level_holds_nothing_else():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    top = {name.split("/")[0] for name in tracked}
    allowed = {"pyproject.toml", "README.md", "kls", "vscode-client", "tests", "LICENSE", "CHANGELOG.md", "Makefile"}
    allowed |= {"ARCHITECTURE.md", "CONTRIBUTING.md"}
    assert {name for name in top if not name.startswith(".")} <= allowed
