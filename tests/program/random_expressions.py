"""Random Python expressions of each kind over the names that a program has: numbers, texts, lists, sets, dicts, questions."""

from __future__ import annotations

import random
from collections.abc import Callable


class Expressions:
    """Writes expressions over the variables in `names`; where `unknown`, some of them have no known value."""

    def __init__(self, seed: int, unknown: bool) -> None:
        self.random = random.Random(seed)
        self.unknown = unknown
        self.generators: list[str] = []
        self.count = 0
        self.names: dict[str, list[str]] = {
            kind: [] for kind in ("int", "str", "list", "dict", "function", "object", "set")
        }

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def fresh(self, kind: str) -> str:
        self.count += 1
        return f"{kind[0]}{self.count}"

    def pick(self, kind: str) -> str | None:
        names = self.names[kind]
        return self.random.choice(names) if names else None

    def int(self, deep: int = 0) -> str:
        r = self.random
        name = self.pick("int")
        if deep > 1 or self.chance(0.25):
            if name is not None and self.chance(0.7):
                return name
            if self.unknown and self.chance(0.08):
                return "os.urandom(1)[0] % 3"
            return str(r.randrange(-3, 9))
        a, b = self.int(deep + 1), self.int(deep + 1)
        options: list[Callable[[], str]] = [
            lambda: f"({a} + {b})",
            lambda: f"({a} - {b})",
            lambda: f"({a} * {b} % 97)",
            lambda: f"({a} // ({b} or 1))",
            lambda: f"({a} % {r.randrange(2, 9)})",
            lambda: f"({a} if {self.test(deep + 1)} else {b})",
            lambda: f"max({a}, {b})",
            lambda: f"abs({a})",
            lambda: f"len({self.list(deep + 1)})",
            lambda: f"sum({self.list(deep + 1)})",
            lambda: f"max({self.list(deep + 1)}, default={b})",
            lambda: f"{self.dict(deep + 1)}.get({self.str(deep + 1)}, {a})",
            lambda: f"len({self.str(deep + 1)})",
            lambda: f"sum(x * {a} for x in {self.list(deep + 1)} if x % 2)",
            lambda: f"next((x for x in {self.list(deep + 1)} if x > {a}), {b})",
            lambda: f"({self.list(deep + 1)} or [{a}])[-1]",
            lambda: f"functools.reduce(lambda p, q: p + q, {self.list(deep + 1)}, {a})",
            lambda: f"len({self.set(deep + 1)})",
            lambda: f"(lambda p, q={b}: p - q)({a})",
        ]
        if self.names["function"]:
            options += [lambda: f"{self.pick('function')}({a}, {b})"] * 3
        if self.names["object"]:
            options += [lambda: f"{self.pick('object')}.value", lambda: f"{self.pick('object')}.step({a})"]
            options += [lambda: f"{self.pick('object')}.double", lambda: f"len({self.pick('object')})"]
        return r.choice(options)()

    def test(self, deep: int = 0) -> str:
        r = self.random
        a, b = self.int(deep + 1), self.int(deep + 1)
        options = [
            f"{a} {r.choice(['<', '<=', '==', '!=', '>', '>='])} {b}",
            f"{a} in {self.list(deep + 1)}" if deep < 1 else f"{a} < {b}",
            f"not {a}",
            f"({a} and {b})",
            f"({a} or {b})",
            f"{self.str(deep + 1)} in {self.dict(deep + 1)}" if deep < 1 else f"{a} == {b}",
            f"isinstance({a}, int)",
            f"any(x > {a} for x in {self.list(deep + 1)})" if deep < 1 else f"{a} > {b}",
            f"{self.list(deep + 1)} == {self.list(deep + 1)}" if deep < 1 else f"{a} > {b}",
        ]
        if self.unknown:
            options += [f"os.urandom(1)[0] % 2 == {r.randrange(2)}"]
        return r.choice(options)

    def str(self, deep: int = 0) -> str:
        r = self.random
        name = self.pick("str")
        if deep > 1 or self.chance(0.4):
            return name if name is not None and self.chance(0.7) else repr(r.choice(["a", "b", "key", "x y", ""]))
        options = [
            f"f'{{{self.pick('int') or 1}:03d}}-{{{name or 1}!r}}'",
            f"({self.str(deep + 1)} + {self.str(deep + 1)})[:12]",
            f"{self.str(deep + 1)}.upper()",
            f"str({self.int(deep + 1)})",
            f"('%s_%d' % ({self.str(deep + 1)}, {self.int(deep + 1)}))",
            f"'/'.join([{self.str(deep + 1)}, {self.str(deep + 1)}])[:15]",
            f"({self.str(deep + 1)} * 2)[1:9:2]",
            f"{self.str(deep + 1)}.replace('a', 'bc').strip()[:15]",
            f"str({self.list(deep + 1)})[:9]",
        ]
        return r.choice(options)

    def list(self, deep: int = 0) -> str:
        r = self.random
        name = self.pick("list")
        if deep > 1 or self.chance(0.4):
            if name is not None and self.chance(0.75):
                return name
            return str([r.randrange(9) for _ in range(r.randrange(4))])
        a = self.int(deep + 1)
        options = [
            f"[{a}, {self.int(deep + 1)}]",
            f"[*{self.list(deep + 1)}, {a}]",
            f"({self.list(deep + 1)} + {self.list(deep + 1)})[:6]",
            f"[x + {a} for x in {self.list(deep + 1)}]",
            f"[x for x in {self.list(deep + 1)} if x > {a}]",
            f"sorted({self.list(deep + 1)}, key=lambda x: (x * {a}) % 5)",
            f"list(range({a} % 5))",
            f"{self.list(deep + 1)}[::-1]",
            f"{self.list(deep + 1)}[1:]",
            f"list(map(lambda x: x - {a}, {self.list(deep + 1)}))",
            f"list({self.dict(deep + 1)}.values())",
            f"[i * x for i, x in enumerate({self.list(deep + 1)})]",
            f"[p + q for p, q in zip({self.list(deep + 1)}, {self.list(deep + 1)})]",
            f"list(itertools.accumulate({self.list(deep + 1)}))",
            f"sorted({self.set(deep + 1)})",
            f"list(reversed({self.list(deep + 1)}))",
        ]
        if self.generators:
            options += [f"list({r.choice(self.generators)}({a} % 4))"] * 2
        return r.choice(options)

    def set(self, deep: int = 0) -> str:
        name = self.pick("set")
        if name is not None and self.chance(0.5):
            return name
        if deep > 1:
            return "{1, 2}"
        return self.random.choice(
            [
                f"set({self.list(deep + 1)})",
                f"({self.set(deep + 1)} | {self.set(deep + 1)})",
                f"({self.set(deep + 1)} & {{1, 2, 3}})",
            ]
        )

    def dict(self, deep: int = 0) -> str:
        name = self.pick("dict")
        if name is not None and self.chance(0.6):
            return name
        if deep > 1:
            return "{'a': 1}"
        return self.random.choice(
            [
                f"{{{self.str(deep + 1)}: {self.int(deep + 1)}, 'key': {self.int(deep + 1)}}}",
                f"{{**{self.dict(deep + 1)}, 'b': {self.int(deep + 1)}}}",
                f"{{str(x): x for x in {self.list(deep + 1)}}}",
                f"dict(zip('abc', {self.list(deep + 1)}))",
                f"dict(Counter({self.list(deep + 1)}[:0] or 'abca'))",
            ]
        )

    def of(self, kind: str) -> str:
        made: str = getattr(self, kind)()
        return made
