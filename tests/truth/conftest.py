"""The interpreters of the four eras, and where the shared bug reports are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

INTERPRETERS = {
    "2.15.0": (ROOT / ".venv/bin/python", ["--tf-keras"]),
    "3.7.0": (ROOT / ".eras/keras-3.7.0/bin/python", []),
    "3.12.0": (ROOT / ".eras/keras-3.12.0/bin/python", []),
    "3.15.1": (ROOT / ".venv/bin/python", []),
}
"""By the version that the static side is told: the Keras 2 of tf_keras goes by 2.15.0."""


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
