"""What .pth files and editable installs add to the search path."""

from __future__ import annotations

import pytest
from fake_disk import Disk

from kls.environment import find_module, read_environment
from kls.environment.packages import path_lines


def test_lines_that_are_folders_count_and_others_do_not(disk: Disk) -> None:
    disk.write("packages/a/x.py")
    disk.write("site/inside/x.py")
    disk.write(
        "site/b.pth",
        f"# comment\n\n{disk.root / 'packages/a'}\ninside\nmissing\nimport os; os.system('x')\nimport\tos\n",
    )
    disk.write("site/a.pth", "../packages\n")
    disk.write("site/.hidden.pth", "../packages\n")
    disk.write("site/note.txt", "../packages\n")
    folders, editable = path_lines(disk.root / "site")
    assert folders == [str(disk.root / "packages"), str(disk.root / "packages/a"), str(disk.root / "site/inside")]
    assert editable == {}


def test_a_byte_order_mark_and_bad_bytes_do_no_harm(disk: Disk) -> None:
    disk.write("packages/x.py")
    (disk.root / "site").mkdir()
    (disk.root / "site/a.pth").write_bytes(b"\xef\xbb\xbf../packages\n\xff\xfe\n\0\n")
    assert path_lines(disk.root / "site") == ([str(disk.root / "packages")], {})


SETUPTOOLS = """from __future__ import annotations
import sys
MAPPING: dict[str, str] = {mapping!r}
NAMESPACES: dict[str, list[str]] = {{}}
PATH_PLACEHOLDER = '__editable__.{name}.finder' + ".__path_hook__"
class _EditableFinder:
    pass
def install():
    raise SystemExit("started")
"""

HATCHLING = """from editables.redirector import RedirectingFinder as F
F.install()
F.map_module('tool', {path!r})
"""


def test_finders_of_editable_installs_are_read_and_not_run(disk: Disk) -> None:
    disk.write("models/src/models/__init__.py")
    disk.write("models/src/models/blocks.py")
    disk.write("single.py")
    tool = disk.write("tool/tool/__init__.py")
    site = "venv/lib/python3.11/site-packages"
    python = disk.venv("venv", disk.python("usr"))
    disk.write(
        f"{site}/__editable__.models-1.pth",
        "import __editable___models_1_finder; __editable___models_1_finder.install()",
    )
    mapping = {"models": str(disk.root / "models/src/models"), "single": str(disk.root / "single")}
    disk.write(f"{site}/__editable___models_1_finder.py", SETUPTOOLS.format(mapping=mapping, name="models"))
    disk.write(f"{site}/_editable_impl_tool.py", HATCHLING.format(path=str(tool)))
    found = read_environment(str(python), [], variables=disk.variables())
    assert dict(found.editable) == {**mapping, "tool": str(tool)}
    assert find_module("models.blocks", found) == str(disk.root / "models/src/models/blocks.py")
    assert find_module("models", found) == str(disk.root / "models/src/models/__init__.py")
    assert find_module("single", found) == str(disk.root / "single.py")
    assert find_module("tool", found) == str(tool)
    assert find_module("models.none", found) is None


def test_keras_itself_may_be_an_editable_install(disk: Disk) -> None:
    disk.write("checkout/keras/__init__.py")
    disk.write("checkout/keras/src/version.py", '__version__ = "3.13.0"\n')
    python = disk.venv("venv", disk.python("usr"))
    finder = SETUPTOOLS.format(mapping={"keras": str(disk.root / "checkout/keras")}, name="keras")
    disk.write("venv/lib/python3.11/site-packages/__editable___keras_3_finder.py", finder)
    assert read_environment(str(python), [], variables=disk.variables()).keras_version == "3.13.0"


@pytest.mark.parametrize(
    "text", ["MAPPING = {", "MAPPING = f()", "MAPPING = [1]", "MAPPING = {1: 2, 'a': 3}", "(" * 5_000, "\0"]
)
def test_a_finder_that_makes_no_sense_maps_nothing(disk: Disk, text: str) -> None:
    disk.write("site/__editable___x_finder.py", text)
    assert path_lines(disk.root / "site") == ([], {})
