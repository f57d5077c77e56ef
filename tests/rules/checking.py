"""Checking small programs, and reading the code blocks of the rules' pages, which are examples and tests at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kls.analysis import Analysis, Memo, Snapshot, analyse
from kls.environment import Environment, read_environment
from kls.settings import Settings
from kls.source.document import Document

VERSIONS = ("2.15.0", "3.7.0", "3.12.0", "3.15.1")
"""One version of each era."""

_BLOCK = re.compile(r"^```python(?P<words>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"(?P<severity>error|warning|information|hint): \[(?P<rule>KLS\d{3})\]")
_COMMENT = re.compile(r"[ \t]*# (?:error|warning|information|hint): \[.*$", re.MULTILINE)


class Mark(NamedTuple):
    """A finding that a comment promises: its line, counted from 0."""

    line: int
    severity: str
    rule: str


class Example(NamedTuple):
    """A code block: what is behind the word `python` says where it counts and what it is."""

    code: str
    words: tuple[str, ...]

    @property
    def marks(self) -> list[Mark]:
        """The findings that it is to have."""
        lines = enumerate(self.code.splitlines())
        return sorted(Mark(i, m["severity"], m["rule"]) for i, line in lines for m in _MARK.finditer(line))

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that it counts for: `keras=3` all of Keras 3, `keras=2,3.7.0` those, without it all."""
        wanted = next((word.removeprefix("keras=") for word in self.words if word.startswith("keras=")), "2,3")
        return tuple(v for v in VERSIONS if any(v == w or v.startswith(w + ".") for w in wanted.split(",")))

    @property
    def is_fixed(self) -> bool:
        """Whether it is what the fixes make of the example before it."""
        return "fix" in self.words

    @property
    def bare(self) -> str:
        """The code without its marks."""
        return _COMMENT.sub("", self.code)


def examples(page: str) -> list[Example]:
    """The Python blocks of a page."""
    return [Example(m["code"], tuple(m["words"].split())) for m in _BLOCK.finditer(page)]


@cache
def environment(version: str) -> Environment:
    """An environment with just that version of Keras, wherever the tests run."""
    return read_environment(None, [], version, {})


def check(code: str, version: str) -> Analysis:
    """The analysis of a small program."""
    path = str(Path("program.py").absolute())
    return analyse(Snapshot(path, Document(code)), environment(version), Settings(), Memo())


def found(analysis: Analysis) -> list[Mark]:
    """The findings of an analysis, as a page marks them."""
    return sorted(Mark(f.place.range.start.line, f.severity.value, f.rule) for f in analysis.findings)


def loud(analysis: Analysis) -> list[str]:
    """The warnings and errors of an analysis, to be read in a failing test."""
    return [f"{f.rule}: {f.message}" for f in analysis.findings if f.severity.value in ("warning", "error")]


def in_every_version(example: Example) -> Iterator[tuple[str, Analysis]]:
    """The analysis of an example for each version that it counts for."""
    for version in example.versions:
        yield version, check(example.code, version)
