"""Comments that speak to kls, and texts that only look like them."""

from __future__ import annotations

import pytest

from kls.source.comments import Ignore, read_comments
from kls.source.document import Document
from kls.source.position import Range


def ignores(text: str) -> list[Ignore]:
    return list(read_comments(Document(text)).ignores)


def under(text: str, place: Range) -> str:
    document = Document(text)
    return text[document.offset(place.start) : document.offset(place.end)]


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# kls: ignore", []),
        ("#kls:ignore", []),
        ("# kls: ignore[KLS101]", ["KLS101"]),
        ("# kls: ignore[KLS101,KLS102]", ["KLS101", "KLS102"]),
        ("# kls: ignore[ KLS101 , cloned-input ]", ["KLS101", "cloned-input"]),
        ("# kls: ignore[KLS101] - the leak is wanted", ["KLS101"]),
        ("# type: ignore  # kls: ignore[KLS101]", ["KLS101"]),
        ("# kls: ignore[KLS101]  # noqa", ["KLS101"]),
        ("# kls: ignore[]", []),
    ],
)
def test_an_ignore_names_its_rules(comment: str, rules: list[str]) -> None:
    text = f"x = 1\nmodel = Model(a, b)  {comment}\n"
    [ignore] = ignores(text)
    assert [mention.rule for mention in ignore.rules] == rules
    assert [under(text, mention.range) for mention in ignore.rules] == rules
    assert under(text, ignore.range).replace(" ", "").startswith("#kls:ignore")
    assert (ignore.whole_file, ignore.line) == (False, 1)


@pytest.mark.parametrize(
    "text",
    [
        "x = '# kls: ignore'\n",
        '"""\n# kls: ignore\n"""\n',
        'def f():\n    """Say\n    # kls: ignore[KLS101]\n    """\n',
        "# kls is nice: ignore it\n",
        "# kls: ignored\n",
        "# kls: ignore-files\n",
        "kls: ignore\n",
        "# kls: run\n",
    ],
)
def test_what_only_looks_like_a_directive_is_none(text: str) -> None:
    assert read_comments(Document(text)).ignores == ()
    assert read_comments(Document(text)).runs == ()


def test_an_ignore_for_the_file() -> None:
    [ignore] = ignores("import keras\n# kls: ignore-file[KLS102]\n")
    assert ignore.whole_file
    assert ignore.covers("KLS102", "upstream-included")
    assert not ignore.covers("KLS101", "cloned-input")


def test_a_rule_is_covered_by_its_code_by_its_name_and_by_an_ignore_that_names_none() -> None:
    by_code, by_name, every = ignores("a  # kls: ignore[KLS101]\nb  # kls: ignore[cloned-input]\nc  # kls: ignore\n")
    assert all(ignore.covers("KLS101", "cloned-input") for ignore in (by_code, by_name, every))
    assert [ignore.covers("KLS102", "upstream-included") for ignore in (by_code, by_name, every)] == [
        False,
        False,
        True,
    ]


def test_a_comment_on_its_own_line_speaks_for_the_next_line_of_code() -> None:
    [ignore] = ignores("def f():\n    # kls: ignore[KLS101]\n\n    # because\n    return Model(a, b)\n")
    assert ignore.line == 4


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\nb  # kls: ignore[KLS101]\nc\n", "a\nb\nc\n"),
        ("a\n    # kls: ignore\nc\n", "a\nc\n"),
        ("b  # noqa  # kls: ignore\n", "b  # noqa\n"),
        ("b  # kls: ignore\r\nc\r\n", "b\r\nc\r\n"),
    ],
)
def test_removing_an_ignore_leaves_no_trace(text: str, left: str) -> None:
    [ignore] = ignores(text)
    document = Document(text)
    assert text[: document.offset(ignore.removal.start)] + text[document.offset(ignore.removal.end) :] == left


def test_run_says_how_to_call_the_function_below() -> None:
    text = "import keras\n\n# kls: run build((224, 224, 3), classes=10)\n@wrap\ndef build(shape, classes):\n    pass\n"
    [run] = read_comments(Document(text)).runs
    assert (run.call, run.line) == ("build((224, 224, 3), classes=10)", 3)
    assert under(text, run.range) == "# kls: run build((224, 224, 3), classes=10)"


def test_broken_text_hides_no_comment_outside_its_piece() -> None:
    text = 'x = """\n\ny = (  # kls: ignore[KLS101]\n\ndef f():  # kls: ignore[KLS102]\n    return "\n'
    assert [ignore.rules[0].rule for ignore in ignores(text)] == ["KLS101", "KLS102"]


def test_places_are_right_behind_wide_characters_and_a_byte_order_mark() -> None:
    text = "\ufeffx = 'é🙂'  # kls: ignore[KLS101]\n"
    [ignore] = ignores(text)
    assert under(text, ignore.range) == "# kls: ignore[KLS101]"


def test_a_large_text_without_directives_is_not_even_cut() -> None:
    document = Document("x = 1\n" * 100_000)
    assert read_comments(document).ignores == ()
    assert "pieces" not in vars(document)
