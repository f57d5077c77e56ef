"""What Python code means, read statically: values, scopes, calls, control flow and imports. Knows nothing of Keras."""

from kls.program import (  # noqa: F401 - they register their handlers and functions
    comprehensions,
    constructors,
    exceptions,
    expressions,
    iterables,
    itertools,
    loops,
    managers,
    matching,
    reflection,
    standard,
    statements,
)
