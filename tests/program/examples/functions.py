# %% a closure keeps the variable, not its value
def counter():
    count = 0

    def step(by=1):
        nonlocal count
        count += by
        return count

    return step


a, b = counter(), counter()
a()
a(5)
x, y = a(), b()
# x == 7
# y == 1

# %% closures made in a loop all see the last value
makers = []
for i in range(3):
    makers.append(lambda: i)
late = [make() for make in makers]
early = [make() for make in [lambda i=i: i for i in range(3)]]
# late == [2, 2, 2]
# early == [0, 1, 2]

# %% global
total = 0


def add(n):
    global total, last
    total += n
    last = n


add(2)
add(3)
# total == 5
# last == 3

# %% star and double star parameters
def f(a, b=2, *rest, c, d=4, **more):
    return a, b, rest, c, d, more


r = f(1, c=3)
s = f(1, 5, 6, 7, c=8, e=9)
t = f(*[1, 2], *(3, 4), **{"c": 5, "z": 6}, **dict(y=7))
# r == (1, 2, (), 3, 4, {})
# s == (1, 5, (6, 7), 8, 4, {"e": 9})
# t == (1, 2, (3, 4), 5, 4, {"z": 6, "y": 7})

# %% positional-only parameters leave their names to the keywords
def f(a, /, b, **more):
    return a, b, more


r = f(1, 2, a=3)
# r == (1, 2, {"a": 3})

# %% a call that does not fit raises
def f(a, b):
    return a


def attempt(*args, **kwargs):
    try:
        return f(*args, **kwargs)
    except TypeError:
        return "no"


a, b, c, d, e = attempt(1, 2), attempt(1), attempt(1, 2, 3), attempt(1, b=2), attempt(1, 2, b=3)
g = attempt(1, 2, z=3)
# a == 1
# b == "no"
# c == "no"
# d == 1
# e == "no"
# g == "no"

# %% defaults are evaluated once
def f(x, seen=[]):
    seen.append(x)
    return seen


f(1)
r = f(2)
# r == [1, 2]

# %% recursion of known depth
def depth(tree):
    return 1 + max([depth(child) for child in tree], default=0)


def factorial(n):
    if n <= 1:
        return 1
    return n * factorial(n - 1)


d = depth([[], [[], [[]]]])
f = factorial(10)
# d == 4
# f == 3628800

# %% lambdas, partials and reduce
from functools import partial, reduce


def power(base, exponent=2, scale=1):
    return scale * base**exponent


cube = partial(power, exponent=3)
double_cube = partial(cube, scale=2)
a = cube(2)
b = double_cube(2)
c = reduce(lambda x, y: x * y, [1, 2, 3, 4])
d = reduce(lambda x, y: x + [y], (1, 2), [])
e = (lambda *xs, **k: (xs, k))(1, 2, z=3)
# a == 8
# b == 16
# c == 24
# d == [1, 2]
# e == ((1, 2), {"z": 3})

# %% functions are values: attributes, dispatch dicts, composition
def f():
    f.calls += 1
    return f.calls


f.calls = 0
f()
f()
n = f.calls
table = {"relu": lambda x: max(x, 0), "id": lambda x: x}
got = [table[name](-2) for name in ("relu", "id")]


def compose(*functions):
    def run(x):
        for function in functions:
            x = function(x)
        return x

    return run


c = compose(str, len, lambda n: n + 1)(12345)
# n == 2
# got == [0, -2]
# c == 6

# %% an attribute of a function used inside itself before it is set stays unknown or right
def f():
    return getattr(f, "n", 7)


a = f()
f.n = 3
b = f()
# b == 3

# %% inner functions see later bindings of the enclosing scope
def outer():
    def inner():
        return value

    value = 1
    first = inner()
    value = 2
    return first, inner()


r = outer()
# r == (1, 2)

# %% a name that is assigned in a function is local in all of it
x = "global"


def f():
    try:
        y = x
    except UnboundLocalError:
        y = "unbound"
    x = "local"
    return y, x


r = f()
# r == ("unbound", "local")

# %% async functions
import asyncio


async def part(n):
    return n * 2


async def whole():
    return await part(2) + await part(3)


r = asyncio.run(whole())
# r == 10

# %% returning from within loops, with and try
def find(items, wanted):
    for index, item in enumerate(items):
        if item == wanted:
            return index
    return -1


def closes():
    log = []
    try:
        log.append("try")
        return log
    finally:
        log.append("finally")


a, b = find("abc", "c"), find("abc", "z")
c = closes()
# a == 2
# b == -1
# c == ["try", "finally"]

# %% keyword arguments are passed on through layers of functions
def base(x, *, width=1, name=None):
    return x, width, name


def middle(x, **kwargs):
    kwargs.setdefault("width", 3)
    name = kwargs.pop("name", "m")
    return base(x, name=name + "!", **kwargs)


a = middle(1)
b = middle(1, width=9, name="n")
# a == (1, 3, "m!")
# b == (1, 9, "n!")

# %% globals and locals
width = 3
g = globals()["width"]


def f(a):
    b = a + 1
    return locals()


l = f(1)
# g == 3
# l == {"a": 1, "b": 2}

# %% eval and exec are not followed
x = 1
exec("x = 2")
y = eval("x + 1")
z = 5
# y is unknown
