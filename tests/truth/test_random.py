"""Random programs: the graph that kls reads is the graph that the real Keras builds, in every era."""

from __future__ import annotations

import os

import pytest
from compare import differences

PROGRAMS = int(os.environ.get("KLS_TRUTH_PROGRAMS", "16"))


@pytest.mark.keras
def test_the_static_graph_is_the_real_one(era: str) -> None:
    found = differences(era, range(PROGRAMS))
    print(f"Keras {era}: {PROGRAMS - len(found)} of {PROGRAMS} random programs have the same graph")
    assert not found
