"""Texts as editors really send them: every encoding, every line end, notebooks, untitled files, and what is no Python."""

from __future__ import annotations

import pytest
from common import LEAK, PROBE
from lsprotocol import types
from server_editor import Editor, capabilities, until

pytestmark = pytest.mark.asyncio

WIDE = LEAK.replace("probe = keras", "é, \U0001d518 = 1, 2; probe = keras")
"""Columns on the probe's line differ in UTF-8, UTF-16 and UTF-32."""


def units(text: str, encoding: str) -> int:
    """The length of `text` in the units of an encoding."""
    widths = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
    return len(text.encode(encoding if encoding == "utf-8" else f"{encoding}-le")) // widths[encoding]


class TestEncodings:
    @pytest.fixture(params=["utf-8", "utf-16", "utf-32"])
    def encoding(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def wanted(self, encoding: str) -> types.ClientCapabilities:
        return capabilities(general=types.GeneralClientCapabilities(position_encodings=[encoding]))

    async def test_columns_are_counted_as_was_agreed(self, editor: Editor, encoding: str) -> None:
        uri = editor.open(WIDE)
        (found,) = await editor.pushed(uri)
        line = WIDE.splitlines()[PROBE]
        assert found.range.start.character == units(line[: line.index("keras.Model")], encoding)

    async def test_edits_behind_wide_characters_land_where_they_should(self, editor: Editor, encoding: str) -> None:
        uri = editor.open(WIDE)
        line = WIDE.splitlines()[PROBE]
        start = units(line[: line.index("trainable.input")], encoding)
        here = types.Range(types.Position(PROBE, start), types.Position(PROBE, start + len("trainable.input")))
        editor.edit(uri, types.TextEdit(here, "ids"))
        assert await editor.pushed(uri) == []


class TestChoiceOfEncoding:
    @pytest.fixture
    def wanted(self) -> types.ClientCapabilities:
        return capabilities(general=types.GeneralClientCapabilities(position_encodings=["utf-8", "utf-16", "utf-32"]))

    async def test_the_cheapest_that_the_client_knows_is_taken(self, editor: Editor) -> None:
        uri = editor.open(WIDE)
        (found,) = await editor.pushed(uri)
        assert found.range.start.character == WIDE.splitlines()[PROBE].index("keras.Model")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_line_ends(editor: Editor, end: str) -> None:
    uri = editor.open(LEAK.replace("\n", end))
    (found,) = await editor.pushed(uri)
    assert found.range.start.line == PROBE


async def test_only_lsps_line_ends_end_lines(editor: Editor) -> None:
    odd = "s = 'a\u2028b\u0085c'\n\x0c\n"
    uri = editor.open(odd + LEAK)
    (found,) = await editor.pushed(uri)
    assert found.range.start.line == PROBE + 2
    # An edit behind them must still hit its place.
    here = types.Range(types.Position(PROBE + 2, 20), types.Position(PROBE + 2, 35))
    editor.edit(uri, types.TextEdit(here, "ids"))
    assert await editor.pushed(uri) == []


async def test_an_untitled_text_is_a_program_too(editor: Editor) -> None:
    uri = editor.open(LEAK, uri="untitled:Untitled-1")
    (found,) = await editor.pushed(uri)
    assert found.code == "KLS101"
    assert {r.location.uri for r in found.related_information or ()} == {uri}


async def test_a_path_with_blanks_and_letters_of_all_kinds(editor: Editor) -> None:
    uri = editor.open(LEAK, name="my modèl \U0001d518 #1.py")
    assert len(await editor.pushed(uri)) == 1
    (action, *_) = await editor.actions(uri, PROBE)
    assert action.edit is not None


BROKEN = {
    "empty": "",
    "null bytes": "x = 1\x00\n" * 3,
    "half typed": LEAK + "model = keras.Model(inputs=[",
    "deeply nested": LEAK + "y = " + "(" * 2000 + ")" * 2000 + "\n",
    "deeply nested and open": LEAK + "y = " + "[" * 2000,
    "lone surrogate": LEAK + "s = '\ud800'\n",
    "5 MB": "x = 1  # a line of a long file that nobody wrote\n" * 100_000,
    "one long line": "x = [" + "1, " * 300_000 + "]\n",
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_no_text_keeps_the_server_from_serving_others(editor: Editor, kind: str) -> None:
    bad = editor.open(BROKEN[kind], "bad.py")
    here = types.Range(types.Position(0, 0), types.Position(0, 0))
    editor.edit(bad, types.TextEdit(here, "#\n"))
    good = editor.open(LEAK, "good.py")
    assert [d.code for d in await editor.pushed(good)] == ["KLS101"]
    found = await editor.pushed(bad)
    if LEAK in BROKEN[kind]:
        assert [d.code for d in found] == ["KLS101"], "what is sound in a broken file is still understood"
    assert not [m for m in editor.client.log_messages if m.type == types.MessageType.Error]


async def test_requests_about_files_that_are_not_open_are_answered(editor: Editor) -> None:
    uri = "file:///nowhere/at/all.py"
    assert await editor.lenses(uri) == []
    assert await editor.actions(uri, 0) == []
    assert await editor.hover(uri, 0, 0) == ""


class TestNotebooks:
    """Code cells are one program in their order; what is found is shown in its cell."""

    SCHEME = "vscode-notebook-cell://host:80/abs/nb.ipynb#"

    @pytest.fixture
    def wanted(self) -> types.ClientCapabilities:
        sync = types.NotebookDocumentSyncClientCapabilities()
        return capabilities(notebook_document=types.NotebookDocumentClientCapabilities(sync))

    def open(self, editor: Editor, *texts: str) -> list[str]:
        """Open a notebook of code cells; answers their uris."""
        uris = [f"{self.SCHEME}W{n}" for n in range(len(texts))]
        cells = [types.NotebookCell(types.NotebookCellKind.Code, uri) for uri in uris]
        notebook = types.NotebookDocument((editor.folder / "nb.ipynb").as_uri(), "jupyter-notebook", 1, cells)
        items = [types.TextDocumentItem(u, types.LanguageKind.Python, 1, t) for u, t in zip(uris, texts, strict=True)]
        params = types.DidOpenNotebookDocumentParams(notebook, items)
        editor.client.notebook_document_did_open(params)
        return uris

    def change(self, editor: Editor, version: int, cells: types.NotebookDocumentCellChanges) -> None:
        identifier = types.VersionedNotebookDocumentIdentifier(version, (editor.folder / "nb.ipynb").as_uri())
        event = types.NotebookDocumentChangeEvent(cells=cells)
        editor.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(identifier, event))

    async def test_a_finding_is_in_its_cell(self, editor: Editor) -> None:
        first, probe = LEAK.rsplit("\n", 2)[0], LEAK.splitlines()[-1]
        a, b = self.open(editor, "%matplotlib inline\n" + first, "# the probe\n" + probe)
        (found,) = await editor.pushed(b, 1)
        assert (found.range.start.line, found.range.start.character) == (1, 8)
        assert {r.location.uri for r in found.related_information or ()} == {a}
        assert await editor.pushed(a, 1) == []
        (fix, *_) = await editor.actions(b, 1)
        assert list(fix.edit.changes or {}) == [b] or fix.edit.document_changes[0].text_document.uri == b
        assert [lens.range.start.line for lens in await editor.lenses(b)] == [1]
        assert await editor.lenses(a) == []

    @pytest.mark.keras
    @pytest.mark.sandbox
    async def test_a_model_is_confirmed_in_its_cell(self, editor: Editor) -> None:
        first, probe = LEAK.rsplit("\n", 2)[0], LEAK.splitlines()[-1]
        _, b = self.open(editor, "%matplotlib inline\n" + first, "# the probe\n" + probe)
        await editor.pushed(b, 1)
        (lens,) = await editor.lenses(b)
        assert lens.command and [*(lens.command.arguments or ())] == [b, 1]
        (model,) = (await editor.confirm(b, 1))["models"]
        assert (model["cell"], model["line"], model["verdict"]) == (1, 2, "confirmed")
        (lens,) = await editor.lenses(b)
        assert lens.command and lens.command.title.startswith("Confirmed by Keras")
        assert "Use `ids` itself as the input (verified)" in [action.title for action in await editor.actions(b, 1)]

    async def test_editing_a_cell_counts(self, editor: Editor) -> None:
        first, probe = LEAK.rsplit("\n", 2)[0], LEAK.splitlines()[-1]
        _, b = self.open(editor, first, probe)
        assert len(await editor.pushed(b, 1)) == 1
        here = types.Range(types.Position(0, 20), types.Position(0, 35))
        text = types.NotebookDocumentCellContentChanges(
            types.VersionedTextDocumentIdentifier(2, b), [types.TextDocumentContentChangePartial(here, "ids")]
        )
        self.change(editor, 2, types.NotebookDocumentCellChanges(text_content=[text]))
        assert await editor.pushed(b, 2) == []

    async def test_cells_come_and_go(self, editor: Editor) -> None:
        first, probe = LEAK.rsplit("\n", 2)[0], LEAK.splitlines()[-1]
        _, b = self.open(editor, first, probe)
        assert len(await editor.pushed(b, 1)) == 1
        new = f"{self.SCHEME}new"
        structure = types.NotebookDocumentCellChangeStructure(
            types.NotebookCellArrayChange(1, 1, [types.NotebookCell(types.NotebookCellKind.Code, new)]),
            did_open=[types.TextDocumentItem(new, types.LanguageKind.Python, 1, "\n" + probe)],
            did_close=[types.TextDocumentIdentifier(b)],
        )
        self.change(editor, 2, types.NotebookDocumentCellChanges(structure=structure))
        (found,) = await editor.pushed(new, 1)
        assert found.range.start.line == 1
        await until(lambda: editor.published[b][1] == [], "the removed cell's cleared diagnostics")
