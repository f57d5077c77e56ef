"""The interpreters of the four eras of Keras."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

INTERPRETERS = {
    "2.15.0": (ROOT / ".venv/bin/python", ["--tf-keras"]),
    "3.7.0": (ROOT / ".eras/keras-3.7.0/bin/python", []),
    "3.12.0": (ROOT / ".eras/keras-3.12.0/bin/python", []),
    "3.15.1": (ROOT / ".venv/bin/python", []),
}
"""By the version that the static side is told: the Keras 2 of tf_keras goes by 2.15.0."""
