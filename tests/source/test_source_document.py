"""Lines, columns in three encodings, and edits as LSP sends them, against references too simple to be wrong."""

from __future__ import annotations

import ast
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kls.source.document import Change, Document
from kls.source.position import Position, Range

Encoding = Literal["utf-8", "utf-16", "utf-32"]
ENCODINGS: list[Encoding] = ["utf-8", "utf-16", "utf-32"]
ALPHABET = ["a", "(", '"', " ", "é", "🙂", "\n", "\r", "\r\n", "\x0c", "\x85", "\u2028", "\x00"]

texts = st.lists(st.sampled_from(ALPHABET), max_size=30).map("".join)
numbers = st.integers(-2, 12)
places = st.tuples(numbers, numbers).map(lambda pair: Position(*pair))
ranges = st.tuples(places, places).map(lambda pair: Range(*pair))
changes = st.builds(Change, st.none() | ranges, texts)


def lines_of(text: str) -> list[tuple[int, str]]:
    """(offset, line without its terminator), read character by character."""
    found, start, at = [], 0, 0
    while at < len(text):
        size = 2 if text[at : at + 2] == "\r\n" else 1 if text[at] in "\r\n" else 0
        if size:
            found.append((start, text[start:at]))
            start = at + size
        at += size or 1
    return [*found, (start, text[start:])]


def offset_of(text: str, place: Position, encoding: Encoding) -> int:
    """Where a place is, by counting encoded bytes one character at a time."""
    size, codec = {"utf-8": (1, "utf-8"), "utf-16": (2, "utf-16-le"), "utf-32": (4, "utf-32-le")}[encoding]
    lines = lines_of(text)
    if place.line < 0:
        return 0
    if place.line >= len(lines):
        return len(text)
    start, line = lines[place.line]
    column = 0
    while column < len(line) and len(line[: column + 1].encode(codec)) <= place.character * size:
        column += 1
    return start + column


@given(text=texts, edits=st.lists(changes, max_size=4), encoding=st.sampled_from(ENCODINGS))
def test_edits_do_what_a_naive_edit_does(text: str, edits: list[Change], encoding: Encoding) -> None:
    expected = text
    for change in edits:
        if change.range is None:
            expected = change.text
            continue
        start, end = sorted(offset_of(expected, place, encoding) for place in change.range)
        expected = expected[:start] + change.text + expected[end:]
    assert Document(text).edit(edits, encoding).text == expected


@given(texts)
def test_lines_end_where_lsp_ends_them(text: str) -> None:
    document = Document(text)
    assert document.lines == [line for _, line in lines_of(text)]
    for row, (start, line) in enumerate(lines_of(text)):
        assert document.offset(Position(row, 0)) == start
        assert document.position(start + len(line)) == (row, len(line))


def test_form_feed_nel_and_line_separator_end_no_line() -> None:
    assert Document("a\x0cb\x85c\u2028d\x1ce\r\nf\rg").lines == ["a\x0cb\x85c\u2028d\x1ce", "f", "g"]


@given(text=texts, encoding=st.sampled_from(ENCODINGS))
def test_every_place_survives_the_way_there_and_back(text: str, encoding: Encoding) -> None:
    document = Document(text)
    for row, line in enumerate(document.lines):
        for column in range(len(line) + 1):
            place = Position(row, column)
            assert document.from_units(document.to_units(place, encoding), encoding) == place
            assert document.position(document.offset(place)) == place


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_columns_are_counted_in_the_units_of_the_encoding(encoding: Encoding, column: int) -> None:
    document = Document("é🙂a = 1")
    assert document.to_units(Position(0, 3), encoding) == (0, column)
    assert document.from_units(Position(0, column), encoding) == (0, 3)


def test_a_column_inside_a_character_means_its_start() -> None:
    document = Document("a🙂b")
    assert document.from_units(Position(0, 2), "utf-16") == (0, 1)
    assert [document.from_units(Position(0, n), "utf-8").character for n in range(7)] == [0, 1, 1, 1, 1, 2, 3]


def test_places_outside_the_text_are_the_nearest_ones_inside() -> None:
    document = Document("ab\ncd")
    assert document.from_units(Position(0, 99), "utf-16") == (0, 2)
    assert document.from_units(Position(99, 0), "utf-16") == (1, 2)
    assert document.from_units(Position(-1, 5), "utf-16") == (0, 0)
    assert document.to_units(Position(5, 5), "utf-8") == (1, 2)


def test_a_lone_surrogate_is_a_character_like_any_other() -> None:
    document = Document('x = "\ud800"\ny = 2\n')
    assert document.to_units(Position(0, 7), "utf-16") == (0, 7)
    assert document.from_units(Position(0, 8), "utf-8") == (0, 6)
    assert [len(piece.body) for piece in document.pieces] == [1, 1]


def sources(document: Document) -> list[str]:
    """The text under the range of every name and string in the document."""
    found = []
    for piece in document.pieces:
        for node in ast.walk(ast.Module(list(piece.body), [])):
            if isinstance(node, ast.Name | ast.Constant):
                assert node.end_lineno is not None and node.end_col_offset is not None
                place = document.range(piece, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
                found.append(document.text[document.offset(place.start) : document.offset(place.end)])
    return found


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_ranges_of_nodes_cover_their_text(end: str, mark: str) -> None:
    lines = ['é = "🙂", b', "", "if é:", '    ünï = "a" + b', "    c = é"]
    text = mark + end.join(lines) + end
    assert sorted(sources(Document(text))) == sorted(["é", '"🙂"', "b", "é", "ünï", '"a"', "b", "c", "é"])


def test_an_edit_leaves_the_old_document_as_it_was() -> None:
    before = Document("a = 1\nb = 2\n")
    after = before.edit([Change(Range(Position(0, 4), Position(0, 5)), "3")])
    assert (before.text, after.text) == ("a = 1\nb = 2\n", "a = 3\nb = 2\n")
    assert before.pieces[1].body is after.pieces[1].body
