"""Confirm with Keras, end to end: the lens's command, its progress, the verdict, and how long the verdict lives."""

from __future__ import annotations

import asyncio

import pytest
from conftest import LEAK, PROBE, Editor, until
from lsprotocol import types

pytestmark = [pytest.mark.asyncio, pytest.mark.keras, pytest.mark.sandbox]


async def test_a_confirmed_finding_says_so_and_its_fix_is_verified(editor: Editor) -> None:
    uri = editor.open(LEAK)
    await editor.pushed(uri)
    published = editor.publications
    (lens,) = await editor.lenses(uri)
    assert lens.command and lens.command.arguments
    answer = await editor.confirm(*lens.command.arguments)
    assert [(m["variable"], m["verdict"]) for m in answer["models"]] == [("probe", "confirmed")]

    await until(lambda: editor.publications > published, "the confirmed diagnostics")
    (found,) = editor.published[uri][1]
    assert "Confirmed by Keras" in found.message
    assert found.severity == types.DiagnosticSeverity.Error
    assert any("Confirmed by Keras" in m.message and "Verified fix" in m.message for m in editor.client.messages)
    (lens,) = await editor.lenses(uri)
    assert lens.command and lens.command.title.startswith("Confirmed by Keras")
    titles = [action.title for action in await editor.actions(uri, PROBE)]
    assert "Use `ids` itself as the input (verified)" in titles
    assert "Confirm with Keras" not in titles

    (reports,) = editor.client.progress_reports.values()
    assert next(type(r).__name__ for r in reports) == "WorkDoneProgressBegin"
    assert [type(r).__name__ for r in reports][-1] == "WorkDoneProgressEnd"

    # Any edit drops the verdict; the text as it was has it back.
    here = types.Range(types.Position(0, 0), types.Position(0, 0))
    editor.edit(uri, types.TextEdit(here, "# new\n"))
    (found,) = await editor.pushed(uri)
    assert "Confirmed" not in found.message
    (lens,) = await editor.lenses(uri)
    assert lens.command and lens.command.title == "Confirm with Keras"

    # And the warm process answers the next one.
    answer = await editor.confirm(uri)
    assert [m["verdict"] for m in answer["models"]] == ["confirmed"]


async def test_it_can_be_cancelled(editor: Editor) -> None:
    text = "import time\n" + LEAK.replace("raw = ", "time.sleep(60)\nraw = ")
    uri = editor.open(text)
    await editor.pushed(uri)
    task = asyncio.create_task(editor.confirm(uri))
    await until(lambda: any(len(r) > 1 for r in editor.client.progress_reports.values()), "the progress")
    (token,) = editor.client.progress_reports
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    assert await asyncio.wait_for(task, 20) is None
    assert any("cancelled" in m.message for m in editor.client.messages)


async def test_typing_cancels_it(editor: Editor) -> None:
    uri = editor.open(LEAK)
    await editor.pushed(uri)
    task = asyncio.create_task(editor.confirm(uri))
    await until(lambda: bool(editor.client.progress_reports), "the progress")
    here = types.Range(types.Position(0, 0), types.Position(0, 0))
    editor.edit(uri, types.TextEdit(here, "\n"))
    assert await asyncio.wait_for(task, 20) is None
    (found,) = await editor.pushed(uri)
    assert "Confirmed" not in found.message


async def test_hovers_are_answered_while_it_runs(editor: Editor) -> None:
    uri = editor.open(LEAK)
    await editor.pushed(uri)
    task = asyncio.create_task(editor.confirm(uri))
    await until(lambda: bool(editor.client.progress_reports), "the progress")
    assert "trainable" in await asyncio.wait_for(editor.hover(uri, 8, 3), 2)
    assert not task.done()
    assert (await task)["models"]


async def test_wrong_arguments_are_refused(editor: Editor) -> None:
    for arguments in ([], [1], ["file:///x.py", "3"], ["file:///x.py", True]):
        with pytest.raises(Exception, match="takes a uri"):
            await editor.client.workspace_execute_command_async(
                types.ExecuteCommandParams("kls.confirm", arguments=arguments)
            )


async def test_where_nothing_is_suspicious_nothing_is_built(editor: Editor) -> None:
    uri = editor.open("import keras\n")
    assert await editor.confirm(uri) is None
    assert "nothing is suspicious" in editor.client.messages[-1].message


class TestNoKeras:
    """An interpreter without Keras is named, with what to install."""

    @pytest.fixture
    def settings(self, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
        import venv

        folder = tmp_path_factory.mktemp("bare")
        venv.create(folder, with_pip=False)
        return {"python": str(folder / "bin" / "python"), "keras": "3.15.1"}

    async def test_it_is_said(self, editor: Editor, settings: dict[str, object]) -> None:
        uri = editor.open(LEAK)
        await editor.pushed(uri)
        assert await editor.confirm(uri) is None
        said = editor.client.messages[-1].message
        assert str(settings["python"]) in said
        assert "pip install" in said


class TestUntrusted:
    """Nothing of a workspace that is not trusted is run."""

    @pytest.fixture
    def options(self) -> dict[str, object]:
        return {"trusted": False}

    async def test_it_is_refused(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        assert len(await editor.pushed(uri)) == 1, "it is checked all the same"
        assert await editor.confirm(uri) is None
        assert "not trusted" in editor.client.messages[-1].message
