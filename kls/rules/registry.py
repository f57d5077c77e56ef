"""Which rules there are: every module of this package called `kls<number>_<name>.py`. Adding one touches nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from kls.graph.events import Site
from kls.graph.view import Graph
from kls.rules.finding import Finding


@dataclass(frozen=True)
class Rule:
    """A rule: its code, its name (which reads well after "allow"), one sentence, and what it says of an event."""

    code: str
    name: str
    summary: str
    check: Callable[[object, Graph], Iterable[Finding[Site]]]
    module: str = ""


@cache
def rules() -> dict[str, Rule]:
    """All rules by code, in order."""
    found: dict[str, Rule] = {}
    for info in pkgutil.iter_modules([str(resources.files("kls.rules"))]):
        if info.name.startswith("kls") and info.name[3:6].isdigit():
            module = importlib.import_module(f"kls.rules.{info.name}")
            rule: Rule = module.RULE
            found[rule.code] = Rule(rule.code, rule.name, rule.summary, rule.check, info.name)
    return dict(sorted(found.items()))
