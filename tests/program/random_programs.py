"""Random Python programs that always end: numbers, lists, dicts, loops, functions, classes, exceptions, and the unknown."""

from __future__ import annotations

from collections.abc import Callable

from .random_expressions import Expressions

HEAD = "import functools\nimport itertools\nimport os\nfrom collections import Counter, defaultdict\n"
ERRORS = ("ValueError", "KeyError", "IndexError", "ZeroDivisionError", "TypeError", "AttributeError", "Custom")


class Program(Expressions):
    """One random program, from a seed."""

    def __init__(self, seed: int, statements: int = 14, unknown: bool = True) -> None:
        super().__init__(seed, unknown)
        self.lines: list[str] = []
        self.depth = 0
        self.loops = 0
        self.function = 0
        self.classes: list[str] = []
        self.emit("class Custom(Exception):")
        self.emit("    pass")
        for kind in ("int", "int", "str", "list", "dict"):
            self.assign(kind)
        for _ in range(statements):
            self.statement()

    @property
    def text(self) -> str:
        """The program."""
        return HEAD + "\n".join(self.lines) + "\n"

    def emit(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def assign(self, kind: str) -> None:
        old = self.pick(kind)
        name = old if old is not None and self.chance(0.5) else self.fresh(kind)
        limit = {"str": "[:20]", "list": "[:12]"}.get(kind, "")
        self.emit(f"{name} = ({self.of(kind)}){limit}")
        self.bound(kind, name)

    def bound(self, kind: str, name: str) -> None:
        if name not in self.names[kind]:
            self.names[kind].append(name)

    def statement(self) -> None:
        simple = [self.simple] * 6
        compound = [self.if_, self.for_, self.while_, self.try_, self.with_, self.match_] if self.depth < 3 else []
        top = [self.define, self.define_class, self.define_generator] if self.depth == 0 else []
        self.random.choice([*simple, *compound, *top])()

    def simple(self) -> None:
        r = self.random
        lists, dicts, ints = self.pick("list"), self.pick("dict"), self.pick("int")
        options: list[Callable[[], None]] = [
            lambda: self.assign(r.choice(("int", "int", "str", "list", "dict", "set")))
        ] * 3
        options += [lambda: self.emit(f"{ints} {r.choice(['+=', '-='])} {self.int()}")]
        options += [lambda: self.emit(f"{lists}.append({self.int()})")] * 2
        options += [
            lambda: self.emit(f"{lists}.extend({self.list()}[:2])"),
            lambda: self.emit(f"{lists}.insert(0, {self.int()})"),
            lambda: self.emit(f"{lists}.sort()"),
            lambda: self.emit(f"{lists} += [{self.int()}]"),
            lambda: self.emit(f"{dicts}[{self.str()}] = {self.int()}"),
            lambda: self.emit(f"{dicts}.setdefault({self.str()}, {self.int()})"),
            lambda: self.emit(f"{dicts}.update({self.dict()})"),
            lambda: self.emit(f"{dicts}.pop({self.str()}, None)"),
            lambda: self.emit(f"{ints}, {self.pick('int')} = {self.int()}, {self.int()}"),
            self.alias,
            self.risky,
            self.leave,
        ]
        if self.names["object"]:
            options += [lambda: self.emit(f"{self.pick('object')}.value = {self.int()}")]
            options += [lambda: self.emit(f"{self.pick('object')}.add({self.int()})")]
        if self.classes:
            options += [self.make]
        if self.names["set"]:
            options += [lambda: self.emit(f"{self.pick('set')}.add({self.int()})")]
        r.choice(options)()

    def alias(self) -> None:
        kind = self.random.choice(("list", "dict"))
        name = self.fresh(kind)
        self.emit(f"{name} = {self.pick(kind)}")
        self.bound(kind, name)

    def make(self) -> None:
        name = self.fresh("object")
        self.emit(f"{name} = {self.random.choice(self.classes)}({self.int()})")
        self.bound("object", name)

    def risky(self) -> None:
        """What may raise, inside a `try`."""
        name = self.pick("int")
        danger = self.random.choice(
            [
                f"{name} = {self.list()}[{self.int()}]",
                f"{name} = {self.dict()}[{self.str()}]",
                f"{name} = {self.int()} // {self.int()}",
                f"raise {self.random.choice(ERRORS)}({self.int()})",
                f"{name} = int({self.str()})",
                f"{self.pick('list')}.remove({self.int()})",
                f"assert {self.test()}",
                f"{name} = {self.list()}.index({self.int()})",
                f"{name} = len({self.int()})",
            ]
        )
        self.emit("try:")
        self.depth += 1
        if self.chance(0.4):
            self.emit(f"{self.pick('list')}.append({self.int()})")
        if self.chance(0.3):
            self.emit(f"if {self.test()}:")
            self.emit(f"    {danger}")
        else:
            self.emit(danger)
        if self.chance(0.4):
            self.emit(f"{self.pick('int')} = {self.int()}")
        self.depth -= 1
        self.handlers()

    def handlers(self) -> None:
        names = self.random.sample(ERRORS, self.random.randrange(1, 4))
        if self.chance(0.3):
            self.emit(f"except ({', '.join(names)}):")
            self.emit(f"    {self.pick('int')} = {self.int()}")
        else:
            for name in names:
                self.emit(f"except {name}:")
                self.emit(f"    {self.pick('int')} = {self.int()}")
        self.emit("except Exception as error:")
        self.emit(f"    {self.pick('str')} = type(error).__name__")
        if self.chance(0.3):
            self.emit("else:")
            self.emit(f"    {self.pick('int')} = {self.int()}")
        if self.chance(0.3):
            self.emit("finally:")
            self.emit(f"    {self.pick('list')}.append({self.int()})")

    def leave(self) -> None:
        if self.loops and self.chance(0.6):
            self.emit(f"if {self.test()}:")
            self.emit(f"    {self.random.choice(['break', 'continue'])}")
        elif self.function:
            self.emit(f"if {self.test()}:")
            self.emit(f"    return {self.int()}")
        else:
            self.assign("int")

    def body(self) -> None:
        self.depth += 1
        kept = {kind: list(names) for kind, names in self.names.items()}
        for _ in range(self.random.randrange(1, 4)):
            self.statement()
        self.depth -= 1
        self.names = kept

    def if_(self) -> None:
        self.emit(f"if {self.test()}:")
        self.body()
        if self.chance(0.4):
            self.emit(f"elif {self.test()}:")
            self.body()
        if self.chance(0.5):
            self.emit("else:")
            self.body()

    def for_(self) -> None:
        name = self.fresh("int")
        source = self.random.choice(
            [
                f"range({self.int()} % 5)",
                f"{self.list()}[:4]",
                f"list({self.dict()}.values())[:4]",
                f"tuple({self.list()}[:3])",
            ]
        )
        if self.generators and self.chance(0.3):
            source = f"{self.random.choice(self.generators)}({self.int()} % 4)"
        if self.unknown and self.chance(0.15):
            source = "range(os.urandom(1)[0] % 4)"
        self.emit(f"for {name} in {source}:")
        kept = list(self.names["int"])
        self.bound("int", name)
        self.loops += 1
        self.body()
        self.loops -= 1
        self.names["int"] = kept
        if self.chance(0.2):
            self.emit("else:")
            self.emit(f"    {self.pick('int')} = {self.int()}")

    def while_(self) -> None:
        name = self.fresh("while")
        self.emit(f"{name} = {self.random.randrange(5)}")
        self.emit(f"while {name} > 0 and {self.test()}:")
        self.emit(f"    {name} -= 1")
        self.loops += 1
        self.body()
        self.loops -= 1

    def try_(self) -> None:
        self.emit("try:")
        self.body()
        self.handlers()

    def with_(self) -> None:
        if not self.classes:
            return self.simple()
        name = self.fresh("object")
        self.emit(f"with {self.random.choice(self.classes)}({self.int()}) as {name}:")
        kept = list(self.names["object"])
        self.bound("object", name)
        self.body()
        self.names["object"] = kept
        return None

    def match_(self) -> None:
        name = self.fresh("int")
        self.emit(f"match {self.list()}[:2]:")
        self.emit("    case []:")
        self.emit(f"        {self.pick('int')} = {self.int()}")
        self.emit(f"    case [{name}] if {name} > {self.int()}:")
        self.emit(f"        {self.pick('int')} = {name}")
        self.emit(f"    case [{self.random.randrange(4)}, *_]:")
        self.emit(f"        {self.pick('int')} = {self.int()}")
        self.emit("    case _:")
        self.emit(f"        {self.pick('list')}.append({self.int()})")

    def define(self) -> None:
        name = self.fresh("function")
        kept = {kind: list(names) for kind, names in self.names.items()}
        default = self.int()
        if self.chance(0.2):
            self.emit("@functools.lru_cache(maxsize=None)")
        self.emit(f"def {name}(p, q={default}):")
        self.depth += 1
        shared = self.pick("int")
        if self.chance(0.4) and shared is not None:
            self.emit(f"global {shared}")
            self.names["int"] = [shared, "p", "q"]
        else:
            self.names["int"] = ["p", "q"]
        self.names["list"], self.names["dict"] = kept["list"][:2], kept["dict"][:2]
        for kind in ("list", "dict"):  # they are changed, never assigned
            self.names[kind] = list(self.names[kind])
        self.emit("s0, l0, d0 = 'loc', [p], {'a': q}")
        self.names["str"], self.names["set"], self.names["object"] = ["s0"], [], []
        self.names["list"], self.names["dict"] = ["l0"], ["d0"]
        if kept["list"] and self.chance(0.5):
            self.emit(f"{kept['list'][0]}.append(p)")
        if self.chance(0.4):
            self.emit("def inner(z):")
            self.emit("    nonlocal p")
            self.emit("    p = p + z")
            self.emit("    return p % 50")
            self.emit("q = inner(q)")
        loops, self.loops = self.loops, 0
        self.function += 1
        for _ in range(self.random.randrange(1, 4)):
            self.statement()
        self.emit(f"return {self.int()}")
        self.function -= 1
        self.loops = loops
        self.depth -= 1
        self.names = kept
        self.bound("function", name)

    def define_generator(self) -> None:
        name = self.fresh("generator")
        self.emit(f"def {name}(n):")
        self.emit("    for i in range(n):")
        if self.chance(0.3):
            self.emit("        if i == 2:")
            self.emit("            return")
        self.emit(f"        yield i * {self.random.randrange(1, 4)}")
        if self.chance(0.4):
            self.emit("    yield from [7, n]")
        self.generators.append(name)

    def define_class(self) -> None:
        name = f"Class{len(self.classes)}"
        base = f"({self.random.choice(self.classes)})" if self.classes and self.chance(0.5) else ""
        self.emit(f"class {name}{base}:")
        self.emit("    total = 0")
        if not base or self.chance(0.5):
            self.emit("    def __init__(self, value):")
            self.emit("        super().__init__(value)" if base else "        self.items = []")
            self.emit(f"        self.value = value + {self.random.randrange(3)}")
        if not base or self.chance(0.5):
            self.emit("    def step(self, n):")
            self.emit("        self.value += n")
            self.emit("        type(self).total += 1")
            self.emit(f"        return {'super().step(n) + ' if base else ''}self.value % 40")
        if not base:
            self.emit("    def add(self, item):")
            self.emit("        self.items.append(item)")
            self.emit("    @property")
            self.emit("    def double(self):")
            self.emit("        return self.value * 2 % 100")
            self.emit("    def __len__(self):")
            self.emit("        return len(self.items)")
            self.emit("    def __enter__(self):")
            self.emit("        self.value += 1")
            self.emit("        return self")
            self.emit("    def __exit__(self, kind, error, trace):")
            self.emit("        self.value -= 5")
            self.emit(f"        return {self.random.choice(['False', 'kind is KeyError', 'None'])}")
        self.classes.append(name)
