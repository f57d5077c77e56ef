"""Hover over what the analysis does not know: jedi says what it is and where it comes from, in trusted workspaces."""

from __future__ import annotations

import textwrap

import pytest
from server_editor import Editor

from kls.origins import Origin

PACKAGE = """
class Store:
    def load(self, path): ...

stores = {"default": Store()}

def open_store(name):
    return stores[name]
"""
TEXT = textwrap.dedent(
    """
    from shelf import open_store

    store = open_store(input())
    store.load("x")
    """
)


def test_a_model_of_keras_is_called_one() -> None:
    found = Origin("instance", "keras.src.models.functional.Functional", "/site/keras/functional.py", 20)
    assert found.words().startswith("a Keras model (keras.src.models.functional.Functional), from keras")
    assert not Origin("instance", "keras.src.layers.core.dense.Dense", None, None).is_model


async def _hover(editor: Editor, uri: str) -> str:
    """Asked until jedi has had its time; it is not waited for."""
    for _ in range(20):
        text = await editor.hover(uri, 4, 2)
        if text:
            return text
    return ""


def _project(editor: Editor) -> str:
    (editor.folder / "shelf.py").write_text(PACKAGE)
    return editor.open(TEXT)


@pytest.mark.asyncio
async def test_hover_names_the_class_and_its_place(editor: Editor) -> None:
    uri = _project(editor)
    await editor.pushed(uri)
    text = await _hover(editor, uri)
    assert "shelf.Store" in text.replace("\\", "")
    assert "shelf.py:2" in text.replace("\\", "")


class TestUntrusted:
    """Where the workspace is not trusted its Python is not started."""

    @pytest.fixture
    def options(self) -> dict[str, object]:
        return {"trusted": False}

    @pytest.mark.asyncio
    async def test_nothing_is_asked(self, editor: Editor) -> None:
        uri = _project(editor)
        await editor.pushed(uri)
        assert await editor.hover(uri, 4, 2) == ""
