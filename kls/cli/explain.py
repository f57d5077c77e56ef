"""`kls explain` and `kls rules`: the pages of the rules, on the terminal."""

from __future__ import annotations

import sys

from kls.cli.colours import painter
from kls.pages import find_page, pages


def explain_rule(rule: str) -> int:
    """Print a rule's page: rendered on a terminal, as Markdown elsewhere."""
    page = find_page(rule)
    if page is None:
        known = ", ".join(page.code for page in pages())
        print(f"kls: there is no rule {rule!r}; there are {known}", file=sys.stderr)
        return 2
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(page.text))
    else:
        print(page.text.rstrip())
    return 0


def list_rules() -> int:
    """Print code, name and summary of every rule."""
    paint = painter()
    width = max(len(page.name) for page in pages())
    for page in pages():
        print(f"{paint('bold', page.code)}  {page.name:<{width}}  {page.summary}")
    return 0
