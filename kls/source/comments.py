"""Comments that speak to kls: `# kls: ignore[KLS101]`, `# kls: ignore-file[...]`, `# kls: run build((224, 224, 3))`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kls.source.document import Document
from kls.source.lexical import TOKEN, end_of_triple
from kls.source.position import Position, Range

_DIRECTIVE = re.compile(
    r"#[ \t]*kls:[ \t]*(?:"
    r"ignore(?P<file>-file)?[ \t]*(?:\[(?P<rules>[^\]\n]*)\]|(?=[ \t]*(?:#|$|[:;(])|[ \t]-))"
    r"|run[ \t]+(?P<call>[^\n#][^\n]*))"
)
_RULE = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class RuleMention:
    """One rule in the brackets of an ignore, by its code or name. `range` is the word alone."""

    rule: str
    range: Range


@dataclass(frozen=True)
class Ignore:
    """`# kls: ignore`: no findings of `rules` (of none named: of any rule) on the comment's line, or in the whole file.

    `range` is the directive without what else the comment says, `line` the first line of text that it speaks for:
    its own, or the next with code when the comment has a line to itself.
    """

    rules: tuple[RuleMention, ...]
    whole_file: bool
    range: Range
    line: int
    removal: Range
    """What to delete to be rid of it: with the blanks before it, or with its whole line where nothing else is on it."""

    def covers(self, code: str, name: str) -> bool:
        """Whether a rule with this code and name is meant."""
        return not self.rules or any(mention.rule in (code, name) for mention in self.rules)


@dataclass(frozen=True)
class Run:
    """`# kls: run build((224, 224, 3))`: how confirm is to call the function below. `call` is the text after `run`."""

    call: str
    range: Range
    line: int
    """The next line with code, where the function is meant to start."""


@dataclass(frozen=True)
class Comments:
    """All that a document's comments say to kls, in order."""

    ignores: tuple[Ignore, ...] = ()
    runs: tuple[Run, ...] = ()


def read_comments(document: Document) -> Comments:
    """The directives in a document's comments. Text in strings is none; broken text is read as far as it makes sense.

    On broken text strings and brackets are told apart piece by piece, so an unclosed string hides no more than its piece.
    """
    if "kls:" not in document.text:
        return Comments()
    ignores: list[Ignore] = []
    runs: list[Run] = []
    for row, column, comment in _comments(document):
        for match in _DIRECTIVE.finditer(comment):
            place = _range(row, column + match.start(), column + len(match.group().rstrip()) + match.start())
            if match["call"] is not None:
                runs.append(Run(match["call"].strip(), place, _next_code(document, row)))
            else:
                ignores.append(_ignore(document, row, column, comment, match, place))
    return Comments(tuple(ignores), tuple(runs))


def _comments(document: Document) -> Iterator[tuple[int, int, str]]:
    """(line, column, text) of each comment that may hold a directive."""
    shift = document.text.startswith("\ufeff")
    for piece in document.pieces:
        if "kls:" not in piece.text:
            continue
        text, position = piece.text, 0
        while match := TOKEN.search(text, position):
            token, position = match.group(), match.end()
            if token in ('"""', "'''"):
                position = end_of_triple(text, position, token) or position
            elif token.startswith("#") and "kls:" in token:
                row = text.count("\n", 0, match.start())
                column = match.start() - (text.rfind("\n", 0, match.start()) + 1)
                first = piece.line == 0 and row == 0
                yield piece.line + row, column + (1 if shift and first else 0), token


def _range(row: int, start: int, end: int) -> Range:
    return Range(Position(row, start), Position(row, end))


def _ignore(document: Document, row: int, column: int, comment: str, match: re.Match[str], place: Range) -> Ignore:
    rules = tuple(
        RuleMention(
            word.group(),
            _range(row, column + match.start("rules") + word.start(), column + match.start("rules") + word.end()),
        )
        for word in _RULE.finditer(match["rules"] or "")
    )
    line = document.lines[row]
    alone = not line[:column].strip()
    whole = not comment[: match.start()].strip() and not comment[match.end() :].strip()
    if alone and whole:
        removal = Range(Position(row, 0), document.clamp(Position(row + 1, 0)))
    else:
        before = line[: place.start.character]
        removal = _range(row, len(before.rstrip()), place.end.character)
    target = _next_code(document, row) if alone else row
    return Ignore(rules, match["file"] is not None, place, target, removal)


def _next_code(document: Document, row: int) -> int:
    """The first line after `row` with more than white space and a comment; `row` itself when there is none."""
    for at in range(row + 1, len(document.lines)):
        text = document.lines[at].strip()
        if text and not text.startswith("#"):
            return at
    return row
