"""What an edit makes kls run again, and what it only replays; the answer is always that of a first look."""

from __future__ import annotations

from pathlib import Path

from kls.analysis import Analysis, Memo, Snapshot, analyse
from kls.environment import read_environment
from kls.program.deeds import Call
from kls.settings import Settings
from kls.source.document import Document

HEAD = "import keras\nfrom keras import layers\n"
BLOCK = "def block(x):\n    x = layers.Dense(3, name='hidden')(x)\n    return layers.Dense(4)(x)\n"
USE = "a = keras.Input((2,))\nb = block(a)\nc = keras.Input((2,))\nbroken = keras.Model(c, b)\n"


class Typing:
    """A file that is looked at again after every edit, each time compared with a first look."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "model.py")
        self.environment = read_environment(None, [str(folder)], "3.15.1")
        self.memo = Memo()

    def look(self, text: str) -> int:
        """How many units had to be run."""
        before = self.memo.units[self.path].run if self.path in self.memo.units else 0
        again, first = self.analysed(text, self.memo), self.analysed(text, Memo())
        assert again.findings == first.findings
        assert again.models == first.models
        return self.memo.units[self.path].run - before

    def calls(self) -> dict[str, list[Call]]:
        """What every call of a function did in the last look, by the function's name."""
        found: dict[str, list[Call]] = {}
        levels = [unit.calls for unit in self.memo.units[self.path].units.values()]
        while levels:
            for (name, _), call in levels.pop().items():
                found.setdefault(name, []).append(call)
                levels.append(call.calls)
        return found

    def shapes(self, text: str) -> list[list[object]]:
        """The shapes of the layers of every model."""
        return [[layer.shape for layer in model.layers] for model in self.analysed(text, self.memo).models]

    def analysed(self, text: str, memo: Memo) -> Analysis:
        """The analysis of a text."""
        return analyse(Snapshot(self.path, Document(text)), self.environment, Settings(), memo)


def test_a_comment_in_a_function_runs_nothing(tmp_path: Path) -> None:
    typing = Typing(tmp_path)
    assert typing.look(HEAD + BLOCK + USE) > 0
    for comment in ("# a", "# an", "# any"):
        assert typing.look(HEAD + BLOCK.replace("    return", f"    {comment}\n    return") + USE) == 0
    assert typing.look(HEAD + "# one\n" + BLOCK + "\n\n# two\n" + USE) == 0


def test_a_layer_in_a_function_runs_what_calls_it(tmp_path: Path) -> None:
    typing = Typing(tmp_path)
    typing.look(HEAD + BLOCK + USE)
    assert typing.look(HEAD + BLOCK.replace("    return", "    x = layers.ReLU()(x)\n    return") + USE) > 0


def test_an_edit_above_runs_nothing_below(tmp_path: Path) -> None:
    typing = Typing(tmp_path)
    typing.look(HEAD + BLOCK + USE)
    assert typing.look(HEAD + "unrelated = 1\n" + BLOCK + USE) == 1


def test_an_edit_in_a_function_replays_what_it_calls(tmp_path: Path) -> None:
    build = (
        "def build(n):\n    aside = layers.Dense(3)\n    i = keras.Input((n,))\n    return keras.Model(i, block(i))\n"
    )
    typing = Typing(tmp_path)
    text = HEAD + BLOCK + build + "m = build(5)\n"
    typing.look(text)
    before = typing.calls()
    typing.look(text.replace("Dense(3)\n    i", "Dense(30)\n    i"))
    assert typing.calls()["build"][0] is not before["build"][0]
    assert typing.calls()["block"][0] is before["block"][0]
    typing.look(text.replace("Input((n,))", "Input((n + 1,))"))
    assert typing.calls()["block"][0] is not before["block"][0]


def test_an_edit_in_a_function_replays_its_other_statements(tmp_path: Path) -> None:
    text = HEAD + BLOCK.replace("    return", "    aside = layers.Dense(3)\n    return") + USE
    typing = Typing(tmp_path)
    found = []
    for size in ("3", "31", "32"):
        typing.look(text.replace("aside = layers.Dense(3", f"aside = layers.Dense({size}"))
        found.append(typing.calls()["block"][0].statements)
    assert found[0] is None
    before, after = ({str(key): statement for key, statement in some.items()} for some in found[1:] if some)
    assert [after[key] is before.get(key) for key in after] == [True, False]


LONG = """def block(x):
    x = layers.Dense({first}, name='first')(x)
    x = layers.ReLU()(x)
    if x.shape[-1] > 4:
        x = layers.Dense(4, name='shorter')(x)
    x = layers.Dropout(0.1)(x)
    return layers.Dense({last}, name='last')(x)
"""


def test_statements_that_are_replayed_in_a_row_are_one(tmp_path: Path) -> None:
    typing = Typing(tmp_path)
    rows: list[object] = []
    for last in (5, 6, 7, 8):
        typing.look(HEAD + LONG.format(first=3, last=last) + USE)
        found = typing.calls()["block"][0].statements or {}
        rows = [len(statement.places) for statement in found.values() if len(statement.places) > 1]
    assert rows == [4]
    typing.look(HEAD + LONG.format(first=9, last=8) + USE)  # which makes the branch another
    shapes = typing.shapes(HEAD + LONG.format(first=9, last=8) + USE)
    assert (None, 4) in shapes[0]


def test_statements_of_a_generator_are_not_replayed(tmp_path: Path) -> None:
    """What takes its values runs in between, so that a row would have what that did in it."""
    typing = Typing(tmp_path)
    text = "def widths():\n    a = {}\n    yield a\n    b = a + 1\n    yield b\n\n\n"
    text += "x = keras.Input((2,))\ny = x\nfor width in widths():\n    y = layers.Dense(width)(y)\nmodel = keras.Model(x, y)\n"
    for first in (3, 4, 5, 4):
        typing.look(HEAD + text.format(first))
    assert typing.shapes(HEAD + text.format(4)) == [[(None, 2), (None, 4), (None, 5)]]


def test_a_call_is_replayed_only_with_what_it_read(tmp_path: Path) -> None:
    """A global, a captured variable, an attribute, what a list holds, the text of what it calls."""
    text = (
        HEAD + "size = 2\nsizes = []\n"
        "class Net:\n    def __init__(self, n):\n        self.n = n\n    def dense(self, x):\n"
        "        return layers.Dense(self.n + size + len(sizes))(x)\n"
        "def build(a):\n    b = 1\n    def inner(x):\n        return layers.Dense(b)(Net(3).dense(x))\n"
        "    sizes.append(4)\n    x = keras.Input((a,))\n    return keras.Model(x, inner(x))\n"
        "one = build(1)\ntwo = build(2)\n"
    )
    typing = Typing(tmp_path)
    for old, new in (
        ("size = 2", "size = 3"),
        ("sizes = []", "sizes = [0]"),
        ("    b = 1", "    b = 2"),
        ("Net(3)", "Net(4)"),
        ("    sizes.append(4)\n", ""),
        ("(self.n + ", "(self.n * 2 + "),
        ("    return keras.Model(x, inner(x))", "    return keras.Model(x, inner(inner(x)))"),
    ):
        typing.look(text)
        before = typing.shapes(text)
        typing.look(text.replace(old, new))
        assert typing.shapes(text.replace(old, new)) != before, new


def test_what_is_imported_stays_known(tmp_path: Path) -> None:
    """The import itself is only replayed, and what it brought is there all the same."""
    (tmp_path / "parts.py").write_text(HEAD + BLOCK)
    use = "import keras\nfrom parts import block\n" + USE
    typing = Typing(tmp_path)
    typing.look(use)
    assert typing.look(use + "z = 1\n") == 1
    (tmp_path / "parts.py").write_text(HEAD + BLOCK.replace("return", "x = x + 1\n    return"))
    assert typing.look(use) > 0


def test_a_value_that_only_looks_the_same_is_another(tmp_path: Path) -> None:
    """(1, 2) == (True, 2), and dicts are equal in any order; the names that are made of them differ."""
    layer = "i = keras.Input((2,))\nm = keras.Model(i, keras.layers.Dense(2, name=f'{a[0]}{list(b)[0]}')(i))\n"
    typing = Typing(tmp_path)
    names = []
    for a, b in (("(1, 2)", "{'x': 1, 'y': 2}"), ("(True, 2)", "{'x': 1, 'y': 2}"), ("(True, 2)", "{'y': 2, 'x': 1}")):
        text = f"import keras\na = {a}\nb = {b}\n{layer}"
        typing.look(text)
        names.append(typing.analysed(text, typing.memo).models[0].layers[1].name)
    assert names == ["1x", "Truex", "Truey"]
