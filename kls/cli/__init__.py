"""kls for terminals and for CI: the same analysis, one module a command and one a format."""

from __future__ import annotations


def main() -> None:
    """The `kls` command. Exits 0, 1 (findings) or 2 (could not run)."""
    from kls.cli.app import run

    run()
