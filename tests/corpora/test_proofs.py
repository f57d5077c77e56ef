"""What true_findings.toml says of packages is so: real Keras refuses each proof."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import tomllib

HERE = Path(__file__).parent
FINDINGS = tomllib.loads((HERE / "true_findings.toml").read_text(encoding="utf-8"))["finding"]


@pytest.mark.keras
@pytest.mark.parametrize("proof", sorted({finding["proof"] for finding in FINDINGS}))
def test_real_keras_refuses_it(proof: str) -> None:
    done = subprocess.run([sys.executable, HERE / "proofs" / proof], capture_output=True, text=True)
    assert done.returncode == 1
    assert re.search(r"^(AttributeError|ImportError|ModuleNotFoundError|ValueError): ", done.stderr, re.M), done.stderr
