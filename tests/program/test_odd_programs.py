"""Programs that no one would write, and that an editor may hold all the same: none makes the analysis fail."""

from __future__ import annotations

import pytest

from kls.analysis import Memo, Snapshot, analyse
from kls.environment import read_environment
from kls.settings import Settings
from kls.source.document import Document

HEAD = "import copy\nimport keras\nimport numpy as np\n"
ODD = {
    "a list that lies in itself": "a = []\na.append(a)\nkeras.Model(a, a)\nkeras.layers.Dense(3)(a)\ncopy.deepcopy(a)\n",
    "a dict that lies in itself": "a = {}\na['a'] = a\nkeras.Model(a, a)\nkeras.layers.Dense(3)(a)\n",
    "a list that lies in itself twice": "a = []\na += [a, a]\nkeras.Model(a, a)\n",
    "a list of two that are the same, many times over": "a = [1]\nfor i in range(60):\n    a = [a, a]\nkeras.Model(a, a)\n",
    "ranges that no sequence has the length of": "np.arange(10**30)\nlen(range(10**30))\n",
    "a count that goes on under a condition": (
        "import itertools\ndef f(flag):\n    c = itertools.count()\n    if flag:\n        next(c)\n    next(c)\n    next(c)\n"
    ),
    "half a surrogate pair": "x = keras.Input((3,), name='\\ud800')\nkeras.Model(x, x).get_layer('\\ud801')\n",
    "a call in a call in a call": "def f(v): return v\nx = " + "f(" * 90 + "keras.Input((3,))" + ")" * 90 + "\n",
}


@pytest.mark.parametrize("program", [pytest.param(code, id=name) for name, code in ODD.items()])
def test_it_is_read(program: str) -> None:
    environment = read_environment(None, [], "3.15.1", {})
    analysis = analyse(Snapshot("program.py", Document(HEAD + program)), environment, Settings(), Memo())
    assert analysis.finished
    _ = analysis.models
