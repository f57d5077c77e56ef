# %% super along the method resolution order
class A:
    def __init__(self, **kwargs):
        self.log = ["A"]

    def who(self):
        return "A"


class B(A):
    def __init__(self, b=1, **kwargs):
        super().__init__(**kwargs)
        self.log.append(f"B{b}")

    def who(self):
        return "B" + super().who()


class C(A):
    def __init__(self, c=2, **kwargs):
        super().__init__(**kwargs)
        self.log.append(f"C{c}")

    def who(self):
        return "C" + super().who()


class D(B, C):
    def who(self):
        return "D" + super().who()


d = D(b=5, c=6)
log, who = d.log, d.who()
order = [cls.__name__ for cls in D.__mro__]
# log == ["A", "C6", "B5"]
# who == "DBCA"
# order == ["D", "B", "C", "A", "object"]

# %% properties, setters, deleters, and a property in a subclass
class Box:
    def __init__(self, size):
        self._size = size

    @property
    def size(self):
        return self._size

    @size.setter
    def size(self, value):
        self._size = value * 2

    def get_width(self):
        return self._size + 1

    width = property(get_width)


class Big(Box):
    @property
    def size(self):
        return super().size + 100


box = Box(1)
box.size = 5
a, b, c = box.size, box.width, Big(3).size
# a == 10
# b == 11
# c == 103

# %% a property without a setter cannot be set
class A:
    @property
    def x(self):
        return 1


a = A()
try:
    a.x = 2
    r = "set"
except AttributeError:
    r = "refused"
# r == "refused"

# %% class and static methods, also alternative constructors
class Shape:
    count = 0

    def __init__(self, sides):
        self.sides = sides
        type(self).count += 1

    @classmethod
    def square(cls):
        return cls(4)

    @staticmethod
    def double(n):
        return n * 2

    @classmethod
    def name(cls):
        return cls.__name__


class Sub(Shape):
    count = 10


s = Sub.square()
kind, sides, name = type(s).__name__, s.sides, Sub.name()
counts = (Shape.count, Sub.count)
d = s.double(4) + Shape.double(1)
# kind == "Sub"
# sides == 4
# name == "Sub"
# counts == (0, 11)
# d == 10

# %% class attributes are shared until an instance has its own
class A:
    items = []
    n = 1


a, b = A(), A()
a.items.append(1)
a.n = 5
A.n = 2
r = (b.items, a.n, b.n, A.n)
# r == ([1], 5, 2, 2)

# %% special methods: call, items, length, iteration, truth, containment
class Bag:
    def __init__(self, *items):
        self.items = list(items)

    def __call__(self, x):
        return x + len(self.items)

    def __getitem__(self, index):
        return self.items[index]

    def __setitem__(self, index, value):
        self.items[index] = value

    def __delitem__(self, index):
        del self.items[index]

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def __contains__(self, item):
        return item in self.items


class Empty:
    def __bool__(self):
        return False


bag = Bag(1, 2, 3)
bag[0] = 10
del bag[1]
r = (bag(1), bag[0], bag[-1], len(bag), list(bag), 3 in bag, 4 in bag, bool(bag), bool(Bag()), bool(Empty()))
p, q = bag
t = sum(x for x in bag)
# r == (3, 10, 3, 2, [10, 3], True, False, True, False, False)
# p == 10
# t == 13

# %% an iterator of the program's own, and the old protocol of __getitem__
class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


class Squares:
    def __getitem__(self, i):
        if i > 3:
            raise IndexError
        return i * i


a = list(Countdown(3))
b = [x for x in Squares()]
# a == [2, 1, 0]
# b == [0, 1, 4, 9]

# %% operators
class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __radd__(self, other):
        return self if other == 0 else NotImplemented

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __eq__(self, other):
        return isinstance(other, Vector) and (self.x, self.y) == (other.x, other.y)

    def __lt__(self, other):
        return self.x < other.x

    def __iadd__(self, other):
        self.x += other.x
        return self

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"

    def __getattr__(self, name):
        return "no " + name


a, b = Vector(1, 2), Vector(3, 4)
c = a + b
d = 2 * a
e = sum([a, b])
same, different = a == Vector(1, 2), a != b
less = a < b
more = a > b
n = -a
b += a
r = (c.x, c.y, d.y, e.x, n.x, b.x)
text = str(c)
missing = a.zzz
# r == (4, 6, 4, 4, -1, 4)
# same == True
# different == True
# less == True
# more == False
# text == "Vector(4, 6)"
# missing == "no zzz"

# %% getattr, setattr, hasattr, delattr, __dict__
class A:
    k = 1


a = A()
a.x = 2
g = a.x + a.k + getattr(a, "none", 10)
h = (hasattr(a, "x"), hasattr(a, "k"), hasattr(a, "q"))
del a.x
h2 = hasattr(a, "x")
try:
    a.x
    r = "there"
except AttributeError:
    r = "gone"
a.y = 3
v = vars(a)
for name in ("p", "q"):
    setattr(a, name + "1", name)
p = a.p1
# g == 13
# h == (True, True, False)
# h2 == False
# r == "gone"
# p == "p"

# %% __new__, __init_subclass__, __class_getitem__
class Single:
    instance = None

    def __new__(cls):
        if cls.instance is None:
            cls.instance = super().__new__(cls)
            cls.instance.n = 0
        cls.instance.n += 1
        return cls.instance


a, b = Single(), Single()
same, n = a is b, a.n


class Plugin:
    found = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Plugin.found.append(cls.__name__)


class One(Plugin): ...


class Two(Plugin): ...


found = Plugin.found
# same == True
# n == 2
# found == ["One", "Two"]

# %% nested classes, classes made in functions, bound methods kept
class Outer:
    class Inner:
        v = 3

    def __init__(self):
        self.inner = self.Inner()
        self.act = self.inner_value

    def inner_value(self):
        return self.inner.v


def make(n):
    class Made:
        value = n

        def get(self):
            return self.value + n

    return Made


r = (Outer().act(), make(2)().get(), make(5).value, Outer.Inner.v)
method = Outer().inner_value
s = method()
# r == (3, 4, 5, 3)
# s == 3

# %% cached_property runs once
from functools import cached_property

runs = []


class A:
    @cached_property
    def value(self):
        runs.append(1)
        return [len(runs)]


a = A()
same = a.value is a.value
n = len(runs)
# same == True
# n == 1
