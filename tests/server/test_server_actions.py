"""Quick fixes, fix all, ignore; lenses and hovers: what an editor offers at a place."""

from __future__ import annotations

from typing import Any

import pytest
from common import LEAK, PROBE
from lsprotocol import types
from server_editor import Editor, capabilities

pytestmark = pytest.mark.asyncio

FIXED = LEAK.replace("trainable.input", "ids")


def applied(text: str, edit: types.WorkspaceEdit) -> str:
    """`text`, all of it ASCII, after the edits of one file."""
    assert edit.changes is not None
    (edits,) = edit.changes.values()
    lines = text.split("\n")
    for one in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        start, end = one.range.start, one.range.end
        before, after = lines[start.line][: start.character], lines[end.line][end.character :]
        lines[start.line : end.line + 1] = (before + one.new_text + after).split("\n")
    return "\n".join(lines)


def titled(actions: list[Any], words: str) -> Any:
    """The one action whose title has these words."""
    (found,) = [action for action in actions if words in action.title]
    return found


class TestFixes:
    async def test_the_safe_fix_is_preferred_and_mends_the_program(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        fix = titled(await editor.actions(uri, PROBE), "Use `ids`")
        assert fix.kind == "quickfix"
        assert fix.is_preferred is True
        assert fix.command is None, "an action with both is half applied by some editors"
        assert applied(LEAK, fix.edit) == FIXED

    async def test_it_is_made_from_the_text_that_is_there_now(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        await editor.pushed(uri)
        here = types.Range(types.Position(0, 0), types.Position(0, 0))
        editor.edit(uri, types.TextEdit(here, "# new\n"))
        fix = titled(await editor.actions(uri, PROBE + 1), "Use `ids`")
        assert applied("# new\n" + LEAK, fix.edit) == "# new\n" + FIXED

    async def test_there_is_none_where_nothing_is_wrong(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        assert [a.title for a in await editor.actions(uri, 3, only=["quickfix"])] == []

    async def test_fix_all_mends_every_finding(self, editor: Editor) -> None:
        second = LEAK.splitlines()[-1].replace("probe", "other") + "\n"
        uri = editor.open(LEAK + second)
        for only in (["source.fixAll"], ["source.fixAll.kls"], ["source"]):
            (action,) = await editor.actions(uri, 0, only=only)
            assert action.kind == "source.fixAll.kls"
            assert "trainable.input" not in applied(LEAK + second, action.edit)
        assert [a.kind for a in await editor.actions(uri, PROBE, only=["source.organizeImports"])] == []

    async def test_the_action_names_the_diagnostic_that_it_answers(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        shown = await editor.pushed(uri)
        context = types.CodeActionContext(diagnostics=shown)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), shown[0].range, context)
        actions = await editor.client.text_document_code_action_async(params)
        assert [d.code for d in titled(list(actions or ()), "Use `ids`").diagnostics] == ["KLS101"]


class TestVersionedEdits:
    @pytest.fixture
    def wanted(self) -> types.ClientCapabilities:
        found = capabilities()
        assert found.workspace and found.workspace.workspace_edit
        found.workspace.workspace_edit.document_changes = True
        return found

    async def test_an_edit_says_which_version_it_is_for(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        fix = titled(await editor.actions(uri, PROBE), "Use `ids`")
        assert fix.edit.changes is None
        (change,) = fix.edit.document_changes
        assert change.text_document == types.OptionalVersionedTextDocumentIdentifier(uri, 1)


@pytest.fixture
def wanted() -> types.ClientCapabilities:
    found = capabilities()
    assert found.workspace and found.workspace.workspace_edit
    found.workspace.workspace_edit.document_changes = False
    return found


class TestIgnore:
    async def test_it_adds_a_comment_that_hides_the_finding(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        edit = titled(await editor.actions(uri, PROBE), "Ignore KLS101").edit
        quiet = applied(LEAK, edit)
        assert quiet.endswith("  # kls: ignore[KLS101]\n")
        assert await editor.pushed(editor.open(quiet, "quiet.py")) == []

    async def test_it_joins_a_comment_that_is_there(self, editor: Editor) -> None:
        text = LEAK.replace('name="probe")', 'name="probe")  # noqa  # kls: ignore[KLS103]')
        uri = editor.open(text)
        edit = titled(await editor.actions(uri, PROBE), "Ignore KLS101").edit
        assert "# noqa  # kls: ignore[KLS103, KLS101]" in applied(text, edit)

    async def test_it_is_not_offered_where_a_comment_would_be_code(self, editor: Editor) -> None:
        text = LEAK.replace("probe = keras.Model(trainable.input,", "probe = keras.Model(trainable.input, \\\n")
        uri = editor.open(text)
        assert len(await editor.pushed(uri)) == 1
        assert not [a for a in await editor.actions(uri, PROBE) if "Ignore" in a.title]


class TestLensesAndHovers:
    async def test_a_suspicious_model_has_a_lens_and_a_sound_one_has_none(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        (lens,) = await editor.lenses(uri)
        assert lens.range.start.line == PROBE
        assert lens.command is not None
        assert lens.command.title == "Confirm with Keras"
        assert lens.command.arguments is not None
        assert list(lens.command.arguments) == [uri, PROBE]
        assert await editor.lenses(editor.open(FIXED, "fixed.py")) == []

    async def test_a_model_shows_its_layers(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        text = await editor.hover(uri, 8, 3)
        assert "**trainable**: Functional" in text
        for row in ("| emb | Embedding | \\(None, 1, 4\\) | 32 |", "| score | Dense | \\(None, 1\\) | 5 |"):
            assert row in text

    async def test_a_use_of_the_variable_shows_them_too(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        assert "**trainable**: Functional" in await editor.hover(
            uri, PROBE, LEAK.splitlines()[PROBE].index("trainable")
        )

    async def test_a_diagnostic_shows_the_page_of_its_rule(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        assert "KLS101" in await editor.hover(uri, PROBE, 22)

    async def test_nothing_is_said_of_what_is_no_name(self, editor: Editor) -> None:
        assert await editor.hover(editor.open(LEAK), 0, 2) == ""


class TestPlainText:
    """Eglot asks for plain text."""

    @pytest.fixture
    def wanted(self) -> types.ClientCapabilities:
        return capabilities(text_document__hover=types.HoverClientCapabilities(content_format=["plaintext"]))

    async def test_the_table_has_columns_and_no_markup(self, editor: Editor) -> None:
        text = await editor.hover(editor.open(LEAK), 8, 3)
        assert "trainable: Functional" in text
        assert "emb" in text and "|" not in text and "\\" not in text


class TestOldClients:
    """A client from before code action literals takes commands only."""

    @pytest.fixture
    def wanted(self) -> types.ClientCapabilities:
        return capabilities(text_document__code_action=types.CodeActionClientCapabilities())

    async def test_it_is_offered_commands_only(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        assert [c.command for c in await editor.actions(uri, PROBE)] == ["kls.confirm"]
