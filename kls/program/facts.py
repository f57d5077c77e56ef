"""What names of the standard library are worth, where they are constants."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping

from kls.program.values import Value

CONSTANTS_OF_MODULES: Mapping[str, Value] = {
    **{f"math.{name}": getattr(math, name) for name in ("pi", "e", "inf", "nan", "tau")},
    **{f"numpy.{name}": getattr(math, name) for name in ("pi", "e", "inf", "nan")},
    **{f"string.{name}": getattr(string, name) for name in dir(string) if isinstance(getattr(string, name), str)},
    "typing.TYPE_CHECKING": False,
    "numpy.newaxis": None,
}
"""By qualified name."""
