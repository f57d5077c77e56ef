"""A program that does not parse, without the lines that are in the way: so that the rest of it can be built."""

from __future__ import annotations

import ast

from kls.confirm.statements import parsed
from kls.source.document import Document

MOST_LINES = 20


def mended(text: str) -> tuple[str, tuple[int, ...]]:
    """(the text with lines that do not parse blank, their numbers, 1-based). Line ends become \\n, a BOM goes away.

    A text of which nothing is left is given back as it is: Keras's own interpreter says what is wrong with it.
    """
    document = Document(text.removeprefix("\ufeff"))
    plain = "\n".join(document.lines)
    if parsed(plain) is not None:
        return plain, ()
    parts, gone = list[str](), list[int]()
    for piece in document.pieces:
        kept, lost = (piece.text, []) if not piece.errors else without_errors(piece.text)
        parts.append(kept)
        gone += [piece.line + line for line in lost]
    result = "".join(parts)
    return (result, tuple(gone)) if result.strip() and parsed(result) is not None else (plain, ())


def without_errors(text: str) -> tuple[str, list[int]]:
    """(a piece with the lines blank that the parser names, their numbers, 1-based); all of it where that does not help."""
    lines, lost = text.split("\n"), list[int]()
    for _ in range(MOST_LINES):
        try:
            ast.parse("\n".join(lines))
            return "\n".join(lines), lost
        except SyntaxError as error:
            at = error.lineno or 0
            if not 0 < at <= len(lines) or not lines[at - 1].strip():
                break
            lines[at - 1] = ""
            lost.append(at)
        except (ValueError, RecursionError, MemoryError):
            break
    return "\n" * text.count("\n"), [n for n, line in enumerate(text.split("\n"), 1) if line.strip()]
