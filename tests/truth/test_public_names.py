"""The table of public names says of every module what the installed Keras says, also of `tensorflow.keras`."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from interpreters import INTERPRETERS

from kls.graph.public import lacks
from kls.graph.public_names import LEGACY_NAMES, NAMES

MODULES = sorted({module for modules in NAMES.values() for module in modules})
ALL_NAMES = sorted(
    {
        name
        for table in (NAMES, LEGACY_NAMES)
        for modules in table.values()
        for names in modules.values()
        for name in names.split()
    }
)
ASK = """
import importlib, json, sys
modules, names = json.load(sys.stdin)
found = {}
for root in ("keras", "keras._tf_keras.keras"):
    for module in modules:
        real = importlib.import_module(f"{root}.{module}")
        found[f"{root}.{module}"] = [name for name in names if hasattr(real, name)]
print(json.dumps(found))
"""


@pytest.mark.keras
def test_names_are_there_or_not_as_the_table_says(era: str) -> None:
    if era == "2.15.0":
        pytest.skip("Keras 2 is not in the table")
    python, _ = INTERPRETERS[era]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    text = json.dumps([MODULES, ALL_NAMES])
    output = subprocess.run(
        [python, "-c", ASK], input=text, capture_output=True, text=True, check=True, env=environment
    )
    for key, real in json.loads(output.stdout.splitlines()[-1]).items():
        claimed = {name for name in ALL_NAMES if not lacks(key, name, era)}
        assert set(real) <= claimed, key
        if not key.startswith("keras._tf_keras"):
            assert set(real) == claimed, key
