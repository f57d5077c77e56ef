"""A text is cut into pieces that, put together, are what ast.parse makes of the whole."""

from __future__ import annotations

import ast
import gc
import sys
import sysconfig
import threading
import time
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from common import KERAS
from hypothesis import given, settings
from hypothesis import strategies as st

from kls.source.document import Document
from kls.source.parse import LARGEST_PIECE
from kls.source.pieces import MOST_BROKEN, MOST_PIECES

LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def pieces(text: str) -> list[str]:
    return [piece.text for piece in Document(text).pieces]


def files() -> Iterator[tuple[str, ast.Module]]:
    """Text and ast of what parses in a sample of the standard library, of some of its tests, and of Keras's applications."""
    paths = [path for path in sorted(LIBRARY.rglob("*.py")) if "site-packages" not in path.parts]
    tests = [path for path in paths if "test" in path.parts or "tests" in path.parts]
    paths = [path for path in paths if path not in set(tests)][::20] + tests[::40]
    paths += sorted((KERAS / "applications").glob("*.py"))
    for path in paths:
        try:
            with tokenize.open(path) as file:
                text = file.read()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield text, ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue


def place(node: ast.AST, shift: int) -> tuple[int, int, int, int] | None:
    if not isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword | ast.alias | ast.excepthandler):
        return None
    return node.lineno + shift, node.col_offset, (node.end_lineno or 0) + shift, node.end_col_offset or 0


def test_pieces_of_valid_files_are_the_files() -> None:
    count = 0
    for text, whole in files():
        document = Document(text)
        assert "".join(piece.text for piece in document.pieces) == text
        assert not [error for piece in document.pieces for error in piece.errors]
        found = [(node, piece.line) for piece in document.pieces for node in piece.body]
        assert [ast.dump(node) for node, _ in found] == [ast.dump(node) for node in whole.body]
        for (node, line), expected in zip(found, whole.body, strict=True):
            for mine, theirs in zip(ast.walk(node), ast.walk(expected), strict=True):
                assert place(mine, line) == place(theirs, 0)
        count += 1
    assert count > 40


def test_a_line_in_column_0_starts_a_piece() -> None:
    assert pieces("import a\n\nx = 1\ny = 2\n") == ["import a\n\n", "x = 1\n", "y = 2\n"]


def test_blocks_and_their_continuations_are_one_piece() -> None:
    whole = "if a:\n    b\nelif c:\n    d\nelse:\n    e\n"
    assert pieces(whole + "f\n") == [whole, "f\n"]
    whole = "try:\n    a\nexcept B:\n    c\nfinally:\n    d\n"
    assert pieces(whole + "f\n") == [whole, "f\n"]


def test_decorators_belong_to_what_they_decorate() -> None:
    whole = "@a\n@b(\nc)\n# why\n@d\ndef f():\n    pass\n"
    assert pieces(f"x\n{whole}y\n") == ["x\n", whole, "y\n"]


@pytest.mark.parametrize(
    "whole",
    [
        'x = """\nprose here, and "more"\n"""\n',
        "x = [\n1,\n2,\n]\n",
        "x = f(\na=1,\nb='''\n(\n'''\n)\n",
        "x = 1 + \\\n2\n",
        "x = 'a\\\nb'\n",
        "def f():\n\\\n    return x\n",
        '@a("""\nb\n""")\ndef f():\n    pass\n',
        'def f():\n    """\nfoo bar\n    """\n    return [\n0]\n',
        "x = (yield\n# ) no end\n)\n",
    ],
)
def test_strings_brackets_and_backslashes_hold_lines_together(whole: str) -> None:
    assert pieces(f"a\n{whole}b\n") == ["a\n", whole, "b\n"]


def test_comments_and_blank_lines_belong_to_the_piece_before() -> None:
    assert pieces("# first\n\nx = 1\n# about x\n\n  # more\ny = 2\n# last") == [
        "# first\n\n",
        "x = 1\n# about x\n\n  # more\n",
        "y = 2\n# last",
    ]


def test_an_empty_text_has_no_pieces_and_comments_are_one_without_statements() -> None:
    assert Document("").pieces == ()
    [piece] = Document("# only\n").pieces
    assert (piece.text, piece.body, piece.errors) == ("# only\n", (), ())


def test_a_piece_is_known_by_its_text_and_by_which_of_its_kind_it_is() -> None:
    before = Document("a()\nb()\na()\n").pieces
    assert [piece.name for piece in before] == [("a()\n", 1), ("b()\n", 1), ("a()\n", 2)]
    assert [piece.line for piece in before] == [0, 1, 2]
    after = Document("a()\nc()\nb()\na()\n").pieces
    assert after[3].key == before[2].key
    assert after[3].body[0] is before[2].body[0] is before[0].body[0]


def test_pieces_of_the_same_text_are_equal_and_share_their_nodes() -> None:
    text = "def f(x):\n    return x\n"
    one, two = Document(text), Document(text)
    assert one.pieces == two.pieces
    assert one.pieces[0].body is two.pieces[0].body


def test_a_document_keeps_its_nodes_whatever_else_is_read_meanwhile() -> None:
    document = Document("def kept(x):\n    return x\n")
    node, broken = document.pieces[0].body[0], Document("def b():\n    x = (\n    return 1\n")
    stand_in = broken.pieces[0].body[0]
    for number in range(30):
        assert Document(f"x = '{number}{'-' * 300_000}'\n").pieces[0].body
        assert Document(f"x = '{number}{'-' * 100_000}' +\n").pieces[0].errors
    gc.collect()
    assert Document(document.text).pieces[0].body[0] is node
    assert Document(broken.text).pieces[0].body[0] is stand_in


def test_line_ends_do_not_matter_to_pieces() -> None:
    lines = ["def f():", "    return '''a", "b'''", "", "x = 1", ""]
    unix, windows, mac = (Document(end.join(lines)) for end in ("\n", "\r\n", "\r"))
    assert unix.pieces == windows.pieces == mac.pieces
    assert len(unix.pieces) == 2


def test_bad_escapes_warn_nobody_in_any_thread() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        thread = threading.Thread(target=lambda: Document('a = "\\d"\n').pieces)
        thread.start()
        thread.join()
        assert Document('b = "\\d"\n').pieces[0].errors == ()
        warnings.warn("still heard", stacklevel=1)
    assert [str(warning.message) for warning in caught] == ["still heard"]


NOT_QUITE_PYTHON = {
    "null bytes": "\0" * 3_000,
    "lines of null bytes": "x = 1\0\n" * 3_000,
    "2,000 nested parentheses": "x = " + "(" * 2_000 + "1" + ")" * 2_000 + "\n",
    "2,000 open parentheses": "(" * 2_000,
    "20,000 not": "not " * 20_000 + "x\n",
    "5,000 elif": "if a:\n  pass\n" + "elif b:\n  pass\n" * 5_000,
    "a sum of 50,000 terms": "x = " + "+".join("a" * 50_000) + "\n",
    "200 levels of indentation": "".join(" " * n + "if x:\n" for n in range(200)) + " " * 200 + "pass\n",
    "form feeds": "\x0c\n" * 3_000 + "x = 1\n",
    "U+2028": "x = 1\u2028y = 2\n" * 500,
}


@pytest.mark.parametrize("name", NOT_QUITE_PYTHON)
def test_odd_texts_are_read_and_so_is_what_follows(name: str) -> None:
    text = NOT_QUITE_PYTHON[name]
    document = Document(text + "\nlast = 1\n")
    assert "".join(piece.text for piece in document.pieces) == document.text
    if name != "lines of null bytes":
        assert any(ast.unparse(node) == "last = 1" for node in document.pieces[-1].body)


def test_2000_parentheses_cost_the_statement_that_has_them() -> None:
    deep = "(" * 2_000 + "1" + ")" * 2_000
    [piece] = Document(f"def f():\n    a = 1\n    x = {deep}\n    return a\n").pieces
    assert ast.unparse(ast.Module(list(piece.body), [])) == "def f():\n    a = 1\n    x = __unparsed__\n    return a"
    assert [(error.line, error.message) for error in piece.errors] == [(2, "too many nested parentheses")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [\n" + "    1,\n" * 700_000, "too large to be parsed: 4,900,006 characters in one statement"),
        ("x = (\n" * 800_000, "too many syntax errors: the rest is not read"),
        ('x = """\n' + "prose, and more of it\n" * 200_000, "too many syntax errors: the rest is not read"),
        ("x = [\n" + "1,\n" * 1_600_000, "too many statements: the rest is not read"),
        ("@a\n" * 1_600_000, "too large to be parsed: 4,800,000 characters in one statement"),
        ("\\\n" * 2_400_000, "too large to be parsed: 4,800,000 characters in one statement"),
    ],
    ids=["unclosed list", "open brackets", "unclosed string", "unclosed list in column 0", "decorators", "backslashes"],
)
def test_5_megabytes_of_nonsense_take_seconds_and_say_what_was_left_out(text: str, message: str) -> None:
    start = time.thread_time()
    found = Document(text).pieces
    assert time.thread_time() - start < 8
    assert len(found) <= max(MOST_BROKEN, MOST_PIECES) + 1
    assert found[-1].errors[-1].message == message


def test_5_megabytes_of_python_are_read_whole() -> None:
    text = (KERAS / "applications" / "resnet.py").read_text(encoding="utf-8") * 250
    assert len(text) > 4_900_000 > LARGEST_PIECE
    start = time.thread_time()
    document = Document(text)
    assert not [error for piece in document.pieces for error in piece.errors]
    assert time.thread_time() - start < 2


def test_an_edit_in_2400_lines_costs_milliseconds() -> None:
    text = (KERAS / "applications" / "resnet.py").read_text(encoding="utf-8") * 4
    lines = text.split("\n")
    kept = Document(text)
    assert kept.pieces
    times = []
    for number in range(60):
        row = 37 * number % len(lines)
        edited = [*lines[:row], f"{lines[row]}  # {number}", *lines[row + 1 :]]
        document = Document("\n".join(edited))
        start = time.thread_time()
        assert document.pieces
        times.append(time.thread_time() - start)
    assert sorted(times)[30] < 0.01


FRAGMENTS = [
    "def f():\n",
    "    x = (\n",
    "    return x\n",
    '"""',
    "a\n",
    "x = [\n",
    "]\n",
    "@d\n",
    "\\\n",
    "    '\n",
    ")\n",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join))
@settings(max_examples=300)
def test_whatever_is_typed_the_pieces_are_the_text(text: str) -> None:
    document = Document(text)
    assert "".join(piece.text for piece in document.pieces) == text
    assert [piece.line for piece in document.pieces] == [
        text.count("\n", 0, sum(len(before.text) for before in document.pieces[:at]))
        for at in range(len(document.pieces))
    ]
    try:
        whole = ast.parse(text)
    except (SyntaxError, ValueError):
        assert any(piece.errors for piece in document.pieces)
        return
    found = [ast.dump(node) for piece in document.pieces for node in piece.body]
    assert found == [ast.dump(node) for node in whole.body]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type statements are new in Python 3.12")
def test_newer_syntax_is_read_by_a_newer_python() -> None:
    assert not Document("type A = int\n").pieces[0].errors
