"""`kls check`: every file read, analysed and rendered, by several processes when there are many."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from kls.analysis import Memo
from kls.cli.cache import Cache, Entry, Import, entry_key, imports_of
from kls.cli.checking import Checked
from kls.cli.colours import Paint, painter
from kls.cli.files import Target, targets
from kls.cli.formats import github, json, sarif, text
from kls.cli.reading import Reader, Unreadable
from kls.garbage import collect_rarely
from kls.rules.finding import Severity
from kls.surroundings import Surroundings

FEW = 50
"""Up to so many files one process is quicker than starting others."""


@dataclass(frozen=True)
class Options:
    """The flags of `kls check`."""

    format: str = "text"
    keras: str | None = None
    python: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fix: bool = False
    confirm: bool = False
    cache: bool = True
    """Whether the answers of earlier runs count, and this one's are kept."""

    @property
    def cached(self) -> bool:
        """Never where the answer depends on more than texts, nor where files are written."""
        return self.cache and not self.confirm and not self.fix

    def settings(self) -> dict[str, object]:
        """As settings of the user's own."""
        return {"keras": self.keras, "python": self.python, "select": self.select, "ignore": self.ignore}


@dataclass(frozen=True)
class Outcome:
    """What is left of a file once it is rendered, small enough to send from one process to another."""

    shown: str
    error: str | None
    serious: bool
    keras: str | None
    part: Any


@dataclass(frozen=True)
class Fresh:
    """An outcome and, where it may be kept for later runs, the key and the imports that it holds for."""

    outcome: Outcome
    key: bytes | None
    imports: tuple[Import, ...] = ()


def check_paths(paths: Sequence[str], options: Options) -> int:
    """Check, print, and answer the exit code."""
    collect_rarely()
    reader = Reader(options.settings())
    wanted = [target for target in targets(paths) if reader.wanted(target)]
    paint = painter()
    for note in reader.notes():
        print(f"kls: {note}", file=sys.stderr)
    outcomes = []
    for outcome in _all(reader, wanted, options, paint):
        outcomes.append(outcome)
        if outcome.error:
            print(f"kls: {outcome.shown}: {outcome.error}", file=sys.stderr)
    _print(outcomes, options, paint)
    if any(outcome.error for outcome in outcomes):
        return 2
    return 1 if any(outcome.serious for outcome in outcomes) else 0


def _all(reader: Reader, wanted: Sequence[Target], options: Options, paint: Paint) -> Iterator[Outcome]:
    """The outcomes in the order of the files: those of earlier runs that still hold, and fresh ones."""
    if not options.cached:
        yield from (made.outcome for made in _fresh(wanted, options, paint))
        return
    with closing(Cache()) as cache:
        known: dict[Target, Outcome | None] = {}
        for target in wanted:
            around = reader.around_target(target)
            known[target] = cache.get(_key(target, around, options, paint), target, around)
        fresh = _fresh([target for target in wanted if known[target] is None], options, paint)
        for target in wanted:
            outcome = known[target]
            if outcome is None:
                made = next(fresh)
                outcome = made.outcome
                if made.key:
                    cache.put(made.key, Entry(made.imports, outcome))
            yield outcome


def _key(target: Target, around: Surroundings, options: Options, paint: Paint) -> bytes | None:
    return entry_key(target, around, (options, paint.__name__)) if options.cached else None


def _fresh(wanted: Sequence[Target], options: Options, paint: Paint) -> Iterator[Fresh]:
    """The files analysed, by several processes when there are many."""
    cores = os.cpu_count() or 1
    if len(wanted) <= FEW or cores == 1 or options.confirm:
        yield from _some(wanted, options, paint)
        return
    from concurrent.futures import ProcessPoolExecutor

    size = max(1, min(25, len(wanted) // (4 * cores)))
    chunks = [wanted[i : i + size] for i in range(0, len(wanted), size)]
    with ProcessPoolExecutor(min(cores, len(chunks)), initializer=collect_rarely) as pool:
        for made in pool.map(_chunk, chunks, [options] * len(chunks), [paint] * len(chunks)):
            yield from made


def _chunk(wanted: Sequence[Target], options: Options, paint: Paint) -> list[Fresh]:
    return list(_some(wanted, options, paint))


_memo = Memo()
"""For all files that this process checks: they import the same modules."""


def _some(wanted: Sequence[Target], options: Options, paint: Paint) -> Iterator[Fresh]:
    reader = Reader(options.settings(), _memo)
    with ExitStack() as stack:
        confirmed = _confirmer(reader, stack) if options.confirm else None
        for target in wanted:
            key = _key(target, reader.around_target(target), options, paint)  # of the text before it is read
            try:
                checked = reader.check(target)
                checked = confirmed(checked) if confirmed else checked
                checked = reader.fixed(checked) if options.fix else checked
            except Unreadable as error:
                checked, key = Checked(target.shown, target.shown, str(error)), None
            imports = imports_of(checked.analysis.imports) if key and checked.analysis else ()
            yield Fresh(_outcome(checked, options, paint), key, imports)


def _confirmer(reader: Reader, stack: ExitStack) -> Callable[[Checked], Checked]:
    """Builds what is suspicious in a file, in one warm Keras that ends with `stack`."""
    from kls.cli.building import Builder, CannotBuild

    builder = Builder(reader)
    stack.callback(builder.close)

    def confirmed(checked: Checked) -> Checked:
        try:
            return builder.confirmed(checked)
        except CannotBuild as error:
            raise Unreadable(f"cannot be confirmed: {error}") from None

    return confirmed


def _outcome(checked: Checked, options: Options, paint: Paint) -> Outcome:
    serious = any(f.severity in (Severity.ERROR, Severity.WARNING) for f in checked.findings)
    part = _part(checked, options.format, paint)
    return Outcome(checked.shown, checked.error, serious, checked.keras, part)


def _part(checked: Checked, format_: str, paint: Paint) -> Any:
    if format_ == "text":
        return text.part(checked, paint)
    return {"json": json, "sarif": sarif, "github": github}[format_].part(checked)


def _print(outcomes: Sequence[Outcome], options: Options, paint: Paint) -> None:
    parts: Iterable[Any] = [outcome.part for outcome in outcomes]
    read = sum(outcome.error is None for outcome in outcomes)
    keras = next((outcome.keras for outcome in outcomes if outcome.keras), options.keras)
    if options.format == "text":
        rendered = text.whole(parts, read, paint)
    elif options.format == "json":
        rendered = json.whole(parts, keras)
    elif options.format == "sarif":
        rendered = sarif.whole(parts)
    else:
        rendered = github.whole(parts)
    if rendered:
        print(rendered)
