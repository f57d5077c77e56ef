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

# %% try: the handler that fits, else and finally
log = []


def run(thing):
    try:
        log.append("try")
        value = thing()
    except (KeyError, IndexError) as error:
        log.append("lookup")
        return type(error).__name__
    except ZeroDivisionError:
        log.append("zero")
        return "zero"
    except Exception:
        return "other"
    else:
        log.append("else")
        return value
    finally:
        log.append("finally")


a = run(lambda: {}["x"])
b = run(lambda: [][1])
c = run(lambda: 1 // 0)
d = run(lambda: int("x"))
e = run(lambda: 42)
# a == "KeyError"
# b == "IndexError"
# c == "zero"
# d == "other"
# e == 42
# log == ["try", "lookup", "finally", "try", "lookup", "finally", "try", "zero", "finally", "try", "finally", "try", "else", "finally"]

# %% exceptions of the program's own, with arguments, causes and re-raising
class Base(Exception):
    pass


class Special(Base):
    def __init__(self, code, text="?"):
        super().__init__(code, text)
        self.code = code


def f(code):
    if code > 2:
        raise Special(code, text="big")
    raise ValueError("small", code)


def g(code):
    try:
        f(code)
    except Base as error:
        return error.code, error.args
    except ValueError as error:
        try:
            raise RuntimeError("again") from error
        except RuntimeError as second:
            return second.args, error.args


def h():
    try:
        try:
            f(9)
        except Special:
            raise
    except Base as error:
        return error.code


a, b, c = g(3), g(1), h()
# a == (3, (3, "big"))
# b == (("again",), ("small", 1))
# c == 9

# %% what was done before an exception stays done
done = []
try:
    done.append(1)
    x = "before"
    [][0]
    done.append(2)
    x = "after"
except IndexError:
    done.append(3)
# done == [1, 3]
# x == "before"

# %% an exception that may have come leaves both
import os

unknown = str(os.getppid())
x = 1
try:
    if unknown == "1":
        raise ValueError
    x = 2
except ValueError:
    x = 3
y = 4
# y == 4

# %% a branch that raises is dead
import os


def check(mode):
    if mode not in ("a", "b"):
        raise ValueError(mode)
    if os.environ.get("KLS_EXAMPLE"):
        raise SystemExit(1)
    value = 3
    return value


v = check("a")
# v == 3

# %% assert and sys.exit prove a branch dead
import os
import sys

if os.environ.get("KLS_EXAMPLE"):
    x = 1
    sys.exit("no")
elif os.environ.get("KLS_OTHER"):
    x = 2
    assert False, "never"
else:
    x = 3
# x == 3

# %% context managers: classes and functions
from contextlib import contextmanager, nullcontext, suppress

log = []


class Guard:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        log.append("enter " + self.name)
        return self

    def __exit__(self, kind, value, trace):
        log.append(f"exit {self.name} {kind is not None}")
        return self.swallow


@contextmanager
def scope(name):
    log.append(f"in {name}")
    try:
        yield name.upper()
    finally:
        log.append(f"out {name}")


with Guard("a") as g, scope("s") as s:
    inside = (g.name, s)
with Guard("b", swallow=True):
    log.append("body")
    raise ValueError
with suppress(KeyError):
    {}["x"]
    log.append("never")
with nullcontext(5) as five:
    pass
# inside == ("a", "S")
# five == 5
# log == ["enter a", "in s", "out s", "exit a False", "enter b", "body", "exit b True"]

# %% an exception goes through a context manager
class Guard:
    def __enter__(self):
        return self

    def __exit__(self, *details):
        return False


def f():
    try:
        with Guard():
            raise KeyError("k")
    except KeyError:
        return "caught"


r = f()
# r == "caught"

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

# %% a name that nothing binds raises
try:
    undefined_name
    r = "bound"
except NameError:
    r = "unbound"
# r == "unbound"

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

# %% what is asked of things that are not known may fail, and then the handler runs
import os

items, unknown = [3, os.urandom(1)[0]], os.urandom(2)
first, second, third, fourth = [], [], [], []
try:
    items.remove(300)
except ValueError:
    first.append("not there")
try:
    at = (3, unknown).index(300)
except ValueError:
    second.append("not there")
try:
    n = len(unknown)
except TypeError:
    third.append("of no length")
try:
    at = "text".index(str(unknown))
except ValueError:
    fourth.append("not there")
a, b, c, d = len(first), len(second), len(third), len(fourth)
# a is unknown
# b is unknown
# c is unknown
# d is unknown

# %% a question that may be asked of anything does not fail
import os

table, unknown, log = {}, os.urandom(2), []
try:
    kind, known = isinstance(unknown, int), callable(unknown)
    value = {"a": unknown}.get("a")
except Exception:
    log.append("failed")
# log == []

# %% one of two lists grows in place
import os

first, second = [1], [2]
one = first if os.getpid() % 2 else second
one += [3]
a, b = len(first), len(second)
# a is unknown
# b is unknown
