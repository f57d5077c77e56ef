"""The generated parts of README.md: `tables.py` prints them, `tables.py --write` puts them in their places."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from kls.pages import pages

README = Path(__file__).resolve().parents[2] / "README.md"


def rules_table() -> str:
    """Every rule, with a link to its page and the first sentence of it."""
    rows = [
        f"| [{page.code}](kls/rules/{page.url.rpartition('/')[2]}) | {page.name} | {page.summary} |" for page in pages()
    ]
    return "\n".join(["| code | name | what it finds |", "|---|---|---|", *rows])


def with_tables(text: str) -> str:
    """The README with its generated parts made anew."""
    pattern = re.compile(r"(<!-- rules: [^>]*-->\n).*?(<!-- end of rules -->)", re.DOTALL)
    return pattern.sub(lambda match: f"{match[1]}{rules_table()}\n{match[2]}", text)


if __name__ == "__main__":
    if "--write" in sys.argv:
        README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(rules_table())
