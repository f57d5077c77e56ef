# %% while, break, continue and else
n, steps, seen = 27, 0, []
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1
    if steps == 3:
        continue
    if steps > 10:
        break
    seen.append(n)
else:
    seen.append("end")
for i in range(5):
    if i == 9:
        break
else:
    seen.append("no break")
# steps == 11
# seen == [82, 41, 62, 31, 94, 47, 142, 71, 214, "no break"]

# %% break out of the inner loop alone
pairs = []
for i in range(4):
    for j in range(4):
        if j > i:
            break
        if j == 1:
            continue
        pairs.append((i, j))
# pairs == [(0, 0), (1, 0), (2, 0), (2, 2), (3, 0), (3, 2), (3, 3)]

# %% a loop's variable outlives it
for i, (a, b) in enumerate([(1, 2), (3, 4)]):
    pass
# i == 1
# a == 3
# b == 4

# %% starred assignment, swaps and chains
first, *middle, last = range(5)
(a, b), [c, *d] = (1, 2), "xyz"
a, b = b, a
p = q = [0]
p.append(1)
*init, _ = "ab"
# first == 0
# middle == [1, 2, 3]
# last == 4
# a == 2
# d == ["y", "z"]
# q == [0, 1]
# init == ["a"]

# %% the order of assignment targets
items = [0, 0, 0]
i = 0
i, items[i] = 1, "one"
# items == [0, "one", 0]

# %% walrus
if (n := len("abcd")) > 3:
    size = n * 2
found = [y for x in range(6) if (y := x * x) > 8]
last = y
while (n := n - 1) > 0:
    pass
# size == 8
# found == [9, 16, 25]
# last == 25
# n == 0

# %% match: values, sequences, mappings, classes, guards, alternatives
from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int


class Kind:
    CONV = "conv"


def describe(thing):
    match thing:
        case None | True | False:
            return "singleton"
        case 0 | 1:
            return "bit"
        case int(n) if n > 100:
            return ("large", n)
        case int() as n:
            return ("int", n)
        case Kind.CONV:
            return "kind"
        case str():
            return "text"
        case []:
            return "empty"
        case [x]:
            return ("one", x)
        case (a, *rest, z):
            return ("many", a, rest, z)
        case {"type": "dense", "units": u, **more}:
            return ("dense", u, more)
        case {"type": t}:
            return ("typed", t)
        case Point(x=0, y=y):
            return ("on axis", y)
        case Point(x, y):
            return ("point", x, y)
        case _:
            return "else"


things = [None, 1, 500, 7, "conv", "text", [], [4], (1, 2, 3, 4), {"type": "dense", "units": 3, "name": "d"}]
r = [describe(thing) for thing in things]
s = [describe(t) for t in ({"type": "pool", "z": 0}, Point(0, 5), Point(2, 3), 2.5, {})]
# r == ["singleton", "bit", ("large", 500), ("int", 7), "kind", "text", "empty", ("one", 4), ("many", 1, [2, 3], 4), ("dense", 3, {"name": "d"})]
# s == [("typed", "pool"), ("on axis", 5), ("point", 2, 3), "else", "else"]

# %% match on what is not known may be any case
import os

value = os.getenv("KLS_EXAMPLE")
match value:
    case "b":
        x, y = 1, 5
    case "c":
        x, y = 2, 5
    case _:
        x, y = 3, 5
# y == 5

# %% del
x = [1, 2, 3, 4]
del x[1], x[-1]
d = {"a": 1, "b": 2}
del d["a"]
y = 1
del y
try:
    y
except NameError:
    gone = True
# x == [1, 3]
# d == {"b": 2}
# gone == True

# %% the main guard
ran = False
if __name__ == "__main__":
    ran = True
other = __name__
# ran == True
# other == "__main__"

# %% unknown conditions leave what both branches agree on
import os

flag = bool(os.getenv("KLS_EXAMPLE"))
same = 1
if flag:
    same, differs = 2, "a"
    items = [1]
else:
    same, differs = 2, "b"
    items = [1]
either_way = len(items + [2])
# same == 2
# either_way == 2

# %% a loop of unknown length makes what it changes unknown
import os

n, log, table, flags, text = 0, [], {"n": 0}, (), ""
for _ in str(os.getpid()):
    n += 1
    log.append(n)
    table["n"] += 1
    flags += (n,)
    text = text + "x"
    last = n
constant = 7
# n is unknown
# flags is unknown
# text is unknown
# last is unknown
# constant == 7

# %% what a loop of unknown length computes from what it changes is unknown
import os


class Box:
    count = 0


box = Box()
a, b, c = 1, 1, 1
while len(str(os.getpid())) > a:
    c = b
    b = a
    a = a + 1
    box.count = box.count + 1
count = box.count
# a is unknown
# b is unknown
# c is unknown
# count is unknown

# %% chained comparison, conditional expression, short circuit
calls = []


def t(x):
    calls.append(x)
    return x


a = 1 < 2 < 3
b = 1 < t(0) < t(5)
c = t(0) or t(4) or t(9)
d = t(1) and t(0) and t(9)
e = "yes" if a else "no"
f = not []
# a == True
# b == False
# c == 4
# d == 0
# e == "yes"
# calls == [0, 0, 4, 1, 0]

# %% one of two lists grows in place
import os

first, second = [1], [2]
one = first if os.getpid() % 2 else second
one += [3]
a, b = len(first), len(second)
# a is unknown
# b is unknown
