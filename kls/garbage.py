"""How often Python looks for cycles of objects that nothing else holds."""

from __future__ import annotations

import gc

# A full collection walks every syntax tree that is kept (0.1 s and more), so it is made rare. What an analysis leaves behind
# is mostly freed by counting references; the store's values hold no cycles.
_THRESHOLDS = (50_000, 20, 100)


def collect_rarely() -> None:
    """For a process that analyses: what it has loaded so far is never looked at again, and full collections are rare."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
