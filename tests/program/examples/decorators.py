# %% a decorator with functools.wraps
import functools


def twice(function):
    """Calls it twice."""

    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs) + function(*args, **kwargs)

    return inner


@twice
def name(x, suffix=""):
    """Makes a name."""
    return f"{x}{suffix}"


a = name("a", suffix="1")
n = name.__name__
d = name.__doc__
# a == "a1a1"
# n == "name"
# d == "Makes a name."

# %% a decorator with arguments
def times(n):
    def decorate(function):
        def inner(*args):
            return [function(*args) for _ in range(n)]

        return inner

    return decorate


@times(3)
@times(2)
def one(x):
    return x


r = one(4)
# r == [[4, 4], [4, 4], [4, 4]]

# %% a decorator on a method, and one that is a class
class Traced:
    def __init__(self, function):
        self.function = function
        self.calls = 0

    def __call__(self, *args):
        self.calls += 1
        return self.function(*args)


def plus_one(method):
    def inner(self, *args):
        return method(self, *args) + 1

    return inner


class A:
    base = 10

    @plus_one
    def get(self, x):
        return self.base + x


@Traced
def f(x):
    return x * 2


got = A().get(5)
v = f(3) + f(4)
calls = f.calls
# got == 16
# v == 14
# calls == 2

# %% a decorator that registers
REGISTRY = {}


def register(name=None):
    def decorate(function):
        REGISTRY[name or function.__name__] = function
        return function

    return decorate


@register()
def small(n):
    return n


@register("big")
def large(n):
    return n * 100


keys = list(REGISTRY)
value = REGISTRY["big"](2) + REGISTRY["small"](1)
# keys == ["small", "big"]
# value == 201

# %% lru_cache and cache call once for each arguments
import functools

runs = []


@functools.cache
def fib(n):
    runs.append(n)
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@functools.cache
def make(n):
    return [n]


f = fib(7)
n = len(runs)
same = make(1) is make(1)
other = make(1) is make(2)
# f == 13
# n == 8
# same == True
# other == False

# %% singledispatch and operator
import operator

a = operator.add(2, 3)
b = operator.itemgetter(1)((4, 5, 6))
c = operator.attrgetter("real")(7)
d = sorted([("b", 1), ("a", 2)], key=operator.itemgetter(0))
e = operator.mul(4, 5)
# a == 5
# b == 5
# d == [("a", 2), ("b", 1)]
# e == 20

# %% a cached function whose arguments are not known may run or not
import functools
import os

log, other = [], []


@functools.lru_cache(maxsize=None)
def remember(n):
    log.append(n)
    return n


@functools.lru_cache(maxsize=None)
def keep(n):
    other.append(n)
    return n


first = remember(1)
again = remember(1)
once = len(log)
remember(os.urandom(1)[0])
count = len(log)
if os.urandom(1)[0] > 127:
    keep(2)
keep(2)
others = len(other)
# first == 1
# again == 1
# once == 1
# count is unknown
