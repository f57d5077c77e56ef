# %% list methods
x = [3, 1, 2]
x.append(4)
x.extend((5, 6))
x.insert(0, 9)
popped = (x.pop(), x.pop(0))
x.remove(1)
x.sort()
y = x.copy()
y.reverse()
z = [0] * 3 + [1]
z[1] = 7
z += [8]
r = (x.index(4), x.count(5), 3 in x, len(x), x[-1], x[1:3], x[::-1])
y.clear()
w = ["bb", "a", "ccc"]
w.sort(key=len, reverse=True)
# x == [2, 3, 4, 5]
# y == []
# popped == (6, 9)
# z == [0, 7, 0, 1, 8]
# r == (2, 1, True, 4, 5, [3, 4], [5, 4, 3, 2])
# w == ["ccc", "bb", "a"]

# %% an augmented list is the same list; a sum is a new one
a = [1]
b = a
a += [2]
c = a
a = a + [3]
# b == [1, 2]
# c == [1, 2]
# a == [1, 2, 3]

# %% slices: assignment, deletion, steps
x = list(range(10))
x[2:5] = ["a"]
x[::3] = [0, 0, 0]
del x[-2:]
y = x[:]
y[0] = 5
t = (1, 2, 3, 4)[1:-1]
s = "abcdef"[::2]
r = range(10)[2:8:2]
# x == [0, 1, "a", 0, 6, 7]
# t == (2, 3)
# s == "ace"
# y == [5, 1, "a", 0, 6, 7]

# %% lists in lists share what they share
grid = [[0] * 2] * 2
grid[0][0] = 1
own = [[0] * 2 for _ in range(2)]
own[0][0] = 1
# grid == [[1, 0], [1, 0]]
# own == [[1, 0], [0, 0]]

# %% dict methods
d = {"a": 1, "b": 2, "c": 3}
d.update({"a": 10}, z=26)
d.update([("y", 25)])
r = (d.get("a"), d.get("q"), d.get("q", 0), d.pop("b"), d.pop("b", None), d.setdefault("n", []), d.setdefault("a", 5))
keys, values, items = list(d), list(d.values()), list(d.items())
last = d.popitem()
merged = {"x": 1} | {"x": 2, "y": 3}
d2 = dict(zip("ab", range(2)), c=2)
d3 = dict.fromkeys(["p", "q"], 0)
inverted = {v: k for k, v in d2.items()}
has = ("a" in d, "nope" not in d, len(d))
loop = [f"{k}={v}" for k, v in sorted(d2.items(), reverse=True)]
d2 |= {"c": 9}
del d2["a"]
# r == (10, None, 0, 2, None, [], 10)
# keys == ["a", "c", "z", "y", "n"]
# items == [("a", 10), ("c", 3), ("z", 26), ("y", 25), ("n", [])]
# last == ("n", [])
# merged == {"x": 2, "y": 3}
# d2 == {"b": 1, "c": 9}
# d3 == {"p": 0, "q": 0}
# inverted == {0: "a", 1: "b", 2: "c"}
# has == (True, True, 4)
# loop == ["c=2", "b=1", "a=0"]

# %% dict views follow the dict; keys are compared as Python does
d = {1: "one", True: "true", 1.0: "float"}
keys = d.keys()
d[2] = "two"
n = len(keys)
s = [k for k in keys]
# d == {1: "float", 2: "two"}
# n == 2
# s == [1, 2]

# %% sets
a, b = {1, 2, 3}, {3, 4}
r = (a | b, a & b, a - b, a ^ b, a <= {1, 2, 3, 4}, 2 in a, len(a))
a.add(9)
a.discard(1)
a.discard(100)
a.update([7])
a.remove(2)
u = sorted(set("hello"))
f = frozenset([1, 2]) | {3}
e = (set() == {1} - {1}, {1, 2} == {2, 1}, a.isdisjoint({100}), a.issuperset({3}))
i = a.intersection([3, 9])
# r == ({1, 2, 3, 4}, {3}, {1, 2}, {1, 2, 4}, True, True, 3)
# a == {3, 9, 7}
# u == ["e", "h", "l", "o"]
# e == (True, True, True, True)
# i == {3, 9}

# %% tuples
t = (1, 2) + (3,)
u = t * 2
r = (t.index(2), u.count(3), t[0], t[-1], len(u), (1, 2) < (1, 3), 2 in t, tuple("ab"), *t)
h = {t: "tuple"}[(1, 2, 3)]
# u == (1, 2, 3, 1, 2, 3)
# r == (1, 2, 1, 3, 6, True, True, ("a", "b"), 1, 2, 3)
# h == "tuple"

# %% str methods
s = " Conv2D_block "
r = (s.strip(), s.strip().lower(), s.strip().split("_"), "a,b,,c".split(","), "a b".split(), "-".join(["x", "y"]))
t = ("abc".replace("b", "x"), "abc".find("c"), "abc".startswith(("x", "a")), "abc".endswith("c"), "7".zfill(3), "x".center(5, "*"))
u = ("abc".upper(), "aBc".swapcase(), "hello world".title(), "12".isdigit(), "a-b-c".rpartition("-"), "a\nb".splitlines(), "abc"[::-1])
v = ("b" in "abc", "abc" < "abd", "ab" * 2, len("abc"), ord("a"), chr(98), "%s-%03d-%.2f" % ("n", 7, 1.5), "%(a)s" % {"a": 1})
w = ("{} {}".format(1, "b"), "{0}{1}{0}".format("x", "y"), "{name:>5}|{n:.1f}".format(name="k", n=2.25), f"{12345:,}")
n, name = 3, "conv"
x = (f"{name}_{n}", f"{n:03d}", f"{1 / 3:.3f}", f"{name!r}", f"{n=}", f"{name:>{n * 2}}", f"{'a'}{{}}", f"{n * 2 + 1}")
y = "block%d" % n + "_%s" % name
j = "/".join(str(i) for i in range(3))
b = (b"ab".decode(), "é".encode(), b"ab" + b"c")
# r == ("Conv2D_block", "conv2d_block", ["Conv2D", "block"], ["a", "b", "", "c"], ["a", "b"], "x-y")
# t == ("axc", 2, True, True, "007", "**x**")
# u == ("ABC", "AbC", "Hello World", True, ("a-b", "-", "c"), ["a", "b"], "cba")
# v == (True, True, "abab", 3, 97, "b", "n-007-1.50", "1")
# w == ("1 b", "xyx", "    k|2.2", "12,345")
# x == ("conv_3", "003", "0.333", "'conv'", "n=3", "  conv", "a{}", "7")
# y == "block3_conv"
# j == "0/1/2"
# b == ("ab", b"\xc3\xa9", b"abc")

# %% strings of containers
a = f"{[1, 'a']} {(1,)} {dict(k=1)} {None} {True}"
b = str([1, 2]) + repr({"a": (1, 2)}) + "%s" % ([3],) + f"{(4, 5)}"
c = "%s %s" % ([1], "x")
# a == "[1, 'a'] (1,) {'k': 1} None True"
# b == "[1, 2]{'a': (1, 2)}[3](4, 5)"
# c == "[1] x"

# %% arithmetic
a = (7 // 2, -7 // 2, 7 % 3, -7 % 3, 2**10, 7 / 2, 1 << 4, 6 & 3, 6 | 3, 6 ^ 3, ~5, +3, -(-3), 10 % 4.0)
b = (divmod(17, 5), abs(-3), round(2.567, 1), round(2.5), pow(2, 5, 7), int(3.9), int("12"), int("ff", 16), float("1.5"))
c = (min(3, 1), max([1, 5, 2]), min("b", "a", key=ord), max([], default=0), sum([1, 2], 10), any([0, 1]), all([]))
d = (bool(""), str(1.0), int(True), complex(1, 2), hex(255), bin(5), isinstance(1, bool), 1 == 1.0, True + 1, 3 .bit_length())
e = (max([(1, "b"), (2, "a")], key=lambda p: p[1]), min({"x": 3, "y": 1}, key={"x": 3, "y": 1}.get))
# a == (3, -4, 1, 2, 1024, 3.5, 16, 2, 7, 5, -6, 3, 3, 2.0)
# b == ((3, 2), 3, 2.6, 2, 4, 3, 12, 255, 1.5)
# c == (1, 5, "a", 0, 13, True, True)
# d == (False, "1.0", 1, (1+2j), "0xff", "0b101", False, True, 2, 2)
# e == ((1, "b"), "y")

# %% math
import math

a = (math.ceil(1.2), math.floor(-1.2), math.sqrt(16), math.log2(8), math.log(math.e), math.prod([2, 3, 4]), math.gcd(12, 18))
b = (int(math.log(256, 2)), math.pi, math.inf, math.isqrt(17), math.pow(2, 3), math.factorial(5), math.comb(5, 2), math.hypot(3, 4))
# a == (2, -2, 4.0, 3.0, 1.0, 24, 6)
# b == (8, 3.141592653589793, math.inf, 4, 8.0, 120, 10, 5.0)

# %% numpy, where it is constant
import numpy as np

shape = (28, 28, 1)
n = int(np.prod(shape))
a = (int(np.log2(64)), int(np.ceil(2.1)), int(np.sqrt(49)), int(np.floor(3.9)))
z = np.zeros((2, 3)).shape
o = np.ones([4, 5, 6]).shape[1:]
e = np.expand_dims(np.zeros((2, 3)), -1).shape
r = np.random.rand(10, 4).shape
l = [int(i) for i in np.arange(2, 8, 2)]
m = len(np.linspace(0, 1, 5))
d = np.zeros((3, 4)).ndim
t = np.arange(4).tolist()
q = np.array([[1, 2], [3, 4]]).shape
c = np.zeros((2, 3, 4)).reshape((6, 4)).shape
k = np.random.random((5, 2)).shape[0]
s = np.stack([np.zeros((2, 3))] * 4).shape
g = int(np.max([3, 9, 4]))
p = int(np.pi)
# n == 784
# a == (6, 3, 7, 3)
# z == (2, 3)
# o == (5, 6)
# e == (2, 3, 1)
# r == (10, 4)
# l == [2, 4, 6]
# m == 5
# d == 2
# t == [0, 1, 2, 3]
# q == (2, 2)
# c == (6, 4)
# k == 5
# g == 9
# p == 3

# %% collections
from collections import Counter, OrderedDict, defaultdict, deque

o = OrderedDict([("a", 1)])
o["b"] = 2
o.move_to_end("a")
keys = list(o)
d = defaultdict(list)
d["x"].append(1)
d["x"].append(2)
n = defaultdict(int)
for letter in "abca":
    n[letter] += 1
plain = dict(n)
c = Counter("mississippi")
top = c.most_common(1)
count, none = c["s"], c["z"]
q = deque([1, 2], maxlen=3)
q.append(3)
q.append(4)
q.appendleft(0)
front = q.popleft()
rest = list(q)
nested = defaultdict(lambda: defaultdict(int))
nested["a"]["b"] += 5
v = nested["a"]["b"]
# keys == ["b", "a"]
# d == {"x": [1, 2]}
# plain == {"a": 2, "b": 1, "c": 1}
# top == [("i", 4)]
# count == 4
# none == 0
# front == 0
# rest == [2, 3]
# v == 5

# %% other modules that model code uses
import json
import os
import random
import string

a = json.loads('{"units": [1, 2]}')["units"]
b = json.dumps({"a": 1})
c = os.path.join("a", "b.h5")
d = os.path.basename("/x/y.txt")
e = os.path.splitext("m.h5")[0]
f = string.ascii_lowercase[:3]
g = os.environ.get("KLS_EXAMPLE")
h = random.random() > 0.5
i = random.choice([1, 2])
items = [1, 2, 3]
random.shuffle(items)
n = len(items)
# a == [1, 2]
# c == "a/b.h5"
# d == "y.txt"
# e == "m"
# f == "abc"
# g is unknown
# h is unknown
# i is unknown

# %% command line arguments are not known, nor what is chosen by them
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--units", type=int, default=32)
args = parser.parse_args([])
units = args.units
x = 1 if args.units > 16 else 1
# units is unknown
# x == 1

# %% typing says nothing
from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, Union, cast

if TYPE_CHECKING:
    from nowhere import Nothing

T = TypeVar("T")
Shape = Union[list[int], None]
x: dict[str, int] = {"a": 1}
y: int
z = cast(int, 5)


def f(a: Nothing | None = None, *, b: list[Any] = []) -> dict[str, T]:
    return {"a": a}


r = f()
# x == {"a": 1}
# z == 5
# r == {"a": None}

# %% what a function of a library does to a list is not known
import bisect
import heapq

x = [3, 1, 2]
heapq.heapify(x)
y = [1, 3]
bisect.insort(y, 2)
z = sorted([3, 1])
# z == [1, 3]
