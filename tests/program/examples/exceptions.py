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

# %% a name that nothing binds raises
try:
    undefined_name
    r = "bound"
except NameError:
    r = "unbound"
# r == "unbound"

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

# %% a name that a `try` may have bound to another list still stands for the first one
import os

rows = [1]
same = rows
try:
    if float(os.urandom(1)[0]) < 0:
        rows = [2]
except ValueError:
    pass
rows.append(3)
n = len(same)
# n is unknown
