"""The language that model code uses, by example: what kls knows of each program in `examples` is what Python says."""

from __future__ import annotations

from pathlib import Path

import pytest

from .reading import Example, examples

FILES = sorted((Path(__file__).parent / "examples").glob("*.py"))
EXAMPLES = [example for file in FILES for example in examples(file.read_text(encoding="utf-8"), file.stem)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_example(example: Example) -> None:
    assert example.check() == []
