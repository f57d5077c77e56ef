"""Where the comment goes that silences a rule on a line."""

from __future__ import annotations

import io
import tokenize

from kls.ignores import CODE as UNUSED
from kls.rules.finding import Edit, Finding
from kls.source.comments import read_comments
from kls.source.document import Document
from kls.source.position import Location, Position, Range


def ignore_edit(document: Document, finding: Finding[Location]) -> Edit[Location] | None:
    """The edit that adds `# kls: ignore[RULE]` to the finding's first line, or RULE to the comment that speaks for it.

    None where no comment can be: the line goes on behind a backslash or inside a string. The comment that is useless
    has an answer of its own.
    """
    if finding.rule == UNUSED:
        return None
    row = finding.place.range.start.line
    line = document.lines[row]
    for ignore in read_comments(document).ignores:
        if ignore.line == row and ignore.rules and not ignore.whole_file:
            end = ignore.rules[-1].range.end
            return Edit(Location(finding.place.path, Range(end, end)), f", {finding.rule}")
    if not _ends_in_code(document, row):
        return None
    end = Position(row, len(line.rstrip()))
    whole = Range(end, Position(row, len(line)))
    return Edit(Location(finding.place.path, whole), f"  # kls: ignore[{finding.rule}]")


def _ends_in_code(document: Document, row: int) -> bool:
    """Whether a comment at the end of line `row` would be one: asked of the tokenizer, from the piece's start on."""
    piece = next((p for p in reversed(document.pieces) if p.line <= row), None)
    if piece is None or document.lines[row].rstrip().endswith("\\"):
        return False
    lines = piece.text.split("\n")
    wanted = row - piece.line
    if wanted >= len(lines):
        return False
    lines[wanted] = lines[wanted].rstrip() + "  # kls:"
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
            if token.start[0] - 1 == wanted and token.type == tokenize.COMMENT:
                return token.string.endswith("# kls:")
            if token.start[0] - 1 > wanted:
                return False
    except (tokenize.TokenError, SyntaxError):
        pass
    return False
