"""Texts that ask for too much: the analysis ends soon, keeps little, and what stands around them is still understood."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from kls.analysis import Memo, Snapshot, analyse
from kls.environment import read_environment
from kls.settings import Settings
from kls.source.document import Document

SECONDS = 6
"""Of processor time, for texts that use up the step budget; about 2 on a machine that has nothing else to do."""

MEGABYTES = 300

BEFORE = "import keras\nfrom keras import layers\n"
AFTER = "\nimport keras\ni = keras.Input((2,))\nm = keras.Model(keras.Input((2,)), keras.layers.Dense(3)(i))\n"


def again(line: str, times: int = 64) -> str:
    """The line, over and over."""
    return (line + "\n") * times


CHEAP = {
    "a chain of calls": "x = y" + "()" * 2000,
    "a chain of calls of a known function": "def f(): return f\nx = f" + "()" * 2000,
    "a chain of attributes": "class A: pass\na = A()\na.x = a\nb = a" + ".x" * 1500,
    "a chain of items": "x = y" + "[0]" * 2000,
    "a chain of signs": "x = " + "-" * 2000 + "1",
    "a chain of elif": "if a0:\n x=0\n" + "".join(f"elif a{i}:\n x={i}\n" for i in range(1, 2500)),
    "functions in functions": "".join(" " * i + f"def f{i}():\n" for i in range(90)) + " " * 90 + "return 1",
    "a tuple that doubles": "x = (1,)\n" + again("x = x + x"),
    "a tuple in a tuple": "x = (1,)\n" + again("x = (x, x)") + "y = f'{x}'\nz = str(x)\nw = x == x\nq = {x: 1}",
    "a tuple of rows": "x = (1,)\n" + again("x = tuple(zip(x, x))"),
    "a deep tuple": "x = 1\n" + again("x = (x,)", 3000) + "y = x == x\nz = {x: 1}\nw = str(x)",
    "a list that doubles": "x = [1]\n" + again("x = x + x") + again("x.extend(x)") + again("x += x"),
    "a list in a list": "x = [1]\n" + again("x = [x, x]") + "m = keras.Model(x, x)\nz = str(x)",
    "copies of copies": "import copy\nx = [1]\n" + again("x = [x, copy.deepcopy(x)]"),
    "a list in itself": "x = []\nx.append(x)\nm = keras.Model(x, x)\nlayers.Dense(3)(x)\nlayers.Dense(x)\nunknown(x)\nf'{x}'",
    "a dict in itself": "x = {}\nx['a'] = x\nm = keras.Model(x, x)\nlayers.Dense(x)(keras.Input((3,)))\nunknown(x)",
    "lists in each other": "x = []\ny = [x]\nx.append(y)\nz = x == y\nkeras.Sequential(x)\nunknown(x)",
    "a text that doubles": "x = 'a'\n" + again("x = x + x") + again("x = f'{x}{x}'") + again("x = x.join([x, x])"),
    "a text that is filled in": "x = 'a'\n"
    + again("x = '{0}{0}'.format(x)")
    + "y = 'a'\n"
    + again("y = '%s%s' % (y, y)"),
    "a text that is replaced": "x = 'a' * 1000\n" + again("x = x.replace('a', x)"),
    "a number that squares": "x = 10\n" + again("x = x * x") + "y = str(x)\nz = f'{x}'\nw = int('1' * 10**6)",
    "large repetitions": 'x = "a" * 10**9\ny = (1,) * 10**9\nz = [1] * 10**9\nw = [1]\nw *= 10**9\nv = bytes(10**10)',
    "large ranges": "r = range(10**12)\nfor i in r:\n    x = i\ny = [*r]\nprint(*r)\nz = [i for i in r]\nw = 5.5 in r",
    "large ranges in functions": "r = range(10**12)\n"
    + "".join(f"{f}(r)\n" for f in "list tuple set sum max min sorted any all reversed enumerate len str repr".split()),
    "large powers": "x = 10**10**10\ny = pow(2, 10**12)\nz = 1 << 10**12\nw = 9**9**9**9\nx **= 10**10\nimport math\n"
    "v = math.prod(range(1, 10**7))\nu = math.factorial(10**8)\nt = math.prod([10**99] * 10**5)",
    "wide formats": 'x = "%999999999d" % 1\ny = "%*d" % (999999999, 1)\nz = f"{1:999999999}"\nv = f"{1:{10**9}}"\n'
    'w = "{:999999999}".format(1)\nt = "{:{w}}".format(1, w=999999999)\ns = "%.999999999f" % 1.0',
    "wide texts": 'x = "a".ljust(10**10)\ny = "a".center(10**9)\nz = "a".zfill(10**9)\nw = "\\t".expandtabs(10**9)\n'
    "v = (5).to_bytes(10**9, 'big')",
    "endless recursion": "def f(x): return f(x + 1)\nf(0)\ndef g(x): return h(x)\ndef h(x): return g(x)\ng(1)",
    "a class that makes itself": "class A:\n    def __init__(self): self.a = A()\nA()",
    "a property of itself": "class A:\n    @property\n    def a(self): return self.a\nx = A().a",
    "arguments that double": "def f(*a): return f(*a, *a)\nf(1)\ndef g(**k): return g(**k, **{str(len(k)): 1})\ng()",
    "many ancestors": "class A0: pass\n"
    + "".join(f"class A{i}(A{i - 1}): pass\n" for i in range(1, 300))
    + "x = A299().y",
    "one of several, again": "a = 1 if g() else 2\n" + again("a = a + a", 300) + "b = [a] * 4",
    "brackets that are not closed": again("x = (", 5000),
    "a text that is not closed": 'x = """\n' + again("abc", 20_000),
}
"""Hardly any work."""

DEAR = {
    "a tree of calls": "".join(f"def f{i}(): return f{i + 1}(), f{i + 1}()\n" for i in range(40)) + "def f40(): pass\nf0()",
    "a recursion that branches": "def f(n):\n    if n < 2: return n\n    return f(n-1) + f(n-2)\nx = f(35)",
    "loops in loops": "x = []\nfor i in range(490):\n    for j in range(490):\n        x.append(i)\n        y = tuple(x)",
    "a comprehension of comprehensions": "x = [(i, j, k) for i in range(1000) for j in range(1000) for k in range(1000)]",
    "a function of 10,000 layers": "def f(x):\n" + "    x = layers.Dense(3)(x)\n" * 10_000 + "    return x\nf(keras.Input((3,)))",
    "a Sequential of 490 layers": "m = keras.Sequential([keras.Input((3,))])\nfor k in range(490):\n    m.add(layers.Dense(3))",
    "models of models": "x = i = keras.Input((3,))\nfor k in range(150):\n    x = layers.Dense(3)(x)\n    m = keras.Model(i, x)",
    "sums of sums": "xs = [keras.Input((3,)) for i in range(450)]\nfor k in range(100):\n"
    "    xs = [layers.Add()(xs) for i in range(450)]",
}  # fmt: skip
"""Work without end: the step budget ends it."""


@pytest.mark.parametrize("name", [*CHEAP, *DEAR])
def test_it_ends_soon(tmp_path: Path, name: str) -> None:
    text = BEFORE + (CHEAP.get(name) or DEAR[name])
    path = str(tmp_path / "model.py")
    environment = read_environment(None, [str(tmp_path)], "3.15.1")
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    analysis = analyse(Snapshot(path, Document(text)), environment, Settings(), Memo())
    assert time.process_time() - start < SECONDS
    assert analysis.models is not None
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024 < MEGABYTES
    if name in CHEAP:
        assert analysis.finished


@pytest.mark.parametrize("name", [name for name in CHEAP if "closed" not in name and "recursion" not in name])
def test_what_stands_after_it_is_understood(tmp_path: Path, name: str) -> None:
    environment = read_environment(None, [str(tmp_path)], "3.15.1")
    document = Document(BEFORE + CHEAP[name] + AFTER)
    found = analyse(Snapshot(str(tmp_path / "model.py"), document), environment, Settings(), Memo()).findings
    assert [finding.place.range.end.line for finding in found][-1:] == [document.text.count("\n") - 1]
