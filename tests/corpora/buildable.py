"""How many model constructions of real files can be built by `kls confirm`: the figure, and what stands in the way.

usage: buildable.py [--files N] [--sites N] [--only NAME,...] [--out FILE]. Packages come from PyPI into .corpora/; the
shared cases and the programs of tests/truth are among them, the packages' own tests are not. Every `Model(...)`,
`Sequential(...)` and `Functional(...)` that an import says is Keras's is one site, and each is confirmed on its own, in the
jail, with a warm session for a package, under an interpreter that has what the packages import (requirements.txt).
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import corpora

from kls.confirm.asked import ModelVerdict, Site
from kls.confirm.confirm import confirm
from kls.confirm.limits import Limits
from kls.confirm.session import Facts, Session

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES = Path(os.environ.get("KLS_SHARED", ROOT.parent / "shared")) / "cases"
# Further packages that build models: (name, version, the Keras they are for). Those of before 2020 are for a Keras that is
# no longer installed anywhere, and are left away.
FURTHER = (
    ("keras-unet", "0.1.2", "2.15.0"), ("keras-transformer", "0.40.0", "2.15.0"), ("keras-facenet", "0.3.2", "2.15.0"),
    ("keras-efficientnet-v2", "1.2.2", "2.15.0"), ("keras-rl2", "1.0.5", "2.15.0"), ("keras-ocr", "0.9.3", "2.15.0"),
    ("keras-fsl", "0.2.0", "2.15.0"), ("keras-textclassification", "0.1.7", "2.15.0"), ("keras28models", "0.1.0", "2.15.0"),
    ("swiss-army-keras", "0.10.0", "2.15.0"), ("mlp-mixer-keras", "0.0.5", "2.15.0"), ("nfnets-keras", "0.0.2", "2.15.0"),
    ("nbeats-keras", "1.8.0", "2.15.0"), ("musicnn-keras", "0.1.0", "2.15.0"), ("mtcnn", "1.0.0", "2.15.0"),
    ("deepface", "0.0.103", "2.15.0"), ("retina-face", "0.0.19", "2.15.0"), ("n2v", "0.3.3", "2.15.0"),
    ("imageai", "3.0.3", "2.15.0"), ("basic-pitch", "0.4.0", "2.15.0"), ("seqtag-keras", "1.0.6", "2.15.0"),
    ("ocrd-keraslm", "0.4.3", "2.15.0"), ("keras-i2i", "0.3", "2.15.0"), ("keras-xlnet", "0.20.0", "2.15.0"),
    ("notekeras", "0.8.11", "2.15.0"), ("keras-swin-unet", "0.2.7", "3.15.1"), ("kerasfactory", "0.1.1", "3.15.1"),
    ("keras-vision", "0.6.3", "3.15.1"), ("segmodels-keras", "0.1.0.dev13", "3.15.1"), ("bert4keras3", "1.6.6", "3.15.1"),
    ("keras-mdn-layer", "1.0.0", "3.15.1"), ("eznet-keras", "1.1.3", "3.15.1"),
)  # fmt: skip
MODULES = ("keras", "tensorflow", "tf_keras")
NEEDS = "needs a `# kls: run` comment"
PROGRAMS = ROOT / "tests" / "truth" / "programs"
# What a program says that is for a Keras which none of those at hand is: true failures, told apart from ours.
OLD = re.compile(
    r"No module named '(tf_)?keras\b|No module named 'tensorflow\.|cannot import name '\w+' from '(tensorflow\.|tf_|)keras"
    r"|module '(tf_keras|keras|tensorflow)\S*' has no attribute|TensorFlow 1|Keyword argument not understood"
)
TESTS = re.compile(r"(^|/)(tests?|testing|integration_tests)/|(^|/)test_\w+\.py$|_test\.py$")
CONSTRUCTORS = ("Model", "Sequential", "Functional")


@dataclass(frozen=True)
class File:
    """A file of a project and the lines on which it makes models."""

    project: Path
    path: Path
    lines: tuple[int, ...]
    legacy: bool


def constructions(text: str) -> list[int]:
    """Lines that call one of Keras's model classes by a name that an import binds to it."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    classes, modules = set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (
            (node.module or "").split(".")[0] in MODULES or "keras" in (node.module or "")
        ):
            for alias in node.names:
                name = alias.asname or alias.name
                (classes if alias.name in CONSTRUCTORS else modules).add(name)
        elif isinstance(node, ast.Import):
            modules |= {(a.asname or a.name.split(".")[0]) for a in node.names if a.name.split(".")[0] in MODULES}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called, root = node.func, node.func
            while isinstance(root, ast.Attribute):
                root = root.value
            if not isinstance(root, ast.Name):
                continue
            if (isinstance(called, ast.Name) and called.id in classes) or (
                isinstance(called, ast.Attribute) and called.attr in CONSTRUCTORS and root.id in modules
            ):
                found.add(node.lineno)
    return sorted(found)


def project_files(folder: Path, legacy: bool) -> Iterator[File]:
    """The files of a folder that make models."""
    for path in sorted(folder.rglob("*.py")):
        if TESTS.search(str(path.relative_to(folder))):
            continue
        lines = constructions(path.read_text("utf-8", "replace"))
        if lines:
            yield File(folder, path, tuple(lines), legacy)


def bodies(only: list[str]) -> Iterator[list[File]]:
    """The files, a project at a time."""
    further = [corpora.Package(name, version, (keras,), True) for name, version, keras in FURTHER]
    for package in [*corpora.packages(), *further]:
        if only and package.name not in only:
            continue
        try:
            corpora.download(package)
        except subprocess.CalledProcessError as error:
            print(f"{package.name}: {error}", file=sys.stderr)
            continue
        legacy = package.keras[-1].startswith("2.")
        yield list(project_files(package.folder.resolve(), legacy))
    for name, folder in (("cases", CASES), ("programs", PROGRAMS)):
        if not only or name in only:
            yield list(project_files(folder.resolve(), False))


def reason_of(model: ModelVerdict) -> str:
    """Why a verdict is inconclusive, without what differs from file to file."""
    reason = model.assumptions[-1] if model.assumptions else "no reason"
    reason = re.sub(r"^nothing calls .* \(with made-up ones: (.*)\)$", r"made-up arguments: \1", reason)
    reason = re.sub(r"^nothing calls .*", NEEDS, reason)
    return re.sub(r"line \d+: ", "", re.sub(r"'[^']*'|`[^`]*`|\"[^\"]*\"|\d+", "_", reason))[:110]


def main() -> None:
    """Confirm every site and print the figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--files", type=int, default=8, help="at most so many files of a package; of our own programs all"
    )
    parser.add_argument("--sites", type=int, default=6, help="at most so many sites of a file")
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "buildable.jsonl")
    options = parser.parse_args()
    rows = []
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w") as out:
        for files in bodies([name for name in options.only.split(",") if name]):
            if not files:
                continue
            own = files[0].project.parent != corpora.FOLDER.resolve()
            most = len(files) if own else options.files
            step = max(1, len(files) // most)
            before = len(rows)
            with contextlib.closing(session_for(files[0])) as session:
                for file in files[::step][:most]:
                    for row in confirmed(file, session, options.sites):
                        rows.append(row)
                        out.write(json.dumps(row) + "\n")
                        out.flush()
            tell(files[0].project.name, rows[before:])
    tell("packages", [row for row in rows if not str(row["path"]).startswith(("cases/", "programs/"))])
    tell("all", rows)
    reasons = Counter(row["reason"] for row in rows if row["reason"])
    for reason, count in reasons.most_common(25):
        print(f"{count:5} {reason}")


def interpreter() -> Path:
    """An interpreter that has Keras and what the packages import besides (requirements.txt), made once."""
    python = corpora.FOLDER / "env" / "bin" / "python"
    if not python.exists():
        make = [sys.executable, HERE.parent / "make_era.py", corpora.FOLDER / "env", sys.executable]
        subprocess.run([*make, "-r", HERE / "requirements.txt"], check=True)
    return python


# Time is not what is measured here, and the machine may be busy.
LIMITS = Limits(seconds=90, soft_seconds=80, cpu_seconds=400, start_seconds=900)


def session_for(file: File) -> Session:
    """A warm session of a package's era."""
    return Session(
        Facts(interpreter(), file.project, file.legacy, None if file.legacy else "tensorflow"), limits=LIMITS
    )


def confirmed(file: File, session: Session, most: int) -> Iterator[dict[str, object]]:
    """One row for every site of a file."""
    text = file.path.read_text("utf-8", "replace")
    step = max(1, len(file.lines) // most)
    for line in file.lines[::step][:most]:
        begun = time.monotonic()
        verdict, notes, reason = ask(file, text, line, session)
        old = verdict == "inconclusive" and any(OLD.search(note) for note in notes)
        yield {
            "path": str(file.path.relative_to(file.project.parent)), "line": line, "verdict": verdict, "reason": reason,
            "called": any("nothing comes to it by itself" in note for note in notes), "old": old, "notes": notes,
            "seconds": round(time.monotonic() - begun, 2), "legacy": file.legacy,
        }  # fmt: skip


def ask(file: File, text: str, line: int, session: Session) -> tuple[str, list[str], str | None]:
    """(verdict, assumptions, why it is inconclusive) of one site."""
    try:
        (model,) = confirm(file.path, text, [Site(line)], session).models
    except Exception as error:
        return "inconclusive", [repr(error)], f"{type(error).__name__}: {error}"[:110]
    reason = reason_of(model) if model.verdict == "inconclusive" else None
    return model.verdict, list(model.assumptions), reason


def tell(name: str, rows: list[dict[str, object]]) -> None:
    """One line: sites, those built, of them those with arguments that were made up, and those that are for an older Keras."""
    built = [row for row in rows if row["verdict"] != "inconclusive"]
    called = sum(row["called"] is True for row in built)
    old = sum(row["old"] is True for row in rows)
    files = len({row["path"] for row in rows})
    share = f"{len(built) / len(rows):.0%}" if rows else ""
    if old and len(rows) > old:
        share += f", {len(built) / (len(rows) - old):.0%} without those for an older Keras"
    print(
        f"{name:31} {files:3} files {len(rows):4} sites {len(built):4} built ({called:3} by a made-up call) {old:3} old: {share}",
        flush=True,
    )


if __name__ == "__main__":
    main()
