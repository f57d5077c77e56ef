"""Text sync: what the client opens, edits and closes goes into our own table, and each change asks for an analysis."""

from __future__ import annotations

from lsprotocol import types

from kls.server.server import KlsServer


def register(ls: KlsServer) -> None:
    """Add the feature."""
    ls.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    ls.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    ls.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    ls.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)(did_open_notebook)
    ls.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(did_change_notebook)
    ls.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(did_close_notebook)


def did_open(ls: KlsServer, params: types.DidOpenTextDocumentParams) -> None:
    """A file, or an untitled text."""
    ls.analyses.changed(ls.texts.open(params.text_document).uri)


def did_change(ls: KlsServer, params: types.DidChangeTextDocumentParams) -> None:
    """Keystrokes."""
    file = ls.texts.change(params)
    if file is not None:
        ls.analyses.changed(file.uri)


def did_close(ls: KlsServer, params: types.DidCloseTextDocumentParams) -> None:
    """The disk's text counts again."""
    _closed(ls, params.text_document.uri)


def did_open_notebook(ls: KlsServer, params: types.DidOpenNotebookDocumentParams) -> None:
    """Its code cells, in order, are one program."""
    ls.analyses.changed(ls.texts.open_notebook(params).uri)


def did_change_notebook(ls: KlsServer, params: types.DidChangeNotebookDocumentParams) -> None:
    """Cells came, went, moved or were edited."""
    before = ls.texts.find(params.notebook_document.uri)
    file = ls.texts.change_notebook(params)
    if before is None or file is None:
        return
    ls.hide(set(before.uris) - set(file.uris))
    ls.analyses.changed(file.uri)


def did_close_notebook(ls: KlsServer, params: types.DidCloseNotebookDocumentParams) -> None:
    """As for a file."""
    _closed(ls, params.notebook_document.uri)


def _closed(ls: KlsServer, uri: str) -> None:
    file = ls.texts.close(uri)
    if file is None:
        return
    ls.forget(file)
    ls.analyses.changed_all()
