"""The rules' Markdown pages: each is the documentation, the hover, `kls explain` and what a diagnostic links to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

REPOSITORY = "https://github.com/kls-dev/kls"
"""Where this project is at home: the one place that names it."""

_HEADING = re.compile(r"# (?P<code>KLS\d{3}) (?P<name>[a-z0-9-]+)\s*$", re.M)
_SUMMARY = re.compile(r"^## What it does\s+(?P<text>.+?)\n\s*\n", re.M | re.S)


@dataclass(frozen=True)
class Page:
    """What is to be read about one rule. `summary` is one sentence of plain text, `text` is Markdown."""

    code: str
    name: str
    summary: str
    text: str
    url: str


@cache
def pages() -> tuple[Page, ...]:
    """All pages, in order of their codes: `kls101_cloned_input.md` begins with `# KLS101 cloned-input`."""
    found = []
    for file in resources.files("kls.rules").iterdir():
        if re.fullmatch(r"kls\d{3}_\w+\.md", file.name):
            text = file.read_text(encoding="utf-8")
            heading = _HEADING.match(text)
            if heading is None:
                raise ValueError(f"{file.name} has no heading with a code and a name")
            url = f"{REPOSITORY}/blob/main/kls/rules/{file.name}"
            found.append(Page(heading["code"], heading["name"], _summary(text), text, url))
    return tuple(sorted(found, key=lambda page: page.code))


@cache
def find_page(rule: str) -> Page | None:
    """The page of a rule by its code, in any case, or its name."""
    return next((page for page in pages() if rule.upper() == page.code or rule.lower() == page.name), None)


def naming_nothing(words: Iterable[str]) -> tuple[str, ...]:
    """Those of `words` that are neither a rule's name nor its code nor the beginning of one."""
    return tuple(w for w in words if not any(page.code.startswith(w) or page.name == w for page in pages()))


def rule_url(rule: str) -> str:
    """Where to read about a rule."""
    page = find_page(rule)
    return page.url if page else REPOSITORY


def _summary(text: str) -> str:
    """The first sentence of what the rule does, without its markup."""
    match = _SUMMARY.search(text)
    words = " ".join(match["text"].split()) if match else ""
    return re.split(r"(?<=[.!?])\s", words, maxsplit=1)[0].replace("`", "")
