"""`kls demo`: the whole road on one example, with the Keras that is installed beside kls."""

from __future__ import annotations

import difflib
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from importlib import resources
from pathlib import Path

from kls.analysis import Analysis
from kls.cli.building import Builder, CannotBuild
from kls.cli.checking import Checked
from kls.cli.colours import Paint, painter
from kls.cli.files import Target
from kls.cli.formats.text import block
from kls.cli.reading import Reader
from kls.confirm.asked import Confirmation
from kls.confirming import judged, sentence, suspects
from kls.fixes import apply_edits, verified_edits
from kls.source.document import Document

EXAMPLE = "text-model.py"


def show() -> int:
    """Print the demonstration; answers 0 if all of it held, 2 if nothing could be built here."""
    paint = painter()
    with tempfile.TemporaryDirectory(prefix="kls-demo-") as folder:
        path = Path(folder) / EXAMPLE
        with resources.as_file(resources.files("kls.cli") / "example" / EXAMPLE) as example:
            shutil.copyfile(example, path)
        reader = Reader({"python": sys.executable})
        builder = Builder(reader)
        try:
            return _show(path, reader, builder, paint)
        except CannotBuild as error:
            print(f"kls: {error}", file=sys.stderr)
            return 2
        finally:
            builder.close()


def _show(path: Path, reader: Reader, builder: Builder, paint: Paint) -> int:
    begun = time.perf_counter()
    checked = _renamed(reader.check(Target(str(path))))
    _head(paint, f"1. kls check {EXAMPLE}", time.perf_counter() - begun, "without running anything")
    for finding in checked.findings:
        print(block(checked, finding, paint))
    assert checked.analysis is not None
    suspected = suspects(checked.analysis)

    confirmation, cold = _timed(builder, checked.analysis)
    _head(paint, f"2. kls confirm {EXAMPLE}", cold, "cold: the sandbox started and imported Keras")
    _verdicts(confirmation, paint)
    _, warm = _timed(builder, checked.analysis)
    print(paint("dim", f"   and once more, warm: {warm:.2f} s\n"))

    findings = judged(checked.findings, suspected, confirmation, checked.path)
    edits = verified_edits(findings, checked.path)
    fixed = Document(apply_edits(checked.document, edits))
    print(paint("bold", "3. The fix"))
    print(_diff(checked.document.text, fixed.text, paint) + "\n")

    analysis = reader.analysis_of(checked.path, fixed)
    begun = time.perf_counter()
    after = builder.build(analysis, None)
    _head(paint, "4. The fixed program", time.perf_counter() - begun, "built by the same Keras")
    _verdicts(after, paint)
    proven = bool(edits) and not analysis.findings and all(m.verdict == "clean" for m in after.models)
    print(paint("green bold", "verified") if proven else paint("red bold", "not verified"))
    return 0 if proven else 1


def _timed(builder: Builder, analysis: Analysis) -> tuple[Confirmation, float]:
    begun = time.perf_counter()
    return builder.build(analysis, suspects(analysis)), time.perf_counter() - begun


def _head(paint: Paint, title: str, seconds: float, words: str) -> None:
    print(f"{paint('bold', title)} {paint('dim', f'({seconds:.2f} s, {words})')}")


def _verdicts(confirmation: Confirmation, paint: Paint) -> None:
    print(paint("dim", f"   {confirmation.sandbox}, Keras {confirmation.keras} on {confirmation.backend}"))
    for model in confirmation.models:
        style = "red" if model.verdict == "confirmed" else "green"
        print(f"   {model.variable or f'line {model.line}'}: {paint(style, sentence(model, confirmation))}")
        for fix in model.fixes:
            words = paint("green", "mends it") if fix.verified else paint("red", f"does not mend it: {fix.reason}")
            print(f"   fix built as well: {fix.title}: {words}")


def _diff(before: str, after: str, paint: Paint) -> str:
    """A unified diff in the colours that diffs have."""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), EXAMPLE, EXAMPLE, n=1, lineterm="")
    styles = {"+": "green", "-": "red", "@": "cyan"}
    return "\n".join(f"   {paint(styles[line[0]], line) if line[:1] in styles else line}" for line in lines)


def _renamed(checked: Checked) -> Checked:
    """Shown by its bare name: the temporary folder is nobody's business."""
    return replace(checked, shown=EXAMPLE)
