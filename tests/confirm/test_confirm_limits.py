"""Bad programs: each ends within its limits, the verdict says which, and the next confirm works."""

from __future__ import annotations

import textwrap
import time

import pytest

from kls.confirm.asked import ModelVerdict
from kls.confirm.confirm import confirm
from kls.confirm.session import Session

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]

MODEL = (
    "inputs = keras.Input((3,))\nmodel = keras.Model(inputs, keras.layers.Dense(before() or 2, name=name)(inputs))\n"
)


def program(before: str = "pass", name: str = "'d'") -> str:
    """A file whose model needs a function to be called first."""
    return f"import keras\nimport os\nname = {name}\ndef before():\n" + textwrap.indent(before, "    ") + "\n" + MODEL


LOOK = "'x'.join(['d', *os.listdir('/tmp'), *os.listdir(os.path.expanduser('~')), *os.listdir('/dev/shm')])"
# What each program does before its model, and the words of the verdict.
PROGRAMS = {
    "loops for ever": ("while True: pass", "ran longer than"),
    "catches everything and loops": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "longer",
    ),
    "is busy in C": ("sum(range(10**13))", "ran longer than 4 s"),
    "eats memory": ("kept = []\nwhile True: kept.append(b'x' * (64 << 20))", "more than 768 MB"),
    "asks for memory": ("kept = []\nwhile True: kept.append(bytearray(1 << 40))", "MemoryError"),
    "prints a gigabyte": ("line = b'x' * 10**6\nwhile True: os.write(1, line)", "printed more than"),
    "starts threads": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(9,)).start()",
        "more than 200 threads",
    ),
    "makes files": ("n = 0\nwhile True:\n    n += 1\n    open('/tmp/%d' % n, 'w').close()", "more than 2000 files"),
    "nests folders": ("os.chdir('/tmp')\nwhile True:\n    os.mkdir('d')\n    os.chdir('d')", "more than 2000 files"),
    "fills page tables": (
        "import mmap\nroom = mmap.mmap(-1, 1 << 43, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)\n"
        "for at in range(0, 1 << 43, 1 << 21): room[at]",
        "more than 768 MB",
    ),
    "opens files": ("kept = []\nwhile True: kept.append(open('/dev/null'))", "Too many open files"),
    "writes a long file": (
        "file = open('/tmp/long', 'wb')\nwhile True: file.write(b'x' * (16 << 20))",
        "File too large",
    ),
    "fills the disk": (
        "n = 0\nwhile True:\n    n += 1\n    open('/tmp/%d' % n, 'wb').write(b'x' * (16 << 20))",
        "No space left",
    ),
    "ends itself": ("os._exit(7)", "exit code 7"),
    "crashes": ("import ctypes\nctypes.string_at(0)", "signal 11"),
    "exits": ("import sys\nsys.exit(3)", "SystemExit"),
    "raises": ("raise RuntimeError('no')", "RuntimeError: no"),
    "recurses": ("import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f() + 1\nf()", ""),
}


def build(session: Session, text: str) -> ModelVerdict:
    (model,) = confirm("/nowhere/bad.py", text, None, session).models
    return model


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_bad_program_ends_and_the_next_one_works(short: Session, name: str) -> None:
    before, words = PROGRAMS[name]
    assert build(short, program()).verdict == "clean"  # so that what is measured is not the start
    began = time.monotonic()
    model = build(short, program(before))
    assert time.monotonic() - began < 15
    assert model.verdict != "clean"
    said = " ".join([*model.assumptions, f"{model.error.type}: {model.error.message}" if model.error else ""])
    assert words in said
    assert build(short, program()).verdict == "clean"


def test_a_program_that_raises_before_its_model_says_so(short: Session) -> None:
    model = build(short, program().replace("import os\n", "import os\nraise RuntimeError('no')\n"))
    assert "line 3: RuntimeError was passed over: no" in model.assumptions


def test_what_a_program_leaves_behind_is_gone_before_the_next(short: Session) -> None:
    before = build(short, program(name=LOOK)).layers
    leave = (
        "os.makedirs('/tmp/a/b')\nopen('/tmp/a/b/c', 'w').close()\nopen(os.path.expanduser('~/.x'), 'w').close()\n"
        "os.chmod('/tmp/a', 0)\nos.symlink('/usr', '/dev/shm/link')"
    )
    assert build(short, program(leave)).verdict == "clean"
    assert build(short, program(name=LOOK)).layers == before


@pytest.mark.parametrize(
    "text",
    [
        "import keras\nm = keras.Model(\n",
        "import keras\0\n",
        "import keras\nx = " + "(" * 2000 + ")" * 2000 + "\n",
        "\ufeff!\n",
    ],
)
def test_a_text_that_is_no_program_says_where(short: Session, text: str) -> None:
    answer = confirm("/nowhere/bad.py", text, None, short)
    assert [model.verdict for model in answer.models] == ["inconclusive"] * len(answer.models)
    said = " ".join(answer.models[0].assumptions)
    assert "SyntaxError" in said or "null bytes" in said  # a ValueError before Python 3.11.4


def test_an_empty_file_has_no_models(short: Session) -> None:
    assert confirm("/nowhere/empty.py", "", None, short).models == ()
