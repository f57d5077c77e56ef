"""From a path to what kls knows of it: read, analysed, and if it is wanted built and fixed."""

from __future__ import annotations

import io
import sys
import tokenize
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kls.analysis import Analysis, Memo, ModelReport, Snapshot, analyse
from kls.cli.checking import Checked, absolute
from kls.cli.files import STDIN, Target
from kls.environment import Environment
from kls.fixes import apply_edits, safe_edits
from kls.source.document import Document
from kls.source.position import Location
from kls.source.read import SourceUnreadable, decode_document, read_document
from kls.surroundings import Surroundings, excluded, surroundings

MOST_PASSES = 10
"""A fix can bring a finding to light; more passes than this mean that two fixes undo each other."""


class Unreadable(Exception):
    """A file that cannot be checked; the message says why."""


class Failed(Unreadable):
    """Our own code failed on a file. The others are still of interest."""


@contextmanager
def _our_faults() -> Iterator[None]:
    """An exception that nothing here expects is a fault of kls, and is told as such, with the place where it came up.

    Raises:
        Failed: there was one.
    """
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        raise Failed(f"kls itself failed, please report it: {type(error).__name__}: {error} ({where})") from error


@dataclass(frozen=True)
class FileModels:
    """A file and the models that it builds."""

    checked: Checked
    models: tuple[ModelReport[Location], ...]


class Reader:
    """Reads and analyses files, each in its surroundings, which are read once a folder."""

    def __init__(
        self, settings: Mapping[str, object], memo: Memo | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        """`settings` are the flags of the command line, as settings of the user's own; `variables` those of the environment."""
        self._variables = variables
        self._settings = {name: value for name, value in settings.items() if value}
        python = self._settings.get("python")
        if isinstance(python, str) and Path(python).name != python and not python.startswith("~"):
            self._settings["python"] = str(Path(python).absolute())  # a path on the command line starts here
        self._memo = memo or Memo()
        self._around: dict[str, Surroundings] = {}
        self._environments: dict[tuple[str | None, str, str | None], Environment] = {}

    def around(self, path: str) -> Surroundings:
        """The surroundings of the file at `path`, which is absolute."""
        folder = str(Path(path).parent)
        if folder not in self._around:
            known = self._environments
            said = "the command line"
            self._around[folder] = surroundings(folder, None, self._settings, said, self._variables, known=known)
        return self._around[folder]

    def around_target(self, target: Target) -> Surroundings:
        """The surroundings of a file that was asked for."""
        return self.around(absolute(target.shown))

    def wanted(self, target: Target) -> bool:
        """Whether a file is to be checked: it was named, or the settings do not exclude it."""
        around = self.around_target(target)  # asked of every file, for what is wrong with its settings
        return target.named or not excluded(absolute(target.shown), around)

    def notes(self) -> tuple[str, ...]:
        """What is wrong with the settings that were met so far."""
        return tuple(dict.fromkeys(p for around in self._around.values() for p in around.settings.problems))

    def document(self, target: Target) -> Document:
        """The text of a file. Raises Unreadable."""
        if target.error:
            raise Unreadable(target.error)
        try:
            if target.shown == STDIN:
                return decode_document(sys.stdin.buffer.read())
            return read_document(target.shown)
        except SourceUnreadable as error:
            raise Unreadable(str(error)) from None

    def analysis(self, target: Target) -> Analysis:
        """What is known of a file. Raises Unreadable."""
        path = absolute(target.shown)
        return self.analysis_of(path, self.document(target))

    def analysis_of(self, path: str, document: Document) -> Analysis:
        """What is known of a text that is, or would be, at `path`."""
        around = self.around(path)
        with _our_faults():
            analysis = analyse(Snapshot(path, document), around.environment, around.settings, self._memo)
        self._memo.forget(path)  # a file is looked at once; what it imports is known to the next
        return analysis

    def check(self, target: Target) -> Checked:
        """The findings of a file. Raises Unreadable."""
        return self._checked(target.shown, self.analysis(target))

    def _checked(self, shown: str, analysis: Analysis) -> Checked:
        keras = self.around(analysis.path).environment.keras_version
        return Checked(shown, analysis.path, None, analysis.findings, analysis.documents, keras, analysis)

    def models(self, target: Target) -> FileModels:
        """The models of a file. Raises Unreadable."""
        analysis = self.analysis(target)
        with _our_faults():
            return FileModels(self._checked(target.shown, analysis), analysis.models)

    def fixed(self, checked: Checked) -> Checked:
        """The file after its safe fixes, which are written; what could not be fixed is still in it. Raises Unreadable."""
        if checked.shown == STDIN or checked.document.cells:
            return checked
        before = checked.document
        for _ in range(MOST_PASSES):
            edits = safe_edits(checked.findings, checked.path)
            if not edits:
                break
            document = Document(apply_edits(checked.document, edits))
            checked = self._checked(checked.shown, self.analysis_of(checked.path, document))
        if checked.document is not before:
            write(checked.path, checked.document.text)
        return checked


def write(path: str, text: str) -> None:
    """Put `text` in place of the file, in the encoding that it declares. Raises Unreadable."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(Path(path).read_bytes()).readline)
        # Line ends are the document's own; "utf-8-sig" puts the byte order mark back.
        Path(path).write_bytes(text.encode(encoding))
    except (OSError, UnicodeError, SyntaxError) as error:
        raise Unreadable(f"cannot be written: {getattr(error, 'strerror', None) or error}") from None
