"""The rules' Markdown pages: each is the documentation, the hover, `kls explain` and what a diagnostic links to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from kls.rules import rules

REPOSITORY = "https://github.com/kls-dev/kls"
"""Where this project is at home: the one place that names it."""


@dataclass(frozen=True)
class Page:
    """What is to be read about one rule. `summary` is one sentence, `text` is Markdown."""

    code: str
    name: str
    summary: str
    text: str
    url: str


@cache
def pages() -> tuple[Page, ...]:
    """All rules' pages, in order of their codes."""
    folder = resources.files("kls.rules")
    found = []
    for rule in rules().values():
        page = folder.joinpath(f"{rule.module}.md")
        text = page.read_text(encoding="utf-8") if page.is_file() else f"# {rule.code} {rule.name}\n\n{rule.summary}\n"
        url = f"{REPOSITORY}/blob/main/kls/rules/{rule.module}.md"
        found.append(Page(rule.code, rule.name, rule.summary, text, url))
    return tuple(found)


@cache
def find_page(rule: str) -> Page | None:
    """The page of a rule by its code, in any case, or its name."""
    return next((page for page in pages() if rule.upper() == page.code or rule.lower() == page.name), None)


def rule_url(rule: str) -> str:
    """Where to read about a rule."""
    page = find_page(rule)
    return page.url if page else REPOSITORY
