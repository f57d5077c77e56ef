"""Files as Python decodes them, and one clear line for those that hold no text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kls.source.read import SourceUnreadable, decode_document, read_document


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("x = 'é'\r\n".encode(), "x = 'é'\r\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'\n", None),
        (b"x = 1\0\n", "x = 1\0\n"),
        ("x = '\u2028'\n".encode(), "x = '\u2028'\n"),
    ],
)
def test_files_are_decoded_as_python_decodes_them(tmp_path: Path, data: bytes, text: str | None) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(data)
    expected = "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'\n" if text is None else text
    assert read_document(path).text == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x = 1\ny = '\xff'\n", "is not UTF-8: byte 0xff on line 2"),
        (b"\n" * 5000 + b"\xe9\n", "is not UTF-8: byte 0xe9 on line 5001"),
        ("x = 1\n".encode("utf-16"), "is not UTF-8: it looks like UTF-16"),
        (b"# coding: klingon\n", "cannot be decoded: unknown encoding: klingon"),
        (b"# coding: ascii\nx = '\xe9'\n", "is not ascii: byte 0xe9 on line 2"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "cannot be decoded: encoding problem: utf-8"),
        (b"# coding: hex\nx\n", None),
    ],
)
def test_what_is_no_text_is_said_in_one_line(data: bytes, message: str | None) -> None:
    with pytest.raises(SourceUnreadable) as caught:
        decode_document(data)
    assert "\n" not in str(caught.value)
    assert message is None or str(caught.value) == message


def test_files_that_cannot_be_opened_are_said_in_one_line(tmp_path: Path) -> None:
    cases = {tmp_path: "is a folder, not a file", tmp_path / "none.py": "cannot be read: No such file or directory"}
    os.mkfifo(tmp_path / "pipe.py")
    cases[tmp_path / "pipe.py"] = "is not a regular file"
    for path, message in cases.items():
        with pytest.raises(SourceUnreadable) as caught:
            read_document(path)
        assert str(caught.value) == message
    with pytest.raises(SourceUnreadable):
        read_document("a\0b.py")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "secret.py"
    path.write_text("x = 1\n")
    path.chmod(0)
    with pytest.raises(SourceUnreadable, match="cannot be read: Permission denied"):
        read_document(path)


def test_notebooks_are_known_by_their_suffix(tmp_path: Path) -> None:
    path = tmp_path / "model.ipynb"
    path.write_text('{"cells": [{"cell_type": "code", "source": "x = 1"}]}')
    assert read_document(path).cells == (0,)
    path.write_text("x = 1")
    with pytest.raises(SourceUnreadable, match=r"is not a notebook: Expecting value at line 1, column 1"):
        read_document(path)
    path.write_bytes(b'{"cells": "\xff"}')
    with pytest.raises(SourceUnreadable, match="is not UTF-8: byte 0xff on line 1"):
        read_document(path)
