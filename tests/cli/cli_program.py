"""What the tests of the command line share: a program with a fault, the same without, and what a command did."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common import LEAK

FIXED = LEAK.replace("trainable.input", "ids")


@dataclass(frozen=True)
class Done:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Kls = Callable[..., Done]
