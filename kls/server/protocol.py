"""What we ask of pygls and what we take from it: its dispatch and its types, not its copy of the text."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from kls.source.document import Encoding

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")

# pygls keeps texts that split on form feed, NEL and U+2028, which are no line ends in LSP. Ours are in texts.py.
_OURS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)


def preferred(offered: Sequence[str]) -> list[str]:
    """The client's encodings, the one that we take first: UTF-32 costs nothing here; else the client's own order."""
    known = [e for e in offered if e in ENCODINGS]
    return sorted(known, key=lambda e: e != "utf-32") or ["utf-16"]


def encoding(chosen: str | None) -> Encoding:
    """The encoding that was agreed on, by our name for it."""
    return next((known for known in ENCODINGS if known == chosen), "utf-16")


class Protocol(LanguageServerProtocol):
    """pygls's protocol without its text documents."""

    def __init__(self, server: LanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        for method in _OURS:
            self.fm.builtin_features.pop(method, None)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """pygls takes the first encoding of the client's list that it knows: put ours first."""
        general = params.capabilities.general
        if general and general.position_encodings:
            general.position_encodings = preferred(general.position_encodings)
        return (yield from super().lsp_initialize(params))
