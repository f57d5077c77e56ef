"""Random edits as people make them, and a file that is analysed after each: with what was remembered, and from nothing."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from kls.analysis import Analysis, Memo, Snapshot, analyse
from kls.environment import Environment
from kls.settings import Settings
from kls.source.document import Change, Document
from kls.source.position import Range

ROOT = Path(__file__).parents[2]
SNIPPETS = (
    "\n", " ", "    ", "(", ")", "x", ".", ",", "=", '"', "'", '"""', "#", "[", "]", ":", "0", "\\\n", "# kls: ignore\n",
    "x = layers.Dense(3)(x)\n", "    x = layers.ReLU()(x)\n", "if x:\n    ", "def f(x):\n    return x\n", "import keras\n",
    "m = keras.Model(x, x)\n", "global x\n", "for i in range(3):\n    ", "lambda: ", "*", "return ", "del x\n", "é", "𝄞", "\t",
)  # fmt: skip
STATEMENTS = (
    "_p = layers.Dense(3)(x)", "x = layers.Dense(4)(x)", "x = layers.ReLU()(x)", "_p = 3", "x = x", "global x", "return x",
    "pass", "_q = [x]", "_q.append(x)", "x = [x, x]", "raise ValueError", "x = None", "print(x)", "del x", "import keras",
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z_]\w*")
_NUMBER = re.compile(r"\b\d+\b")


class Edit(NamedTuple):
    """One edit: what kind, and three numbers that say where and with what, whatever the text is."""

    kind: int
    a: int
    b: int
    c: int


def _insert(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    at = edit.a % (len(text) + 1)
    return at, at, SNIPPETS[edit.b % len(SNIPPETS)]


def _insert_line(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    at, _ = _line(text, edit.a)
    indent = re.match(r"[ \t]*", text[at:])
    return at, at, (indent.group() if indent else "") + SNIPPETS[edit.b % len(SNIPPETS)].strip() + "\n"


def _delete(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    at = edit.a % (len(text) + 1)
    return at, min(len(text), at + 1 + edit.b % 12), ""


def _delete_line(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    return *_line(text, edit.a), ""


def _paste_half(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    start, end = _line(text, edit.a)
    line = text[start:end]
    half = line[: edit.c % (len(line) + 1)] if edit.c % 2 else line[edit.c % (len(line) + 1) :]
    at = _line(text, edit.b)[0] if edit.c % 3 else edit.b % (len(text) + 1)
    return at, at, half


def _rename(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    return _swap(_NAME, text, edit, lambda: "x")


def _renumber(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    return _swap(_NUMBER, text, edit, lambda: str(edit.c % 7))


def _move_lines(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    lines = text.splitlines(keepends=True) or [""]
    first = edit.a % len(lines)
    block = lines[first : first + 1 + edit.c % 4]
    rest = lines[:first] + lines[first + len(block) :]
    at = edit.b % (len(rest) + 1)
    return 0, len(text), "".join([*rest[:at], *block, *rest[at:]])


def _double(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    start, end = _line(text, edit.a)
    return end, end, text[start:end]


def _comment(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    start, end = _line(text, edit.a)
    found = re.match(r"[ \t]*(# )?", text[start:end])
    assert found is not None
    if found.group(1):
        return start + found.start(1), start + found.end(1), ""
    return start + found.end(), start + found.end(), "# "


def _undo(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    return 0, len(text), before[-1 - edit.a % min(len(before), 6)]


def _in_function(text: str, edit: Edit, before: list[str]) -> tuple[int, int, str]:
    """A line into a block of others, or another number into one."""
    lines = text.splitlines(keepends=True)
    inside = [number for number, line in enumerate(lines) if line[:1] in " \t" and line.strip()]
    if not inside:
        return _renumber(text, edit, before)
    number = inside[edit.a % len(inside)]
    start, end = _line(text, number)
    indent = re.match(r"[ \t]*", lines[number])
    assert indent is not None
    if edit.c % 2:
        return start, end, _NUMBER.sub(str(edit.b % 9), lines[number])
    return start, start, indent.group() + STATEMENTS[edit.b % len(STATEMENTS)] + "\n"


KINDS: tuple[Callable[[str, Edit, list[str]], tuple[int, int, str]], ...] = (
    _insert, _insert_line, _delete, _delete_line, _paste_half, _rename, _renumber, _move_lines, _double, _comment, _undo,
    _in_function, _in_function, _in_function,
)  # fmt: skip


def _line(text: str, number: int) -> tuple[int, int]:
    """Where one of the lines starts, and where the next one does."""
    lines = text.splitlines(keepends=True) or [""]
    index = number % len(lines)
    start = sum(map(len, lines[:index]))
    return start, start + len(lines[index])


def _swap(pattern: re.Pattern[str], text: str, edit: Edit, other: Callable[[], str]) -> tuple[int, int, str]:
    """Another word of the text, or `other`, in place of one that the pattern finds."""
    found = list(pattern.finditer(text))
    if not found:
        return len(text), len(text), other()
    old = found[edit.a % len(found)]
    return old.start(), old.end(), found[edit.b % len(found)].group() if edit.c % 3 else other()


class Typing:
    """A file that is edited, and analysed again after every edit."""

    def __init__(self, path: str, text: str, environment: Environment) -> None:
        self.path = path
        self.environment = environment
        self.document = Document(text)
        self.memo = Memo()
        self.before = [text]

    def edit(self, edit: Edit) -> None:
        """Change the text as an editor would, by a range."""
        text = self.document.text
        start, end, new = KINDS[edit.kind % len(KINDS)](text, edit, self.before)
        place = Range(self.document.position(start), self.document.position(end))
        self.document = self.document.edit([Change(place, new)], "utf-32")
        self.before = [*self.before[-20:], text]

    def again(self) -> Analysis:
        """The analysis with all that was remembered."""
        return self._analysed(self.memo)

    def from_nothing(self) -> Analysis:
        """The analysis of the same text with nothing remembered."""
        return self._analysed(Memo())

    def differences(self) -> list[str]:
        """In what the two differ, in words; empty if they are the same."""
        return list(differences(self.again(), self.from_nothing()))

    def _analysed(self, memo: Memo) -> Analysis:
        return analyse(Snapshot(self.path, self.document), self.environment, Settings(), memo)


def differences(again: Analysis, first: Analysis) -> Iterator[str]:
    """Everything in which an analysis is another than the one from nothing."""
    for name in [field.name for field in fields(Analysis) if not field.name.startswith("_")] + ["models"]:
        mine, other = getattr(again, name), getattr(first, name)
        if name == "documents":
            mine, other = ({path: document.text for path, document in one.items()} for one in (mine, other))
        if name == "imports":
            mine, other = sorted(mine.items()), sorted(other.items())
        if repr(mine) != repr(other):
            yield f"{name}: {mine!r}\n  from nothing: {other!r}"


def pages() -> dict[str, str]:
    """The code blocks of the rules' pages, by a name."""
    found = {}
    for page in sorted((ROOT / "kls" / "rules").glob("*.md")):
        blocks = re.findall(r"^```python[^\n]*\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
        found.update({f"{page.stem}-{number}": block for number, block in enumerate(blocks)})
    return found


def applications() -> dict[str, str]:
    """The model builders of the installed Keras, by file."""
    keras = importlib.util.find_spec("keras")
    assert keras is not None and keras.origin
    folder = Path(keras.origin).parent / "src" / "applications"
    files = [
        file for file in sorted(folder.glob("*.py")) if not file.stem.endswith("_test") and "init" not in file.stem
    ]
    return {file.stem: file.read_text(encoding="utf-8") for file in files}
