"""Typing while the server has too much to do: it answers, gives up what is out of date, and lives on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from common import LEAK, PROBE
from lsprotocol import types
from server_editor import Editor, until

ENDLESS = """
def f(n):
    return f(n - 1) + f(n - 2) if n > 1 else n
x = f(60)
"""

HOSTILE = {
    "endless recursion": ENDLESS,
    "lists in themselves": "x = []\nx.append(x)\nkeras.Model(x, x)\nlayers.Dense(3)(x)\n",
    "a chain of calls": "x = y" + "()" * 2000 + "\n",
    "wide formats": "x = '%999999999d' % 1\ny = 'a'.ljust(10**10)\nz = f'{1:999999999}'\n",
    "large numbers": "x = 10**10**10\ny = pow(2, 10**12)\nz = [*range(10**12)]\n",
    "tuples that double": "x = (1,)\n" + "x = (x, x)\n" * 64 + "y = f'{x}'\n",
}


def replace(editor: Editor, uri: str, text: str) -> None:
    """Another text in place of all that is there."""
    editor.edit(uri, types.TextEdit(types.Range(types.Position(0, 0), types.Position(100_000, 0)), text))


@pytest.mark.asyncio
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_text_and_then_a_good_one(editor: Editor, name: str) -> None:
    uri = editor.open(LEAK + HOSTILE[name])
    found = await editor.pushed(uri)
    assert [item.range.start.line for item in found if item.code == "KLS101"] == [PROBE]
    replace(editor, uri, "import keras\n")
    assert await editor.pushed(uri) == []


@pytest.mark.asyncio
async def test_hover_does_not_wait_for_an_analysis(editor: Editor) -> None:
    """Of the same file it needs the newest analysis; of another one it has that already."""
    ready = editor.open(LEAK, "ready.py")
    assert await editor.pushed(ready)
    waits = []
    busy = editor.open("import keras\n", "busy.py")
    for number in range(20):
        replace(editor, busy, f"import keras\nn = {number}\n{ENDLESS}")
        time.sleep(0.01)
        start = time.perf_counter()
        await editor.hover(ready, PROBE, 10)
        waits.append(time.perf_counter() - start)
    assert sorted(waits)[10] < 0.25


@pytest.mark.asyncio
async def test_a_keystroke_ends_the_analysis_that_is_under_way(editor: Editor, tmp_path: Path) -> None:
    uri = editor.open("import keras\n")
    await editor.pushed(uri)
    for _ in range(5):
        replace(editor, uri, LEAK + ENDLESS)
        time.sleep(0.05)
        start = time.perf_counter()
        replace(editor, uri, LEAK)
        assert len(await editor.pushed(uri)) == 1
        assert time.perf_counter() - start < 1


PART = "import keras\n\n\ndef head(x):\n    return keras.layers.Dense(3, name={name!r})(x)\n"
WHOLE = """import keras
from part import head

x = keras.Input((4,))
model = keras.Model(x, head(x))
model.get_layer("head")
"""


@pytest.mark.asyncio
async def test_what_imports_a_changed_text_follows_and_nothing_else_does(editor: Editor) -> None:
    (editor.folder / "part.py").write_text(PART.format(name="head"))
    alone, whole = editor.open(LEAK, "alone.py"), editor.open(WHOLE, "whole.py")
    assert await editor.pushed(whole) == []
    assert len(await editor.pushed(alone)) == 1
    part = editor.open(PART.format(name="head"), "part.py")
    await editor.pushed(part)
    before = editor.published[alone]
    replace(editor, part, PART.format(name="tail"))
    await until(lambda: editor.published[whole][1] != [], "the finding in what imports the text")
    assert [item.code for item in editor.published[whole][1]] == ["KLS203"]
    assert editor.published[alone] is before
