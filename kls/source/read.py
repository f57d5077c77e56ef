"""Reading a program's file from disk, decoded as Python itself would decode it."""

from __future__ import annotations

import io
import os
import tokenize
from pathlib import Path

from kls.source.document import Document
from kls.source.notebook import read_notebook


class SourceUnreadable(Exception):
    """A file that holds no text to analyse; the message is one line that says why, without the path."""


def read_document(path: str | os.PathLike[str]) -> Document:
    """The document of a Python file or, by its suffix, of a notebook.

    Honours a byte order mark and a coding cookie (PEP 263); UTF-8 otherwise. Raises SourceUnreadable.
    """
    path = Path(path)
    try:
        if path.exists() and not path.is_file():
            raise SourceUnreadable("is a folder, not a file" if path.is_dir() else "is not a regular file")
        data = path.read_bytes()
    except OSError as error:
        raise SourceUnreadable(f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise SourceUnreadable(f"cannot be read: {error}") from None
    return decode_document(data, notebook=path.suffix == ".ipynb")


def decode_document(data: bytes, notebook: bool = False) -> Document:
    """The document that the bytes of a file hold. Raises SourceUnreadable."""
    if notebook:
        try:
            return read_notebook(data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise SourceUnreadable(_undecodable(data, error, "UTF-8")) from None
        except ValueError as error:
            raise SourceUnreadable(f"is {error}") from None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return Document(data.decode(encoding))
    except SyntaxError as error:
        if "unknown encoding" in str(error) or "encoding problem" in str(error):
            raise SourceUnreadable(f"cannot be decoded: {error.msg}") from None
        raise SourceUnreadable(_undecodable(data, _first_fault(data), "UTF-8")) from None
    except UnicodeDecodeError as error:
        name = "UTF-8" if encoding.startswith("utf-8") else encoding
        raise SourceUnreadable(_undecodable(data, error, name)) from None
    except (LookupError, UnicodeError) as error:
        raise SourceUnreadable(f"cannot be decoded: {error}") from None


def _first_fault(data: bytes) -> UnicodeDecodeError | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error
    return None


def _undecodable(data: bytes, error: UnicodeDecodeError | None, name: str) -> str:
    """Where and why bytes are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is not UTF-8: it looks like UTF-16"
    if error is None:
        return f"is not {name}"
    line = data.count(b"\n", 0, error.start) + 1
    return f"is not {name}: byte 0x{data[error.start]:02x} on line {line}"
