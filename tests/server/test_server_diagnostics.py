"""What the editor is shown, and when: pushed or pulled, for the text that is there now."""

from __future__ import annotations

from pathlib import Path

import pytest
from common import LEAK, PROBE
from lsprotocol import types
from server_editor import Editor, capabilities, until

pytestmark = pytest.mark.asyncio


def insert(line: int, text: str) -> types.TextEdit:
    """Text at the start of a line."""
    here = types.Position(line, 0)
    return types.TextEdit(types.Range(here, here), text)


async def test_a_finding_is_pushed_with_all_that_an_editor_can_show(editor: Editor) -> None:
    uri = editor.open(LEAK)
    (found,) = await editor.pushed(uri)
    assert found.code == "KLS101"
    assert found.source == "kls"
    assert found.range.start.line == PROBE
    assert found.severity == types.DiagnosticSeverity.Error
    assert found.code_description is not None
    assert found.code_description.href.startswith("https://")
    places = {related.location.range.start.line for related in found.related_information or ()}
    assert 4 in places, "where `ids` was made"
    assert "ids" in found.message


async def test_an_edit_moves_the_finding_and_its_fix_makes_it_vanish(editor: Editor) -> None:
    uri = editor.open(LEAK)
    await editor.pushed(uri)
    editor.edit(uri, insert(0, "# one line more\n"))
    (found,) = await editor.pushed(uri)
    assert found.range.start.line == PROBE + 1
    line = "probe = keras.Model(ids, trainable.get_layer('flat').output)\n"
    whole = types.Range(types.Position(PROBE + 1, 0), types.Position(PROBE + 2, 0))
    editor.edit(uri, types.TextEdit(whole, line))
    assert await editor.pushed(uri) == []


async def test_closing_clears_what_was_shown(editor: Editor) -> None:
    uri = editor.open(LEAK)
    await editor.pushed(uri)
    editor.close(uri)
    await until(lambda: editor.published[uri][1] == [], "the cleared diagnostics")


async def test_every_keystroke_is_answered_and_the_last_one_counts(editor: Editor) -> None:
    uri = editor.open(LEAK)
    for n in range(50):
        editor.edit(uri, insert(0, f"# {n}\n"))
    (found,) = await editor.pushed(uri)
    assert found.range.start.line == PROBE + 50


async def test_what_another_open_file_says_counts(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text("trainable = None  # not what the editor holds\n")
    parts = LEAK.replace("probe = ", "probe = 1 #")
    first = editor.open(parts, "parts.py")
    assert await editor.pushed(first) == []
    using = "import keras\nfrom parts import trainable\n"
    using += "probe = keras.Model(trainable.input, trainable.get_layer('flat').output)\n"
    second = editor.open(using, "using.py")
    assert await editor.pushed(second) != []
    whole = types.Range(types.Position(8, 0), types.Position(9, 0))
    editor.edit(first, types.TextEdit(whole, "trainable = None\n"))
    await until(lambda: editor.published[second][1] == [], "the other file's new diagnostics")


async def test_an_ignore_comment_hides_and_a_useless_one_is_shown_faded(editor: Editor) -> None:
    hidden = editor.open(LEAK.replace('name="probe")', 'name="probe")  # kls: ignore[KLS101]'))
    assert await editor.pushed(hidden) == []
    useless = editor.open("x = 1  # kls: ignore[KLS101]\n", "other.py")
    (found,) = await editor.pushed(useless)
    assert list(found.tags or ()) == [types.DiagnosticTag.Unnecessary]


class TestSettings:
    """From pyproject.toml and from the editor."""

    async def test_the_project_says_which_rules_run(self, editor: Editor, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.kls]\nignore = ['KLS101']\n")
        assert await editor.pushed(editor.open(LEAK)) == []

    async def test_a_wrong_setting_is_said_once(self, editor: Editor, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.kls]\ncolour = 'red'\npython = '/bin/sh'\n")
        uri = editor.open(LEAK)
        await editor.pushed(uri)
        editor.edit(uri, insert(0, "\n"))
        await editor.pushed(uri)
        said = [m.message for m in editor.client.messages]
        assert sum("colour" in message for message in said) == 1
        assert any("python is ignored" in message for message in said)

    async def test_a_change_in_the_editor_counts_at_once(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        assert len(await editor.pushed(uri)) == 1
        editor.client.set_configuration({"kls": {"keras": "3.15.1", "severity": {"KLS101": "hint"}}})
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        await until(
            lambda: [d.severity for d in editor.published[uri][1]] == [types.DiagnosticSeverity.Hint],
            "the new severity",
        )

    async def test_a_changed_file_on_disk_is_read_again(self, editor: Editor, tmp_path: Path) -> None:
        uri = editor.open(LEAK)
        assert len(await editor.pushed(uri)) == 1
        project = tmp_path / "pyproject.toml"
        project.write_text("[tool.kls]\nignore = ['KLS101']\n")
        event = types.FileEvent(project.as_uri(), types.FileChangeType.Created)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        await until(lambda: editor.published[uri][1] == [], "the diagnostics by the new settings")


class TestPull:
    """A client that can be told to ask again asks; it is never pushed anything as well."""

    @pytest.fixture
    def wanted(self) -> types.ClientCapabilities:
        found = capabilities(text_document__diagnostic=types.DiagnosticClientCapabilities())
        assert found.workspace
        found.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
        return found

    async def test_the_answer_is_of_the_newest_text(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        assert [d.code for d in await editor.pulled(uri)] == ["KLS101"]
        editor.edit(uri, insert(0, "\n\n"))
        assert [d.range.start.line for d in await editor.pulled(uri)] == [PROBE + 2]
        assert editor.publications == 0

    async def test_nothing_new_is_said_in_short(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        identifier = types.TextDocumentIdentifier(uri)
        first = await editor.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(identifier))
        again = types.DocumentDiagnosticParams(identifier, previous_result_id=first.result_id)
        report = await editor.client.text_document_diagnostic_async(again)
        assert isinstance(report, types.RelatedUnchangedDocumentDiagnosticReport)


class TestPullWithoutRefresh:
    """Neovim 0.11 pulls but cannot be told to ask again: it is pushed to, and not offered to pull."""

    @pytest.fixture
    def wanted(self) -> types.ClientCapabilities:
        found = capabilities(text_document__diagnostic=types.DiagnosticClientCapabilities())
        assert found.workspace
        found.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=False)
        return found

    async def test_it_is_pushed_to(self, editor: Editor) -> None:
        assert len(await editor.pushed(editor.open(LEAK))) == 1
