"""Code lenses: "Confirm with Keras" over every model that a finding is about, and afterwards what came of it."""

from __future__ import annotations

from lsprotocol import types

from kls.confirming import Suspect, suspects
from kls.server.analyses import Result
from kls.server.server import KlsServer

COMMAND = "kls.confirm"


def register(ls: KlsServer) -> None:
    """Add the feature."""
    ls.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))(lenses)


async def lenses(ls: KlsServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    """One for each suspicious model, and one for each that was built."""
    uri = params.text_document.uri
    file = ls.texts.find(uri)
    result = await ls.analyses.with_models(file.uri) if file else None
    if result is None:
        return []
    told = dict(ls.verdicts.told(result))
    found = []
    for suspect in suspects(result.analysis):
        place = result.places.location(suspect.location)
        if place is not None and place.uri == uri:
            title = told.get(suspect.line, "Confirm with Keras")
            found.append(types.CodeLens(place.range, confirm_command(title, result, suspect)))
    return found


def confirm_command(title: str, result: Result, suspect: Suspect) -> types.Command:
    """Builds the model with the real Keras. The line is 0-based, in the file or, for a notebook, in the cell."""
    place = result.places.location(suspect.location)
    uri, line = (place.uri, place.range.start.line) if place else (result.file.uri, 0)
    return types.Command(title, COMMAND, arguments=[uri, line])
