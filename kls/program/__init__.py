"""What Python code means, read statically: values, scopes, calls, control flow and imports. Knows nothing of Keras."""

from kls.program import expressions, iterables, matching, statements  # noqa: F401 - they register their handlers
