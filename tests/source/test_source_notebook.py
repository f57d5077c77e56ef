"""Notebooks as one program: cells, magics, and the way back from a place to its cell."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kls.source.document import Document
from kls.source.notebook import from_cells, locate, read_notebook
from kls.source.position import Position


def code(source: str | list[str]) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}


def notebook(*cells: dict[str, object]) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def test_code_cells_are_one_program_and_all_cells_are_counted() -> None:
    text = notebook(
        code("import keras\nx = 1"), {"cell_type": "markdown", "source": "# Title\ntext"}, code(["y = x\n", "z = y"])
    )
    document = read_notebook(text)
    assert document.text == "import keras\nx = 1\n\ny = x\nz = y"
    assert document.cells == (0, 2, 3)
    assert [locate(document, Position(line, 3)) for line in range(5)] == [
        (0, Position(0, 3)),
        (0, Position(1, 3)),
        (1, Position(0, 3)),
        (2, Position(0, 3)),
        (2, Position(1, 3)),
    ]


def test_a_cell_begins_on_its_own_line_whatever_the_one_before_ends_in() -> None:
    document = from_cells(["a = 1\n", "", "b = 2\r\n\r\nc = 3", "d"])
    assert document.text == "a = 1\n\n\nb = 2\n\nc = 3\nd"
    assert document.cells == (0, 2, 3, 6)


MAGICS = {
    "%matplotlib inline": "pass",
    "!pip install keras": "pass",
    "    !ls": "    pass",
    "?model": "pass",
    "model.summary?": "pass",
    "keras.Model??": "pass",
    "files = !ls": "files = __unparsed__",
    "out = %capture": "out = __unparsed__",
    "%time y = Dense(1)(x)": "if 1: y = Dense(1)(x)",
    "%timeit -n 10 f(x)": "pass",
    "%time": "pass",
    "x = y %z": "x = y %z",
    "a != b": "a != b",
    "print('what?')": "print('what?')",
    "# really?": "# really?",
}


@pytest.mark.parametrize("line", MAGICS)
def test_lines_that_are_ipythons_make_way(line: str) -> None:
    assert from_cells([f"{line}\nx = 1"]).text == f"{MAGICS[line]}\nx = 1"


def test_a_magic_in_a_block_leaves_the_block_whole() -> None:
    [piece] = from_cells(["for n in range(3):\n    %time f(n)\n    !echo $n"]).pieces
    assert not piece.errors


def test_a_command_over_several_lines_keeps_their_number() -> None:
    assert from_cells(["!pip install \\\n  keras \\\n  numpy\nx = 1"]).text == "pass\n\n\nx = 1"


def test_what_looks_like_a_magic_within_a_string_or_bracket_is_python() -> None:
    text = 'x = """\n!ls\n%time\n"""\ny = (1\n% 2)\nz = 1 \\\n% 2'
    assert from_cells([text]).text == text


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile model.py", "%%javascript", "%%sql select"])
def test_a_cell_in_another_language_is_blank(magic: str) -> None:
    document = from_cells([f"\n{magic}\nfor x in\n", "y = 1"])
    assert document.text == "\n\n\n\ny = 1"


@pytest.mark.parametrize("magic", ["%%time", "%%timeit", "%%capture out"])
def test_a_cell_that_is_timed_or_captured_is_python(magic: str) -> None:
    assert from_cells([f"{magic}\nx = 1"]).text == "pass\nx = 1"


def test_notebooks_of_the_third_format_have_sheets() -> None:
    cells = [{"cell_type": "code", "input": ["x = 1"]}, {"cell_type": "heading", "source": "Title"}]
    assert read_notebook(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]})).text == "x = 1\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a notebook: Expecting value at line 1, column 1"),
        ('{"cells": [', "not a notebook: Expecting value at line 1, column 12"),
        ("[]", "not a notebook: the file does not hold a JSON object"),
        ("{}", "not a notebook: it has no list of cells"),
        ('{"cells": 3}', "not a notebook: it has no list of cells"),
        ("[" * 100_000, "not a notebook: nested too deeply"),
    ],
)
def test_what_is_no_notebook_is_said_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="not a notebook") as caught:
        read_notebook(text)
    assert str(caught.value) == message


def test_odd_cells_are_empty_cells() -> None:
    document = read_notebook('{"cells": [3, null, {"cell_type": "code", "source": 7}, {"cell_type": "code"}, {}]}')
    assert (document.text, document.cells) == ("\n\n\n\n", (0, 1, 2, 3, 4))


@given(st.lists(st.text("a(%!?\"'\\ \n\r=", max_size=20), max_size=6))
def test_every_line_of_every_cell_is_found_again(cells: list[str]) -> None:
    document = from_cells(cells)
    numbers = [(cell, row) for cell, text in enumerate(cells) for row in range(len(Document(text).lines))]
    assert len(document.lines) == max(len(numbers), 1)
    for line, (cell, row) in enumerate(numbers):
        assert locate(document, Position(line, 0)) == (cell, Position(row, 0))


def test_a_huge_cell_of_open_brackets_takes_no_time() -> None:
    assert len(from_cells(["x = (\n" * 100_000]).lines) == 100_001
