"""Colours, where there is somebody to see them: a terminal, and no NO_COLOR (https://no-color.org)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TextIO

Paint = Callable[[str, str], str]
"""paint(style, text); style is a word of `_CODES`, or several with blanks between."""

_CODES = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36", "dim": "2", "bold": "1"}


def plain(_style: str, text: str) -> str:
    """`text` as it is."""
    return text


def coloured(style: str, text: str) -> str:
    """`text` between ANSI escapes."""
    codes = ";".join(_CODES[word] for word in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m" if text else text


def painter(stream: TextIO | None = None) -> Paint:
    """Colours if `stream` (standard output) is a terminal, or FORCE_COLOR is set; plain text otherwise."""
    stream = stream or sys.stdout
    if os.environ.get("NO_COLOR"):
        return plain
    if os.environ.get("FORCE_COLOR"):
        return coloured
    return coloured if stream.isatty() and os.environ.get("TERM") != "dumb" else plain
