"""How many model constructions of real files can be built by `kls confirm`: the figure, and what stands in the way.

usage: coverage.py [--files N] [--sites N] [--only NAME,...] [--out FILE]. Packages come from PyPI into .corpora/; the
programs of tests/ and the shared cases are among them. Every `Model(...)`, `Sequential(...)` and `Functional(...)` that an
import says is Keras's is one site, and each is confirmed on its own, in the jail, with a warm session for a package.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import corpora

from kls.confirm.confirm import ModelVerdict, Site, confirm
from kls.confirm.session import Facts, Session

ROOT = Path(__file__).parents[2]
CASES = Path(os.environ.get("KLS_SHARED", ROOT.parent / "shared")) / "cases"
KERAS_2 = (
    "keras-unet-collection keras-unet kashgari bert4keras tf-keras-vis xplique spektral textgenrnn keras-bert keras-gpt-2"
    " keras-transformer keras-vggface keras-facenet keras-efficientnets keras-efficientnet-v2 vit-keras keras-squeezenet"
    " keras-mixnets keras-wrn keras-rl2 keras-ocr keras-segmentation segmentation-models image-classifiers efficientnet"
    " keras-fsl keras-textclassification keras28models swiss-army-keras bidaf-keras mlp-mixer-keras nfnets-keras nbeats-keras"
    " musicnn-keras mtcnn deepface retina-face deepctr csbdeep stardist n2v imageai basic-pitch crepe seqtag-keras"
    " text-classification-keras keras-text gpkg-keras-mnist ocrd-keraslm keras-i2i keras-cv-attention-models"
    " alibi-detect keras-xlnet notekeras keras-maskrcnn"
).split()
KERAS_3 = "keras-tcn keras-swin-unet kerasfactory keras-vision segmodels-keras bert4keras3 keras-mdn-layer eznet-keras".split()
MODULES = ("keras", "tensorflow", "tf_keras")
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
        lines = constructions(path.read_text("utf-8", "replace"))
        if lines:
            yield File(folder, path, tuple(lines), legacy)


def bodies(only: list[str]) -> Iterator[list[File]]:
    """The files, a project at a time."""
    wanted = [(name, True) for name in KERAS_2] + [(name, False) for name in KERAS_3]
    for name, legacy in wanted:
        if only and name not in only:
            continue
        folder = corpora.fetch(name)
        if folder is not None:
            yield list(project_files(folder, legacy))
    if not only or "cases" in only:
        yield [
            file for file in project_files(CASES, False) if "_fixed" in file.path.name or "expected" in file.path.name
        ]


def reason_of(model: ModelVerdict) -> str:
    """Why a verdict is inconclusive, without what differs from file to file."""
    reason = model.assumptions[-1] if model.assumptions else "no reason"
    if "# kls: run" in reason:
        return "NEEDS # kls: run"
    return re.sub(r"line \d+: ", "", re.sub(r"'[^']*'|`[^`]*`|\"[^\"]*\"|\d+", "_", reason))[:110]


def main() -> None:
    """Confirm every site and print the figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=8, help="at most so many files of a package")
    parser.add_argument("--sites", type=int, default=6, help="at most so many sites of a file")
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "coverage.jsonl")
    options = parser.parse_args()
    rows = []
    with options.out.open("w") as out:
        for files in bodies([name for name in options.only.split(",") if name]):
            if not files:
                continue
            session = session_for(files[0])
            step = max(1, len(files) // options.files)
            before = len(rows)
            for file in files[::step][: options.files]:
                for row in confirmed(file, session, options.sites):
                    rows.append(row)
                    out.write(json.dumps(row) + "\n")
                    out.flush()
            tell(files[0].project.name, rows[before:])
    tell("all", rows)
    for session in SESSIONS.values():
        session.close()
    reasons = Counter(row["reason"] for row in rows if row["reason"])
    for reason, count in reasons.most_common(25):
        print(f"{count:5} {reason}")


SESSIONS: dict[tuple[Path, bool], Session] = {}


def session_for(file: File) -> Session:
    """A warm session of the file's era, over all packages at once: one start serves them all."""
    roof = file.project.parent
    facts = Facts(Path(sys.executable), roof, file.legacy, None if file.legacy else "tensorflow")
    session = SESSIONS.setdefault((roof, file.legacy), Session(facts))
    session.start()
    session.facts = replace(facts, project=file.project)
    return session


def confirmed(file: File, session: Session, most: int) -> Iterator[dict[str, object]]:
    """One row for every site of a file."""
    text = file.path.read_text("utf-8", "replace")
    step = max(1, len(file.lines) // most)
    for line in file.lines[::step][:most]:
        begun = time.monotonic()
        try:
            answer = confirm(file.path, text, [Site(line)], session)
            model = answer.models[0]
            verdict, notes = model.verdict, list(model.assumptions)
            reason = reason_of(model) if verdict == "inconclusive" else None
        except Exception as error:
            verdict, notes, reason = "inconclusive", [repr(error)], f"{type(error).__name__}: {error}"[:110]
        yield {
            "path": str(file.path.relative_to(file.project.parent)), "line": line, "verdict": verdict, "reason": reason,
            "notes": notes, "seconds": round(time.monotonic() - begun, 2),
        }  # fmt: skip


def tell(name: str, rows: list[dict[str, object]]) -> None:
    """One line: sites, built, those that a comment would build."""
    built = sum(row["verdict"] != "inconclusive" for row in rows)
    asks = sum(row["reason"] == "NEEDS # kls: run" for row in rows)
    files = len({row["path"] for row in rows})
    rest = len(rows) - asks
    share = f"{built / len(rows):.0%} of all, {built / rest:.0%} of those that need no `# kls: run`" if rest else ""
    print(
        f"{name:28} {files:4} files {len(rows):5} sites {built:5} built {asks:5} need `# kls: run`  {share}", flush=True
    )


if __name__ == "__main__":
    main()
