"""Whatever is typed, what was remembered of the text before never shows: the answer is that of a first look."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kls.environment import read_environment

from .typing_edits import KINDS, Edit, Typing, applications, pages

NUMBERS = st.integers(0, 1_000_000)
EDITS = st.lists(st.builds(Edit, st.integers(0, len(KINDS) - 1), NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=12)
PAGES = pages()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(PAGES)), st.sampled_from(("2.15.0", "3.7.0", "3.12.0", "3.15.1")), EDITS)
def test_edits_of_an_example(tmp_path: Path, name: str, version: str, edits: list[Edit]) -> None:
    typing = Typing(str(tmp_path / "model.py"), PAGES[name], read_environment(None, [str(tmp_path)], version))
    assert typing.differences() == []
    for edit in edits:
        typing.edit(edit)
        assert typing.differences() == [], typing.document.text


@pytest.mark.parametrize("name", ["vgg16", "resnet"])
def test_edits_of_a_model_builder(tmp_path: Path, name: str) -> None:
    """Numbers, names and lines of a real file, changed one after the other and back."""
    typing = Typing(str(tmp_path / "model.py"), applications()[name], read_environment(None, [str(tmp_path)], "3.15.1"))
    for number in range(12):
        typing.edit(Edit(number, 7919 * (number + 1), 104729 * number, number))
        assert typing.differences() == []
