"""An empty disk for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_disk import Disk


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    """An empty disk."""
    return Disk(tmp_path)
