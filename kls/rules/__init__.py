"""The rules. Each is one module with a RULE, and beside it one Markdown page: its documentation, hover and tests."""

from kls.rules.registry import Rule, rules

__all__ = ["Rule", "rules"]
