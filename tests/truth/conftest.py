"""Each era in turn."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from interpreters import INTERPRETERS


@pytest.fixture(params=list(INTERPRETERS))
def era(request: pytest.FixtureRequest) -> str:
    """Each era in turn; one whose interpreter is missing is skipped, and a failure in CI."""
    version: str = request.param
    if not INTERPRETERS[version][0].exists():
        message = f"there is no Keras {version} in .eras/: run `make eras`"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return version
