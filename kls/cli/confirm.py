"""`kls confirm`: build the suspicious models of a file with the real Keras, and prove its fixes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from kls.cli.building import Builder, CannotBuild
from kls.cli.checking import Checked, spot
from kls.cli.colours import Paint, painter
from kls.cli.files import STDIN, Target, targets
from kls.cli.reading import Reader, Unreadable, write
from kls.confirm.asked import Confirmation, ModelVerdict
from kls.confirming import Suspect, judged, sentence, suspects, to_json
from kls.fixes import apply_edits, verified_edits

_STYLES = {"confirmed": "red bold", "refuted": "green", "clean": "green", "inconclusive": "yellow"}


def confirm_file(file: str, line: int | None, fix: bool, format_: str, pythons: Sequence[str], matrix: bool) -> int:
    """Build, print, and with `fix` write what was verified. Answers 1 if something was confirmed, 2 if nothing ran."""
    if matrix:
        from kls.cli.confirm_matrix import confirm_matrix

        try:
            return confirm_matrix(_target(file), pythons, line, format_)
        except Unreadable as error:
            print(f"kls: {file}: {error}", file=sys.stderr)
            return 2
    reader = Reader({"python": pythons[0] if pythons else None})
    paint = painter()
    progress = (
        (lambda message: print(f"kls: {message} ...", file=sys.stderr)) if sys.stderr.isatty() else lambda _: None
    )
    builder = Builder(reader, progress)
    try:
        checked = reader.check(_target(file))
        assert checked.analysis is not None
        suspected = _wanted(checked, line)
        confirmation = builder.build(checked.analysis, suspected)
        if format_ == "json":
            print(json.dumps(to_json(confirmation, checked.document), indent=2))
        else:
            print(text(checked, confirmation, paint))
        if fix and suspected:
            _write_fixes(checked, suspected, confirmation)
    except (Unreadable, CannotBuild) as error:
        print(f"kls: {file}: {error}", file=sys.stderr)
        return 2
    finally:
        builder.close()
    return 1 if any(model.verdict == "confirmed" for model in confirmation.models) else 0


def _target(file: str) -> Target:
    """The one file. Raises Unreadable for a folder."""
    found = targets([file])
    if len(found) != 1 or found[0].shown != file:
        raise Unreadable("is a folder, not a file")
    return found[0]


def _wanted(checked: Checked, line: int | None) -> tuple[Suspect, ...] | None:
    """The models with findings, or the one at a line; None, which means all of them, if there is nothing suspicious."""
    assert checked.analysis is not None
    if line is None:
        return suspects(checked.analysis) or None
    found = suspects(checked.analysis, line - 1)
    if not found:
        raise Unreadable(f"no model is built on line {line}")
    return found


def _write_fixes(checked: Checked, suspected: tuple[Suspect, ...], confirmation: Confirmation) -> None:
    """Write every fix that was verified. Raises Unreadable."""
    findings = judged(checked.findings, suspected, confirmation, checked.path)
    edits = verified_edits(findings, checked.path)
    if not edits:
        print("kls: no fix was verified, so nothing was written", file=sys.stderr)
    elif checked.shown == STDIN or checked.document.cells:
        raise Unreadable("can be read, but not written: fix it in an editor")
    else:
        write(checked.path, apply_edits(checked.document, edits))
        print(f"kls: wrote {checked.shown}", file=sys.stderr)


def text(checked: Checked, confirmation: Confirmation, paint: Paint) -> str:
    """For people: a line a model, what it was built of, and how its fixes did."""
    keras = (
        f"Keras {confirmation.keras} ({confirmation.backend}) of {confirmation.python}, sandbox: {confirmation.sandbox}"
    )
    lines = [paint("dim", keras)]
    for model in confirmation.models:
        lines += _model(checked, model, confirmation, paint)
    seconds = confirmation.seconds
    lines.append(paint("dim", f"start {seconds.get('start', 0):.2f} s, build {seconds.get('build', 0):.2f} s"))
    return "\n".join(lines)


def _model(checked: Checked, model: ModelVerdict, confirmation: Confirmation, paint: Paint) -> list[str]:
    name = f"{model.variable}: " if model.variable else ""
    style = _STYLES.get(model.verdict, "bold")
    lines = [
        f"{checked.shown}:{spot(checked.document, model.line)}: {name}{paint(style, sentence(model, confirmation))}"
    ]
    if model.layers:
        marked = [paint("red", layer) if layer in model.leaked else layer for layer in model.layers]
        lines.append(f"   layers: {', '.join(marked)}" + (f" ({model.params:,} parameters)" if model.params else ""))
    lines += [
        f"   {paint('yellow', 'assumed')}: {note}" for note in model.assumptions if model.verdict != "inconclusive"
    ]
    if model.run is not None:
        lines.append(
            f"   above {spot(checked.document, model.run.line, 'line ')}: {paint('bold', f'# kls: run {model.run.call}')}"
        )
    for fix in model.fixes:
        proven = paint("green", "verified") if fix.verified else paint("red", "failed")
        reason = f": {fix.reason}" if fix.reason else ""
        lines.append(f"   fix: {fix.title} ({proven}{reason})")
    return lines
