"""Settings of the project and of the user, and what happens to those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kls.settings import Settings, read_settings


def project(folder: Path, table: str) -> Settings:
    (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    return read_settings(str(folder))


def test_a_project_without_settings_has_the_defaults(tmp_path: Path) -> None:
    assert project(tmp_path, '[project]\nname = "x"\n') == Settings()


def test_what_a_project_may_set(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        """
        [tool.kls]
        select = ["KLS1", "cloned-input"]
        ignore = ["KLS102"]
        exclude = ["build/", "*_old.py"]
        keras = "3.12.0"
        [tool.kls.severity]
        KLS102 = "warning"
        cloned-input = "off"
        """,
    )
    assert found == Settings(
        select=("KLS1", "cloned-input"),
        ignore=("KLS102",),
        exclude=("build/", "*_old.py"),
        keras="3.12.0",
        severity={"KLS102": "warning", "cloned-input": "off"},
        folder=str(tmp_path),
    )


def test_the_nearest_file_with_a_table_counts(tmp_path: Path) -> None:
    project(tmp_path, '[tool.kls]\nkeras = "3.7.0"\n')
    inner = tmp_path / "package" / "deep"
    inner.mkdir(parents=True)
    project(tmp_path / "package", "[tool.other]\n")
    assert (read_settings(str(inner)).keras, read_settings(str(inner)).folder) == ("3.7.0", str(tmp_path))
    assert project(inner, "[tool.kls]\n") == Settings(folder=str(inner))


def test_nothing_outside_the_repository_counts(tmp_path: Path) -> None:
    project(tmp_path, '[tool.kls]\nkeras = "3.7.0"\n')
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    assert read_settings(str(tmp_path / "repository")) == Settings()


USERS_OWN = {
    'python = "/tmp/evil"': "python",
    "sandbox.allowUnsandboxed = true": "sandbox.allowUnsandboxed",
    'sandbox.bwrap = "./bwrap"': "sandbox.bwrap",
    "confirm.prewarm = true": "confirm.prewarm",
    '"sandbox.allowUnsandboxed" = true': "sandbox.allowUnsandboxed",
    '"kls.python" = "/tmp/evil"': "python",
}


@pytest.mark.parametrize("line", USERS_OWN)
def test_a_project_cannot_say_what_is_run(tmp_path: Path, line: str) -> None:
    found = project(tmp_path, f"[tool.kls]\n{line}\n")
    assert found == Settings(folder=str(tmp_path), problems=found.problems)
    assert found.problems == (
        f"{tmp_path / 'pyproject.toml'}: {USERS_OWN[line]} is ignored, because only the user's own settings may say what is run",
    )


def test_the_user_can(tmp_path: Path) -> None:
    editor = {
        "python": "/usr/bin/python3",
        "sandbox": {"allowUnsandboxed": True, "bwrap": "/b"},
        "confirm": {"prewarm": True},
    }
    expected = Settings(python="/usr/bin/python3", allow_unsandboxed=True, bwrap="/b", prewarm=True)
    assert Settings().merge(editor) == expected
    dotted = {"kls.python": "/usr/bin/python3", "kls.sandbox.allowUnsandboxed": True, "sandbox.bwrap": "/b"}
    assert Settings().merge({**dotted, "confirm.prewarm": True}) == expected


WRONG = {
    "select = 'KLS101'": "select must be a list of strings",
    "ignore = [1]": "ignore must be a list of strings",
    "keras = 3": "keras must be a string",
    "keras = 'latest'": "keras must be a version such as 3.12.0, not 'latest'",
    "severity = 'error'": "severity must be a table of rule and severity",
    "severity.KLS101 = 'loud'": "severity must be one of error, warning, information, hint, off, not 'loud'",
    "severity.KLS101 = 3": "severity must be one of error, warning, information, hint, off, not 3",
    "colour = true": "colour is not a setting of kls",
    "sandbox.colour = true": "sandbox.colour is not a setting of kls",
    "when = 1979-05-27": "when is not a setting of kls",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_setting_is_said_and_the_others_stand(tmp_path: Path, line: str) -> None:
    found = project(tmp_path, f"[tool.kls]\nexclude = ['a']\n{line}\n")
    assert found == Settings(exclude=("a",), folder=str(tmp_path), problems=found.problems)
    assert found.problems == (f"{tmp_path / 'pyproject.toml'}: {WRONG[line]}",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[tool.kls", "is not valid TOML (Expected ']' at the end of a table declaration (at end of document))"),
        (b"[tool.kls]\nx = '\xff'", "is not UTF-8"),
        (b"tool = 3", None),
        (b"tool.kls = 3", "tool.kls must be a table"),
        (b"x = " + b"[" * 50_000, "is not valid TOML"),
    ],
)
def test_a_broken_file_is_said_so(tmp_path: Path, data: bytes, message: str | None) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_bytes(data)
    found = read_settings(str(tmp_path))
    assert found == Settings(problems=found.problems)
    assert len(found.problems) == (message is not None)
    assert all(problem.startswith(f"{tmp_path / 'pyproject.toml'}: {message}") for problem in found.problems)


def test_a_file_that_is_a_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    (tmp_path / ".git").mkdir()
    assert read_settings(str(tmp_path)) == Settings()


def test_the_editor_is_over_the_project_but_its_defaults_are_not(tmp_path: Path) -> None:
    table = '[tool.kls]\nselect = ["KLS1"]\nkeras = "3.7.0"\nseverity = {KLS101 = "hint", KLS102 = "warning"}\n'
    ours = project(tmp_path, table)
    defaults: dict[str, object] = {
        "select": [],
        "ignore": [],
        "keras": "",
        "python": "",
        "severity": {},
        "exclude": None,
    }
    assert ours.merge(defaults) == ours
    merged = ours.merge({"keras": "3.12.0", "severity": {"KLS102": "error"}})
    assert (merged.keras, merged.select) == ("3.12.0", ("KLS1",))
    assert merged.severity == {"KLS101": "hint", "KLS102": "error"}


def test_what_the_editors_side_keeps_for_itself_is_no_problem() -> None:
    assert Settings().merge({"path": "kls", "trace": {"server": "verbose"}}) == Settings()
    assert Settings().merge({"sandbox": None}).problems == ()


def test_a_wrong_setting_of_the_editor_is_said_too() -> None:
    found = Settings().merge({"python": 3, "sandbox": {"allowUnsandboxed": "yes"}, "confirm": True}, "kls.*")
    assert found.problems == (
        "kls.*: python must be a string",
        "kls.*: sandbox.allowUnsandboxed must be true or false",
        "kls.*: confirm is not a setting of kls",
    )
    assert found == Settings(problems=found.problems)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["select", "bwrap", "x", ""]), inner, max_size=3)
    ),
)
KEYS = [
    "select",
    "ignore",
    "severity",
    "exclude",
    "keras",
    "python",
    "sandbox",
    "sandbox.bwrap",
    "confirm",
    "path",
    "severity.KLS101",
]


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), json, max_size=5))
def test_whatever_an_editor_sends_the_settings_are_settings(editor: dict[str, object]) -> None:
    found = Settings().merge(editor)
    assert isinstance(found.keras, str | None)
    assert isinstance(found.bwrap, str | None)
    assert all(isinstance(rule, str) for rule in (*found.select, *found.ignore, *found.exclude, *found.severity))
    assert all("\n" not in problem for problem in found.problems)
