"""One pure function: a snapshot of the text, an environment and settings in; findings and models out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path

from kls.environment import Environment, declared, find_module, is_installed, uses_keras
from kls.environment.era import era_of
from kls.environment.modules import locate_module
from kls.graph.events import ModelBuilt
from kls.graph.library import KerasLibrary
from kls.graph.report import LayerReport, ModelReport, report
from kls.graph.sources import variable_of
from kls.graph.subjects import holder, subject
from kls.graph.view import Graph
from kls.ignores import apply_ignores
from kls.program.interpreter import Cancelled, Interpreter
from kls.program.modules import ModuleCache, Modules
from kls.program.room import with_room
from kls.program.store import Key, Overlay
from kls.program.units import MAIN, Run, UnitMemo, run_document
from kls.program.values import Site, Value
from kls.rules import rules
from kls.rules.finding import Finding, Outcome, Related, Severity
from kls.settings import Settings
from kls.source.document import Document
from kls.source.position import Location
from kls.source.read import SourceUnreadable, read_document
from kls.whereabouts import Whereabouts

__all__ = ["Analysis", "Cancelled", "LayerReport", "Memo", "ModelReport", "Snapshot", "analyse"]


@dataclass(frozen=True)
class Snapshot:
    """What the analysis may see: the file asked about, and texts that editors hold which differ from the disk's."""

    path: str
    document: Document
    open: Mapping[str, Document] = field(default_factory=dict)


@dataclass(frozen=True)
class Analysis:
    """All that is known of one file. `documents` has every file that a location names, for converting columns."""

    path: str
    findings: tuple[Finding[Location], ...]
    documents: Mapping[str, Document]
    finished: bool
    """False where the step budget ended the analysis early: then what was found is not all there is."""
    imports: Mapping[str, str | None]
    """Every module that was asked for, directly or not, with its file; None where there is no source to read, "" where
    there is no such module."""
    _models: Callable[[], tuple[ModelReport[Location], ...]]

    @cached_property
    def models(self) -> tuple[ModelReport[Location], ...]:
        """Every model that the file constructs, in order; worked out when first asked for."""
        return self._models()


class Memo:
    """What one analysis remembers for the next: pure cache, an empty one gives the same answer."""

    def __init__(self) -> None:
        self.units: dict[str, UnitMemo] = {}
        self.modules: dict[Environment, ModuleCache] = {}
        self.environments: dict[str, Environment] = {}
        self.texts: dict[str, tuple[tuple[int, int], Document | None]] = {}
        """Imported files by path, with the time stamp and size that they had when they were read."""

    def of(self, path: str, environment: Environment) -> tuple[UnitMemo, ModuleCache]:
        """The units of a file, which count only in the environment that they were run in, and the modules."""
        if self.environments.get(path) != environment:
            self.environments[path] = environment
            self.units[path] = UnitMemo()
        return self.units.setdefault(path, UnitMemo()), self.modules.setdefault(environment, ModuleCache())

    def forget(self, path: str) -> None:
        """A file was closed: what was remembered of it goes."""
        self.units.pop(path, None)
        self.environments.pop(path, None)


def analyse(
    snapshot: Snapshot,
    environment: Environment,
    settings: Settings,
    memo: Memo,
    cancelled: Callable[[], bool] = lambda: False,
) -> Analysis:
    """Everything kls knows about `snapshot.path`, read statically.

    Nothing is run or imported. `cancelled` is looked at in every step; when it answers True, Cancelled is raised.
    """
    environment = declared(environment, snapshot.document)
    units, cache = memo.of(snapshot.path, environment)
    library = KerasLibrary(environment)
    modules = Modules(
        import_finder(snapshot.path, environment), partial(_read, snapshot, memo), cache, _package(snapshot.path)
    )
    interpreter = Interpreter(library, modules, cancelled)
    graph = Graph(interpreter, library.context)
    checks = [rule.check for rule in rules().values()]
    interpreter.observe = lambda event: [
        _placed(interpreter, f) for check in checks for f in check(event, graph.of(event))
    ]
    run = with_room(lambda: run_document(interpreter, snapshot.document, units))
    where = Whereabouts(snapshot.path, snapshot.document, modules, run.ran)
    located = _gravest(where.locate(finding) for finding in _findings(interpreter, run))
    shown = apply_ignores(snapshot.path, snapshot.document, tuple(located))
    kept = (finding for finding in (_chosen(f, settings) for f in shown) if finding is not None)
    ordered = tuple(sorted(kept, key=lambda f: (f.place.range, f.rule)))
    documents = where.documents()
    models = partial(_models, interpreter, run, where)
    return Analysis(snapshot.path, ordered, documents, run.finished, modules.imported(), models)


def _placed(interpreter: Interpreter, finding: Finding[Site]) -> Finding[Site]:
    """The finding at a place in the analysed file: one in a function of another file stands at the call that leads there."""
    here = next((site for site in reversed(interpreter.stack) if site.module == MAIN), None)
    if finding.place.module == MAIN or here is None:
        return finding
    return replace(
        finding, place=here, related=(Related("this call comes to it here", finding.place), *finding.related)
    )


def _findings(interpreter: Interpreter, run: Run) -> Iterator[Finding[Site]]:
    """What the rules said, each finding with the variable that its model ended up in."""
    nothing: Mapping[Key, Value] = {}
    written = [(unit, nothing) for unit in run.units] + [(unit, unit.writes) for unit in run.aside]
    for unit, writes in written:
        if not unit.events:
            continue
        interpreter.overlay = Overlay(run.store, "findings", writes=writes)
        about: object = None
        for event in unit.events:
            if not isinstance(event, Finding):
                about = event
            elif isinstance(about, ModelBuilt):
                yield _settled(interpreter, event, about)
            else:
                yield _held(interpreter, event, about, chain(unit.events, *(later.events for later in run.units)))


def _settled(interpreter: Interpreter, finding: Finding[Site], built: ModelBuilt) -> Finding[Site]:
    """The finding with the variable that its model ended up in, and on the line that Keras names in its traceback."""
    named = variable_of(interpreter, built.instance)
    if named is not None:
        finding = replace(finding, model=named.name)
    inside = finding.place.module == built.site.module and finding.place.piece == built.site.piece
    if inside and finding.place.line != built.site.line:
        finding = replace(finding, place=built.site)
    return finding


def _held(interpreter: Interpreter, finding: Finding[Site], about: object, events: Iterable[object]) -> Finding[Site]:
    """The finding with the model that shows what is wrong with a call before it, where no Keras refuses that call."""
    address = subject(about)
    if address is None or set(finding.outcomes.values()) != {Outcome.WRONG}:
        return finding
    built = holder(interpreter, address, events)
    return finding if built is None else replace(finding, construction=built.site)


def _gravest(findings: Iterable[Finding[Location]]) -> Iterable[Finding[Location]]:
    """One finding for each rule and place, the gravest: a function that is called twice is said to be wrong once."""
    kept: dict[tuple[str, Location], Finding[Location]] = {}
    grades = list(Severity)
    for finding in findings:
        key = (finding.rule, finding.place)
        other = kept.get(key)
        if other is None or grades.index(finding.severity) < grades.index(other.severity):
            kept[key] = finding
    return kept.values()


def _models(interpreter: Interpreter, run: Run, where: Whereabouts) -> tuple[ModelReport[Location], ...]:
    reports = [r.at(where.location) for r in report(interpreter, run, where.is_here)]
    return tuple(sorted((where.named(r) for r in reports), key=lambda r: r.location.range))


def _chosen(finding: Finding[Location], settings: Settings) -> Finding[Location] | None:
    """The finding as the settings want it: selected or not, with its severity."""

    def named(patterns: tuple[str, ...]) -> bool:
        return any(finding.rule.startswith(p) or finding.name == p for p in patterns)

    if (settings.select and not named(settings.select)) or named(settings.ignore):
        return None
    wanted = settings.severity.get(finding.rule) or settings.severity.get(finding.name)
    if wanted == "off":
        return None
    return replace(finding, severity=Severity(wanted)) if wanted else finding


SKIPPED = frozenset(
    "tensorflow tf_keras numpy scipy pandas sklearn matplotlib torch jax jaxlib PIL cv2 h5py absl google grpc "
    "tensorboard IPython pytest setuptools pip wandb tqdm requests yaml sympy numba transformers datasets".split()
)
"""Large packages that build no Keras model of the user's: their source is not read."""


def import_finder(path: str, environment: Environment) -> Callable[[str], str | None]:
    """For the names of modules that the file at `path` imports: where their source is, None if it is not to be read, ""
    where the program could not import them either."""
    return partial(_find, environment, KerasLibrary(environment), str(Path(path).parent))


def _find(environment: Environment, library: KerasLibrary, folder: str, name: str) -> str | None:
    top = name.partition(".")[0]
    if top == "keras" or top in SKIPPED:
        if library.interprets(name):
            return _keras_source(name, environment)
        return "" if _is_nowhere(top, environment, folder) else None
    path = find_module(name, environment, folder)
    if path is None and _is_nowhere(top, environment, folder):
        return ""
    if path is None or not path.endswith(".py") or _standard(path):
        return None
    return None if is_installed(path) and not uses_keras(name, path) else path


def _is_nowhere(top: str, environment: Environment, folder: str) -> bool:
    """Whether the program could not import a top-level module either. Of an environment without Keras nothing is said:
    it is not the one that the program runs in."""
    if environment.installed_keras is None or top == "keras" or top in sys.stdlib_module_names:
        return False
    known = {"tensorflow": environment.tensorflow_version, "tf_keras": environment.tf_keras_version}
    if known.get(top) or (top in SKIPPED and top not in known):
        return False
    return locate_module(top, environment, folder) is None


def _keras_source(name: str, environment: Environment) -> str | None:
    """The source of a module of Keras's own, if the installed Keras is of the era asked for.

    Keras 3 up to 3.9 appends its folder `api` to its own path (keras/__init__.py).
    """
    top, _, rest = name.partition(".")
    installed = environment.installed_keras
    if top == "keras" and (installed is None or era_of(installed) is not environment.era):
        return None
    return find_module(name, environment) or find_module(f"{top}.api.{rest}", environment)


def _standard(path: str) -> bool:
    """Whether a file belongs to Python's standard library."""
    parts = Path(path).parts
    return (
        "site-packages" not in parts
        and "dist-packages" not in parts
        and any(
            part.startswith("python3") and parts[i - 1] in ("lib", "lib64", "Lib") for i, part in enumerate(parts) if i
        )
    )


def _read(snapshot: Snapshot, memo: Memo, path: str) -> Document | None:
    if path in snapshot.open:
        return snapshot.open[path]
    try:
        state = os.stat(path)  # noqa: PTH116 a Path would take twice as long, on every keystroke
    except OSError:
        return None
    stamp = state.st_mtime_ns, state.st_size
    known = memo.texts.get(path)
    if known is None or known[0] != stamp:
        try:
            known = stamp, read_document(path)
        except SourceUnreadable:
            known = stamp, None
        memo.texts[path] = known
    return known[1]


def _package(path: str) -> str:
    """The dotted name of the package that a file is in: its folders upwards that have an `__init__.py`."""
    parts: list[str] = []
    folder = Path(path).parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)
