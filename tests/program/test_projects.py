"""Programs of several files: what an import finds, and that it is looked at again when a file is another."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from kls.analysis import Analysis, Memo, Snapshot, analyse
from kls.environment import read_environment
from kls.settings import Settings
from kls.source.document import Document

BLOCK = "import keras\n\ndef block(x, n=3):\n    return keras.layers.Dense(n, name='hidden')(x)\n"
FAULTY = """
import keras

def build():
    a, b = keras.Input((2,)), keras.Input((2,))
    return keras.Model(a, keras.layers.Dense(2)(b))
"""
USE = "a = keras.Input((2,), name='a')\nmodel = keras.Model(a, block(a))\n"


class Project:
    """A folder, in which a file is analysed again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.memo = Memo()
        self.python: str | None = None

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def look(self, name: str, text: str, **open_: str) -> Analysis:
        path = str(self.folder / name)
        documents = {str(self.folder / f"{other}.py"): Document(content) for other, content in open_.items()}
        environment = read_environment(self.python, [str(self.folder)], "3.15.1")
        return analyse(Snapshot(path, Document(text), documents), environment, Settings(), self.memo)


def layers(analysis: Analysis) -> list[list[str]]:
    """The layers of each model."""
    return [[layer.name for layer in model.layers] for model in analysis.models]


@pytest.mark.parametrize(
    ("files", "file", "imports"),
    [
        ({"parts.py": BLOCK}, "model.py", "from parts import block"),
        ({"parts.py": BLOCK}, "model.py", "import parts as p\nblock = p.block"),
        ({"net/__init__.py": "", "net/parts.py": BLOCK}, "net/model.py", "from .parts import block"),
        ({"net/__init__.py": "from .parts import block", "net/parts.py": BLOCK}, "model.py", "from net import block"),
        ({"net/__init__.py": "", "net/parts.py": BLOCK}, "model.py", "import net.parts as c\nblock = c.block"),
        ({"net/__init__.py": "", "net/parts.py": BLOCK}, "model.py", "import net.parts\nblock = net.parts.block"),
        ({"space/inner/parts.py": BLOCK}, "model.py", "from space.inner.parts import block"),
        ({"src/net/__init__.py": "", "src/net/parts.py": BLOCK}, "src/net/model.py", "from net.parts import block"),
        ({"parts.py": f"__all__ = ['block']\n{BLOCK}\na = 1\n"}, "model.py", "from parts import *"),
        (
            {"net/__init__.py": "", "net/a/__init__.py": "", "net/parts.py": BLOCK},
            "net/a/model.py",
            "from ..parts import block",
        ),
        (
            {"one.py": f"import two\n{BLOCK}", "two.py": "import one\n\ndef again(x):\n    return one.block(x)\n"},
            "model.py",
            "from two import again as block",
        ),
        (
            {"parts.py": BLOCK},
            "model.py",
            "try:\n    from parts import block\nexcept ImportError:\n    block = None",
        ),
    ],
)
def test_an_import_is_found(tmp_path: Path, files: dict[str, str], file: str, imports: str) -> None:
    project = Project(tmp_path)
    for name, text in files.items():
        project.write(name, text)
    found = project.look(file, f"import keras\n{imports}\n{USE}")
    assert layers(found) == [["a", "hidden"]]


def test_a_file_on_disk_is_read_again_when_it_changes(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("parts.py", BLOCK)
    text = f"import keras\nfrom parts import block\n{USE}"
    assert layers(project.look("model.py", text)) == [["a", "hidden"]]
    project.write("parts.py", BLOCK.replace("'hidden'", "'another'"))
    assert layers(project.look("model.py", text)) == [["a", "another"]]


def test_an_open_file_counts_more_than_the_one_on_disk(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("parts.py", BLOCK)
    project.write("middle.py", "from parts import block\n")
    text = f"import keras\nfrom middle import block\n{USE}"
    assert layers(project.look("model.py", text, parts=BLOCK.replace("'hidden'", "'typed'"))) == [["a", "typed"]]
    assert layers(project.look("model.py", text)) == [["a", "hidden"]]


def test_a_fault_in_another_file_is_told_with_the_place_that_it_comes_from(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("parts.py", FAULTY)
    found = project.look("model.py", "from parts import build\n\nmodel = build()\n")
    places = {Path(finding.place.path).name for finding in found.findings}
    related = {Path(one.place.path).name for finding in found.findings for one in finding.related}
    assert found.findings
    assert {"model.py", "parts.py"} <= places | related


def test_modules_share_their_steps(tmp_path: Path) -> None:
    """Thirty modules that would take a second each: those that come late are not known, and the answer is the same again."""
    project = Project(tmp_path)
    slow = "".join(f"for i in range(400):\n    x{k} = [i, i + 1]\n" for k in range(40))
    for k in range(30):
        project.write(f"slow{k}.py", slow)
    project.write("parts.py", BLOCK)
    imports = "".join(f"import slow{k}\n" for k in range(30))
    before = time.process_time()
    late = project.look("model.py", f"import keras\n{imports}from parts import block\n{USE}")
    assert time.process_time() - before < 6
    assert late.finished
    assert not late.models[0].complete
    early = project.look("model.py", f"import keras\nfrom parts import block\n{imports}{USE}")
    assert layers(early) == [["a", "hidden"]]
    project.write("slow0.py", "x = 1\n")
    again = project.look("model.py", f"import keras\n{imports}from parts import block\n{USE}")
    project.memo = Memo()
    assert again.models == project.look("model.py", f"import keras\n{imports}from parts import block\n{USE}").models


def test_modules_that_import_each_other_are_as_the_first_import_finds_them(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("net/__init__.py", "")
    project.write("net/a.py", "import net.b\nwidth = 3\n")
    project.write("net/b.py", "import net.a\nwidth = getattr(net.a, 'width', 5)\n")
    project.write("net/c.py", "import net.a\nimport net.b\nwidth = net.b.width\n")
    ways = ("net.a, net.b", "net.b", "net.c", "net.b, net.c", "net.a, net.c")
    texts = [f"import keras\nimport {way}\nw = {way.split()[-1]}.width\nkeras.Input((w,))\n" for way in ways]
    text = "m = keras.Model(i := keras.Input((2,)), keras.layers.Dense(w)(i))\n"
    for one in [*texts, *reversed(texts), texts[1], texts[0]]:
        again = project.look("model.py", one + text)
        before, project.memo = project.memo, Memo()
        first = project.look("model.py", one + text)
        project.memo = before
        assert (again.models, again.imports) == (first.models, first.imports)


def test_a_module_that_is_not_there_is_not_imported(tmp_path: Path) -> None:
    """The handler of a failing import is run, until the module appears. Other imports are taken to work."""
    project = Project(tmp_path)
    project.python = sys.executable
    text = (
        "import keras\n"
        "try:\n    from extras import width\nexcept ImportError:\n    width = 5\n"
        "try:\n    import json, numpy, tensorflow, keras.layers\nexcept ImportError:\n    width = 9\n"
        "import wanting\n"
        "i = keras.Input((2,))\n"
        "m = keras.Model(i, keras.layers.Dense(width)(i))\n"
    )
    shape = [layer.shape for layer in project.look("model.py", text).models[0].layers][-1]
    assert shape == (None, 5)
    project.write("extras.py", "width = 7\n")
    assert [layer.shape for layer in project.look("model.py", text).models[0].layers][-1] == (None, 7)
    (tmp_path / "extras.py").unlink()
    assert [layer.shape for layer in project.look("model.py", text).models[0].layers][-1] == (None, 5)


def test_a_module_may_say_itself_what_its_names_are(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write(
        "net/__init__.py", "def __getattr__(name):\n    from net import parts\n    return getattr(parts, name)\n"
    )
    project.write("net/parts.py", BLOCK)
    for imports in ("import net\nblock = net.block\n", "from net import block\n"):
        assert layers(project.look("model.py", f"import keras\n{imports}{USE}")) == [["a", "hidden"]]
