"""A broken line costs its statement; what is left is what was there before it broke."""

from __future__ import annotations

import ast
import random
import sys

import pytest
from common import KERAS
from hypothesis import given
from hypothesis import strategies as st

from kls.source import mend, parse
from kls.source.document import Document
from kls.source.parse import Recent


def read(text: str) -> str:
    """What is understood of a text, as code."""
    return ast.unparse(ast.Module([node for piece in Document(text).pieces for node in piece.body], []))


def errors(text: str) -> list[int]:
    """The lines of the errors, 0-based in the document."""
    return [piece.line + error.line for piece in Document(text).pieces for error in piece.errors]


MENDED = {
    "x = Dense(": "x = __unparsed__",
    "x, y = Dense(1, 2": "x, y = __unparsed__",
    "self.x = Dense(10)(": "self.x = __unparsed__",
    "x: Tensor = Dense(": "x = __unparsed__",
    "x += Dense(": "x = __unparsed__",
    "x = ": "x = __unparsed__",
    "x = 'relu": "x = __unparsed__",
    "x.": "pass",
    "model.add(Dense(": "pass",
    "return Dense(": "return __unparsed__",
    "x = Dense(10))": "x = __unparsed__",
    "if x = 3:": "if __unparsed__:\n        pass",
}


@pytest.mark.parametrize("line", MENDED)
def test_a_half_typed_line_in_a_function_costs_that_line(line: str) -> None:
    body = "        pass\n" if line.endswith(":") else ""
    text = f"def build(a):\n    b = f(a)\n    {line}\n{body}    c = g(b)\n    return c\n"
    expected = f"def build(a):\n    b = f(a)\n    {MENDED[line]}\n    c = g(b)\n    return c"
    assert read(text) == ast.unparse(ast.parse(expected))
    assert errors(text) == [2]


@pytest.mark.parametrize("line", ["x = Dense(", "x = [1, 2", "f(a, b", "x = {'a':", "x = '", "x = a.", "return ("])
def test_a_half_typed_line_at_the_top_costs_that_line(line: str) -> None:
    text = f"a = 1\n{line}\nb = g(a)\n\ndef f():\n    return b\n"
    assert read(text).startswith("a = 1")
    assert read(text).endswith("b = g(a)\n\ndef f():\n    return b")
    assert errors(text) == [1]


HEADERS = {
    "for layer in": "for layer in __unparsed__:",
    "for i, b in enumerate(": "for i, b in __unparsed__:",
    "if x": "if x:",
    "while (": "while __unparsed__:",
    "with tape.scope( as t": "with __unparsed__:",
    "iff x:": "if __unparsed__:",
    "def inner(a, b": "def inner(*args, **kwargs):",
    "class Inner(": "class Inner:",
}


@pytest.mark.parametrize("header", HEADERS)
def test_the_block_under_a_broken_header_stays(header: str) -> None:
    text = f"def build(x):\n    a = 1\n    {header}\n        b = 2\n        c = 3\n    return a\n"
    expected = f"def build(x):\n    a = 1\n    {HEADERS[header]}\n        b = 2\n        c = 3\n    return a"
    assert read(text) == ast.unparse(ast.parse(expected))
    assert errors(text) == [2]


def test_a_block_without_body_is_an_empty_block() -> None:
    text = "def build(x):\n    for i in x:  # each\n    return x\n"
    assert read(text) == "def build(x):\n    for i in x:\n        pass\n    return x"


def test_an_unclosed_bracket_over_several_lines_costs_its_statement() -> None:
    text = "def build(x):\n    y = Dense(\n        10,\n        name='a',\n    z = Dense(3)(x)\n    return z\n"
    assert read(text) == "def build(x):\n    y = __unparsed__\n    z = Dense(3)(x)\n    return z"


def test_a_docstring_being_opened_costs_no_other_docstring() -> None:
    text = 'def f():\n    """\n    x = 1\n    return x\n\n\ndef g():\n    """About g."""\n    return 2\n'
    assert read(text) == 'def f():\n    pass\n    x = 1\n    return x\n\ndef g():\n    """About g."""\n    return 2'
    assert errors(text) == [1]


def test_a_docstring_being_opened_in_a_class_costs_no_other_method() -> None:
    methods = "".join(
        f'    def m{n}(self):\n        """About\n        it is prose {n}.\n        """\n        return {n}\n\n'
        for n in range(9)
    )
    broken = methods.replace("        return 4\n", '        """\n        return 4\n')
    assert read(f"class A:\n{broken}") == ast.unparse(ast.parse(f"class A:\n{methods}"))


def test_several_broken_lines_cost_themselves() -> None:
    lines = [f"    x{n} = f(" if n % 3 == 0 else f"    x{n} = f({n})" for n in range(60)]
    text = "def build():\n" + "\n".join(lines) + "\n"
    expected = [f"    x{n} = __unparsed__" if n % 3 == 0 else line for n, line in enumerate(lines)]
    assert read(text) == "def build():\n" + "\n".join(expected)
    assert errors(text) == list(range(1, 61, 3))


def test_null_bytes_are_named_and_cost_nothing_else() -> None:
    text = "def f():\n    x = 1\0\n    return x\n"
    assert read(text) == "def f():\n    x = 1\n    return x"
    assert errors(text) == [1]


def test_lone_surrogates_are_named_and_cost_nothing_else() -> None:
    text = "def f():\n    return g('\ud800', x)\n"
    [piece] = Document(text).pieces
    assert errors(text) == [1]
    [place] = [node.col_offset for node in ast.walk(piece.body[0]) if isinstance(node, ast.Name) and node.id == "x"]
    assert place == len("    return g('\ud800', ".encode("utf-8", "surrogatepass"))


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows the syntax")
def test_newer_syntax_costs_the_statements_that_use_it() -> None:
    text = (
        "type Pair = tuple[int, int]\n"
        "def f[T](x: T, y=(1,\n                  2)) -> T:\n    return x\n"
        "class A[T: (int, str)](Base):\n    y = f(1)\n"
        'def g(d):\n    s = f"{d["a"]}"\n    return Dense(d)\n'
    )
    assert read(text) == ast.unparse(
        ast.parse(
            "pass\ndef f(x: T, y=(1, 2)) -> T:\n    return x\n"
            "class A(Base):\n    y = f(1)\n"
            "def g(d):\n    s = __unparsed__\n    return Dense(d)\n"
        )
    )


@pytest.mark.skipif(sys.version_info >= (3, 11), reason="this Python knows the syntax")
def test_except_star_is_read_as_except() -> None:
    assert read("try:\n    a()\nexcept* B:\n    c()\n") == "try:\n    a()\nexcept B:\n    c()"


def forget() -> None:
    """Empty the memory of texts, as in a new process."""
    parse._strict = Recent(parse._REMEMBERED)
    mend._mended = Recent(parse._REMEMBERED)
    parse._alive.clear()


LINES = [
    "def f(x):",
    "    y = (",
    "    '''",
    "    return y",
    "x = [",
    "]",
    '"""',
    "    ]",
    "@a",
    "if x",
    "  z = 1",
    "else:",
]


@given(st.lists(st.sampled_from(LINES), max_size=12), st.integers(0, 12), st.sampled_from(LINES))
def test_recovery_depends_on_the_text_alone(lines: list[str], at: int, line: str) -> None:
    """Whether a text was typed line by line or opened at once makes no difference."""
    text = "\n".join(lines)
    forget()
    fresh = [(piece.text, ast.dump(ast.Module(list(piece.body), [])), piece.errors) for piece in Document(text).pieces]
    forget()
    for count in range(len(lines)):
        assert Document("\n".join([*lines[:at], line, *lines[at:][:count]])).pieces is not None
    typed = [(piece.text, ast.dump(ast.Module(list(piece.body), [])), piece.errors) for piece in Document(text).pieces]
    assert typed == fresh


def statements(document: Document) -> list[tuple[int, str]]:
    """(line, dump) of every simple statement."""
    return [
        (node.lineno + piece.line - 1, ast.dump(node))
        for piece in document.pieces
        for node in ast.walk(ast.Module(list(piece.body), []))
        if isinstance(node, ast.stmt) and not hasattr(node, "body")
    ]


def test_half_typed_edits_keep_nearly_all_statements_of_real_files() -> None:
    """Cut a line short, open a bracket or a string in it, drop a character: 99% of the rest must stay."""
    chance = random.Random(7)
    paths = sorted((KERAS / "applications").glob("[a-z]*.py")) + sorted((KERAS / "layers").rglob("[a-z]*_pooling*.py"))
    wanted = kept = 0
    for number in range(160):
        lines = chance.choice(paths).read_text(encoding="utf-8").split("\n")
        row = chance.choice([at for at, line in enumerate(lines) if line.strip()])
        line = lines[row]
        column = chance.randrange(len(line) - len(line.lstrip()), len(line))
        typed = [line[:column], line[:column] + "(" + line[column:], line[:column] + "'" + line[column:]]
        typed += [line[:column] + line[column + 1 :], line[:column] + '"""' + line[column:]]
        before = Document("\n".join(lines))
        after = Document("\n".join([*lines[:row], typed[number % 5], *lines[row + 1 :]]))
        present = set(statements(after))
        spans = [
            (node.lineno + piece.line - 1, (node.end_lineno or 0) + piece.line - 1)
            for piece in before.pieces
            for node in ast.walk(ast.Module(list(piece.body), []))
            if isinstance(node, ast.stmt) and not hasattr(node, "body")
        ]
        edited = {start for start, end in spans if start <= row <= end}
        rest = [found for found in statements(before) if found[0] not in edited]
        wanted += len(rest)
        kept += sum(found in present for found in rest)
    assert wanted > 5_000
    assert kept / wanted > 0.99
