# %% comprehensions: nested, with conditions, of every kind
a = [x * y for x in range(3) for y in range(x) if (x + y) % 2]
b = [[i + j for j in range(2)] for i in range(2)]
c = {k: v for k, v in zip("ab", (1, 2)) if v > 1}
d = {len(w) for w in ("a", "bb", "cc")}
e = sum(x for x in range(5) if x % 2 == 0 if x > 0)
f = [(i, c) for i, c in enumerate("ab", start=1)]
g = [x if x else -1 for x in (0, 1)]
h = dict((k, len(k)) for k in ["a", "bb"])
i = [y for x in [[1, 2], [3]] for y in x]
x = "outer"
j = [x for x in range(2)]
# a == [0, 2]
# b == [[0, 1], [1, 2]]
# c == {"b": 2}
# d == {1, 2}
# e == 6
# f == [(1, "a"), (2, "b")]
# g == [-1, 1]
# h == {"a": 1, "bb": 2}
# i == [1, 2, 3]
# x == "outer"

# %% a class body's comprehension does not see the class's names, but its first iterable does
class A:
    n = 3
    items = [i for i in range(n)]


r = A.items
# r == [0, 1, 2]

# %% generators are lazy, and are used up
log = []


def numbers(n):
    for i in range(n):
        log.append(i)
        yield i * 10


g = numbers(3)
before = list(log)
all_of_them = list(g)
after = list(log)
again = list(g)
first = next(numbers(2))
# before == []
# all_of_them == [0, 10, 20]
# after == [0, 1, 2]
# again == []
# first == 0

# %% a generator that stands somewhere is not followed further
seen = []


def numbers():
    for i in range(3):
        seen.append(i)
        yield i


g = numbers()
one = next(g)
rest = list(g)
n, m = len(rest), len(seen)
# one == 0
# n is unknown
# m is unknown

# %% yield from, return in generators, next with default
def inner():
    yield 1
    yield 2
    return "done"


def outer():
    result = yield from inner()
    yield result
    yield from [3, 4]


a = list(outer())
g = (x for x in ())
b = next(g, "empty")
first = next(x for x in range(10) if x > 4)
# a == [1, 2, "done", 3, 4]
# b == "empty"
# first == 5

# %% send into a generator
def accumulate():
    total = 0
    while True:
        got = yield total
        total += got


g = accumulate()
next(g)
a = g.send(3)
b = g.send(4)
n = next(accumulate())
# n == 0
# b is unknown

# %% an endless generator is taken from as far as it is needed
import itertools


def naturals():
    n = 0
    while True:
        yield n
        n += 1


a = list(itertools.islice(naturals(), 3))
b = []
for n in naturals():
    if n > 2:
        break
    b.append(n)
c = [x for x, _ in zip(naturals(), "ab")]
d = list(zip("ab", itertools.count(5)))
# a == [0, 1, 2]
# b == [0, 1, 2]
# c == [0, 1]
# d == [("a", 5), ("b", 6)]

# %% a generator sees the variables as they are when it runs
def f():
    k = 1
    g = (i * k for i in range(3))
    k = 10
    return list(g)


def h(items):
    for item in items:
        yield item


items = [1]
g = h(items)
items.append(2)
r = list(g)
a = f()
# a == [0, 10, 20]
# r == [1, 2]

# %% a list that grows while it is walked
x = [1]
for item in x:
    if item < 4:
        x.append(item + 1)
# x == [1, 2, 3, 4]

# %% zip, enumerate, range, reversed, map, filter, sorted
a = list(zip([1, 2, 3], "ab"))
b = list(enumerate("ab"))
c = (list(range(3)), list(range(5, 0, -2)), len(range(0, 10, 3)), 4 in range(5), range(3)[-1], sum(range(4)))
d = (list(reversed([1, 2])), list(reversed("ab")), list(reversed(range(3))), [*map(lambda x, y: x + y, [1, 2], [3, 4])])
e = (list(map(str, range(2))), list(filter(None, [0, 1, "", "a"])), list(filter(lambda x: x > 1, [1, 2])))
f = (sorted("bca"), sorted([3, 1], reverse=True), sorted(["bb", "a"], key=len), sorted({"z": 1, "a": 2}), sorted([(1, "b"), (1, "a")]))
first, second = zip(*[(1, "a"), (2, "b")])
g = list(zip(range(2), range(2), strict=True))
h = dict(enumerate("xy"))
# a == [(1, "a"), (2, "b")]
# b == [(0, "a"), (1, "b")]
# c == ([0, 1, 2], [5, 3, 1], 4, True, 2, 6)
# d == ([2, 1], ["b", "a"], [2, 1, 0], [4, 6])
# e == (["0", "1"], [1, "a"], [2])
# f == (["a", "b", "c"], [3, 1], ["a", "bb"], ["a", "z"], [(1, "a"), (1, "b")])
# first == (1, 2)
# g == [(0, 0), (1, 1)]
# h == {0: "x", 1: "y"}

# %% map and zip are iterators: used once
m = map(str, [1, 2])
a = list(m)
b = list(m)
z = zip([1, 2], [3, 4])
c = next(z)
d = list(z)
it = iter([1, 2, 3])
e = list(zip(it, it))
# a == ["1", "2"]
# b == []
# c == (1, 3)
# d == [(2, 4)]
# e == [(1, 2)]

# %% itertools
import itertools
from itertools import (
    accumulate,
    chain,
    combinations,
    cycle,
    groupby,
    islice,
    pairwise,
    permutations,
    product,
    repeat,
    starmap,
    takewhile,
    zip_longest,
)

a = list(chain([1], (2, 3)))
b = list(chain.from_iterable([[1], [2]]))
c = list(product("ab", range(2)))
d = list(zip_longest([1, 2], [3], fillvalue=0))
e = list(accumulate([1, 2, 3]))
f = list(repeat(7, 2))
g = list(islice(range(10), 2, 8, 3))
h = list(combinations([1, 2, 3], 2))
i = list(permutations([1, 2]))
j = list(starmap(pow, [(2, 3), (3, 2)]))
k = list(pairwise([1, 2, 3]))
l = list(takewhile(lambda x: x < 3, [1, 2, 3, 1]))
m = list(islice(cycle([1, 2]), 5))
n = [(key, list(group)) for key, group in groupby("aab")]
o = list(product([0, 1], repeat=2))
p = list(accumulate([1, 2, 3], lambda x, y: x * y))
q = list(itertools.dropwhile(lambda x: x < 2, [1, 2, 1]))
# a == [1, 2, 3]
# b == [1, 2]
# c == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
# d == [(1, 3), (2, 0)]
# e == [1, 3, 6]
# f == [7, 7]
# g == [2, 5]
# h == [(1, 2), (1, 3), (2, 3)]
# i == [(1, 2), (2, 1)]
# j == [8, 9]
# k == [(1, 2), (2, 3)]
# l == [1, 2]
# m == [1, 2, 1, 2, 1]
# n == [("a", ["a", "a"]), ("b", ["b"])]
# o == [(0, 0), (0, 1), (1, 0), (1, 1)]
# p == [1, 2, 6]

# %% splats in displays and calls
a = [*range(2), *"ab"]
b = (*[1], 2)
c = {*[1, 2], 2}
d = {"a": 1, "b": 2}
e = max(*[1, 5], 3)
print(*a, sep=",")
# a == [0, 1, "a", "b"]
# b == (1, 2)
# c == {1, 2}
# d == {"a": 1, "b": 2}
# e == 5
