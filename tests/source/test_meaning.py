"""Which lines of a text mean something."""

from __future__ import annotations

import pytest

from kls.source.document import Document
from kls.source.meaning import meaning, moved_line, same_meaning

FUNCTION = '''def block(x):
    """Two layers."""

    # the first
    x = Dense(3)(x)
    unused = None
    return Dense(4)(x)
'''


def means(text: str) -> list[str]:
    """The lines that count, stripped."""
    return [line.strip() for piece in Document(text).pieces for line in meaning(piece).lines]


def alike(before: str, now: str, rest: str = "") -> bool:
    """Whether the first pieces of two texts are said to run alike."""
    one, two = Document(before).pieces[0], Document(now).pieces[0]
    return same_meaning(meaning(one), meaning(two), now + rest)


def test_comments_blank_lines_docstrings_and_dead_stores_do_not_count() -> None:
    assert means(FUNCTION) == ["def block(x):", "x = Dense(3)(x)", "return Dense(4)(x)"]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("def f():\n    a = 1\n    return a\n", "a = 1"),
        ("def f():\n    a = g()\n", "a = g()"),
        ("def f():\n    a = 1\n    def g():\n        return a\n", "a = 1"),
        ("def f(b):\n    a = b\n    a += [1]\n", "a = b"),
        ("def f():\n    global a\n    a = 1\n", "a = 1"),
        ("def f():\n    a = 1\n    return locals()\n", "a = 1"),
        ("class C:\n    a = 1\n", "a = 1"),
        ("a = 1\n", "a = 1"),
        ("def f():\n    a = 1; g()\n", "a = 1; g()"),
        ("def f():\n    if g(): pass\n", "if g(): pass"),
        ("def f():\n    g('''\n# no comment\n''')\n", "# no comment"),
        ("def f():\n    g(1, \\\n# no comment\n2)\n", "# no comment"),
    ],
)
def test_what_may_have_an_effect_counts(text: str, counts: str) -> None:
    assert counts in means(text)


@pytest.mark.parametrize(
    "added", ["    # a comment\n", "\n", "    probe = undefined\n", "    probe\n", "    'words'\n"]
)
def test_such_lines_change_nothing(added: str) -> None:
    assert alike(FUNCTION, FUNCTION.replace("    unused", added + "    unused"))


@pytest.mark.parametrize(
    "added", ["    y = x\n", "    probe = layers\n", "    x = 1\n", "    Dense(3)\n", "    broken(\n"]
)
def test_other_lines_do(added: str) -> None:
    assert not alike(FUNCTION, FUNCTION.replace("    unused", added + "    unused"), rest="layers = 1\n")


def test_a_name_may_come_from_a_star_import() -> None:
    assert not alike(FUNCTION, FUNCTION.replace("None", "thing"), rest="from parts import *\n")


def test_where_a_line_went() -> None:
    now = FUNCTION.replace('    """Two layers."""\n', "").replace("    unused", "    # more\n\n    unused")
    before, after = (meaning(Document(text).pieces[0]) for text in (FUNCTION, now))
    for number, line in enumerate(FUNCTION.split("\n")):
        if "Dense" in line:
            assert now.split("\n")[moved_line(before, after, number)] == line
