# %% dataclasses: defaults, factories, inheritance, frozen, replace, asdict, order
import dataclasses
from dataclasses import dataclass, field


@dataclass
class Base:
    width: int
    name: str = "base"
    tags: list = field(default_factory=list)
    hidden: int = field(default=3, repr=False)


@dataclass
class Child(Base):
    depth: int = 4
    total: int = field(init=False)

    def __post_init__(self):
        self.total = self.width * self.depth

    def scaled(self, k):
        return dataclasses.replace(self, width=self.width * k)


@dataclass(frozen=True, order=True)
class Frozen:
    a: int
    b: int = 2


one, two = Base(1), Base(2, tags=["x"])
one.tags.append("t")
c = Child(5, "c", depth=2)
r = (one.width, one.name, one.tags, two.tags, c.total, c.name, c.scaled(3).width, c.scaled(3).total)
same = Frozen(1) == Frozen(1, 2)
order = Frozen(1, 5) < Frozen(2, 0)
d = dataclasses.asdict(Frozen(7))
names = [f.name for f in dataclasses.fields(Child)]
try:
    Frozen(1).a = 5
    s = "set"
except dataclasses.FrozenInstanceError:
    s = "frozen"
text = repr(Frozen(1))
try:
    Base()
    m = "made"
except TypeError:
    m = "missing"
# r == (1, "base", ["t"], ["x"], 10, "c", 15, 30)
# same == True
# order == True
# d == {"a": 7, "b": 2}
# names == ["width", "name", "tags", "hidden", "depth", "total"]
# s == "frozen"
# m == "missing"

# %% dataclass with keyword-only fields, ClassVar and a property
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar


@dataclass
class Config:
    kind: ClassVar[str] = "config"
    units: int
    _: KW_ONLY
    rate: float = 0.5

    @property
    def half(self):
        return self.units // 2


c = Config(10, rate=0.1)
r = (c.units, c.rate, c.half, c.kind, Config.kind)
# r == (10, 0.1, 5, "config", "config")

# %% named tuples
from collections import namedtuple
from typing import NamedTuple

Pair = namedtuple("Pair", "a b")
Triple = namedtuple("Triple", ["x", "y", "z"], defaults=[9])


class Block(NamedTuple):
    size: int
    name: str = "block"

    def twice(self):
        return self.size * 2


p = Pair(1, b=2)
t = Triple(1, 2)
b = Block(4)
a, c = p
r = (p.a, p[1], len(p), p._replace(a=5).a, t.z, b.size, b.name, b.twice(), b[0], list(p), p._asdict(), p == (1, 2))
fields = Pair._fields
# r == (1, 2, 2, 5, 9, 4, "block", 8, 4, [1, 2], {"a": 1, "b": 2}, True)
# a == 1
# c == 2
# fields == ("a", "b")

# %% enums
import enum
from enum import Enum, IntEnum, auto


class Mode(Enum):
    TRAIN = "train"
    TEST = "test"

    @property
    def short(self):
        return self.value[:2]


class Level(IntEnum):
    LOW = 1
    HIGH = 5


class Auto(enum.Enum):
    A = auto()
    B = auto()


r = (Mode.TRAIN.value, Mode.TEST.name, Mode.TEST.short, Level.HIGH + 1, Auto.B.value, Level.LOW < Level.HIGH)
same, other = Mode.TRAIN is Mode.TRAIN, Mode.TRAIN == Mode.TEST
looked = Mode("test").name
by_name = Mode["TRAIN"].value
names = [m.name for m in Mode]
is_mode = isinstance(Mode.TRAIN, Mode)
# r == ("train", "TEST", "te", 6, 2, True)
# same == True
# other == False
# looked == "TEST"
# by_name == "train"
# names == ["TRAIN", "TEST"]
# is_mode == True

# %% isinstance, issubclass, type
class A: ...


class B(A): ...


b = B()
r = (isinstance(b, A), isinstance(b, (int, B)), isinstance(A(), B), issubclass(B, A), type(b) is B, type(b) == A)
s = (isinstance(1, int), isinstance(True, int), isinstance("a", (list, str)), isinstance([], list), isinstance((), tuple))
t = (isinstance(1.0, int), isinstance({}, dict), isinstance(None, type(None)), callable(len), callable(b), callable(B))
u = (type(1) is int, type([]) is list, type("") == str, b.__class__.__name__, isinstance(B, type))
# r == (True, True, False, True, True, False)
# s == (True, True, True, True, True)
# t == (False, True, True, True, False, True)
# u == (True, True, True, "B", True)

# %% abstract classes, slots, metaclass noise, mixins
from abc import ABC, abstractmethod


class Base(ABC):
    __slots__ = ("x",)

    @abstractmethod
    def f(self): ...

    def g(self):
        return self.f() + 1


class Mixin:
    def h(self):
        return self.g() * 2


class Impl(Mixin, Base):
    def f(self):
        return 10


r = Impl().h()
# r == 22

# %% copies of objects are objects of their own
import copy


class Node:
    def __init__(self, items):
        self.items = items


a = Node([1, [2]])
b, c = copy.copy(a), copy.deepcopy(a)
a.items.append(3)
a.items[1].append(4)
r = (b.items, c.items)
nested = {"a": [1]}
shallow, deep, again = nested.copy(), copy.deepcopy(nested), copy.copy(nested)
nested["a"].append(2)
s = (shallow, deep, again)
# r == ([1, [2, 4], 3], [1, [2]])
# s == ({"a": [1, 2]}, {"a": [1]}, {"a": [1, 2]})
