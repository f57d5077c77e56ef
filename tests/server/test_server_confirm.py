"""Confirm with Keras, end to end: the lens's command, its progress, the verdict, and how long the verdict lives."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from common import LEAK, PROBE
from lsprotocol import types
from server_editor import Editor, until

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


LACKING = """import keras


def build(depth, head):
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(depth)(inputs)
    return keras.Model(keras.Input((4,)), head[depth](hidden))
"""


async def test_how_to_call_a_function_is_asked_for_and_can_be_written_down(editor: Editor) -> None:
    uri = editor.open(LACKING)
    await editor.pushed(uri)
    assert not any("Say how" in action.title for action in await editor.actions(uri, 6))
    answer = await editor.confirm(uri, 6)
    assert [m["verdict"] for m in answer["models"]] == ["inconclusive"]
    (action,) = [action for action in await editor.actions(uri, 6) if "Say how" in action.title]
    (edit,) = action.edit.document_changes[0].edits
    assert (edit.range.start.line, edit.new_text) == (3, "# kls: run build(depth=8, head=...)\n")


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


def children(editor: Editor) -> list[str]:
    """The processes that the server has started and that still run."""
    assert editor.client._server is not None
    tasks = Path(f"/proc/{editor.client._server.pid}/task")
    return [pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
class TestProcesses:
    """What runs beside the server, and when."""

    async def test_nothing_is_run_before_the_user_asks_and_nothing_is_left_behind(self, editor: Editor) -> None:
        uri = editor.open(LEAK)
        here = types.Range(types.Position(0, 0), types.Position(0, 0))
        editor.edit(uri, types.TextEdit(here, "\n"))
        await editor.pushed(uri)
        await editor.lenses(uri)
        await editor.actions(uri, PROBE + 1)
        await editor.hover(uri, 9, 3)
        assert children(editor) == []
        await editor.confirm(uri)
        warm = children(editor)
        assert warm, "the warm process waits for the next confirm"
        await editor.client.shutdown_session()
        await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in warm), "the end of the warm process")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
class TestPrewarm:
    """Those who want that Keras is there before they ask can have it."""

    @pytest.fixture
    def settings(self) -> dict[str, object]:
        return {"python": sys.executable, "confirm": {"prewarm": True}}

    async def test_keras_is_started_with_the_first_file_that_has_a_finding(self, editor: Editor) -> None:
        await editor.pushed(editor.open("import keras\n", "clean.py"))
        await asyncio.sleep(0.5)
        assert children(editor) == []
        await editor.pushed(editor.open(LEAK))
        await until(lambda: children(editor) != [], "the warm process")

    async def test_it_is_started_by_saving_and_not_by_typing(self, editor: Editor) -> None:
        uri = editor.open("import keras\n")
        await editor.pushed(uri)
        everything = types.Range(types.Position(0, 0), types.Position(1, 0))
        editor.edit(uri, types.TextEdit(everything, LEAK))
        assert len(await editor.pushed(uri)) == 1
        await asyncio.sleep(0.5)
        assert children(editor) == []
        editor.save(uri)
        await until(lambda: children(editor) != [], "the warm process")


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


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
class TestTrap:
    """A workspace brings an interpreter of its own, which tells when it is started."""

    @pytest.fixture
    def settings(self) -> dict[str, object]:
        return {"confirm": {"prewarm": True}}

    @pytest.fixture(params=[False, True], ids=["untrusted", "trusted"])
    def options(self, request: pytest.FixtureRequest) -> dict[str, object]:
        return {"trusted": request.param}

    async def test_it_is_not_started_where_nobody_trusts_it(
        self, editor: Editor, options: dict[str, object], tmp_path: Path
    ) -> None:
        mark, trap = tmp_path / "sprung", tmp_path / ".venv" / "bin" / "python"
        trap.parent.mkdir(parents=True)
        trap.write_text(f"#!/bin/sh\necho sprung; touch {mark}\n")
        trap.chmod(0o755)
        (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.2\n")
        (tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "keras-3.15.1.dist-info").mkdir(parents=True)
        uri = editor.open(LEAK)
        await editor.pushed(uri)
        editor.save(uri)
        await editor.hover(uri, 9, 3)
        await editor.actions(uri, PROBE)
        await editor.lenses(uri)
        assert await editor.confirm(uri) is None
        said = editor.client.messages[-1].message
        assert ("not trusted" in said) is not options["trusted"]
        assert ("sprung" in said or "Keras process ended" in said) is options["trusted"], "else the trap is none"
        assert not mark.exists(), "and even then the jail lets it write nothing"
        assert options["trusted"] or children(editor) == []
