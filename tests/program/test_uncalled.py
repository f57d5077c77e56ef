"""Functions that nobody calls are read too, wherever they are defined: a fault in them is found."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from kls.analysis import Memo, Snapshot, analyse
from kls.environment import read_environment
from kls.settings import Settings
from kls.source.document import Document

FAULT = "a, b = keras.Input((2,)), keras.Input((2,))\nm = keras.Model(a, keras.layers.Dense(2)(b))"

UNCALLED = {
    "a function": "def build(parameter):\n{}",
    "an asynchronous function": "async def build(parameter):\n{}",
    "a function in a function that nobody calls": "def outer():\n    def inner(x):\n    {}\n    return inner",
    "a function in a function that is called": "def outer():\n    def inner(x):\n    {}\n    return inner\nf = outer()",
    "a function in a function that fails": "def outer():\n    def inner(x):\n    {}\n    raise ValueError",
    "an asynchronous function in one": "async def outer():\n    async def inner(x):\n    {}\n    return inner",
    "a method": "class A:\n    def build(self):\n    {}",
    "an asynchronous method": "class A:\n    async def build(self):\n    {}",
    "a static method": "class A:\n    @staticmethod\n    def build(x):\n    {}",
    "a class method": "class A:\n    @classmethod\n    def build(cls):\n    {}",
    "a property": "class A:\n    @property\n    def model(self):\n    {}",
    "a function in a method": "class A:\n    def build(self):\n        def inner():\n        {}\n        return inner",
    "what a decorator wraps": "def twice(f):\n    def both(*a):\n        return f(*a)\n    return both\n@twice\ndef build():\n{}",
}


@pytest.mark.parametrize("name", UNCALLED)
def test_its_fault_is_found(tmp_path: Path, name: str) -> None:
    before, _, after = UNCALLED[name].partition("{}")
    depth = len(before) - len(before.rstrip(" "))
    text = f"import keras\n{before.rstrip(' ')}{textwrap.indent(FAULT, ' ' * (depth + 4))}{after}\n"
    memo, environment = Memo(), read_environment(None, [str(tmp_path)], "3.15.1")
    for _ in range(2):  # the second time all is replayed
        found = analyse(Snapshot(str(tmp_path / "m.py"), Document(text)), environment, Settings(), memo).findings
        assert [finding.rule for finding in found] == ["KLS111"]
    assert memo.units[str(tmp_path / "m.py")].replayed
