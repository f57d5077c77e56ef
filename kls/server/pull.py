"""Pull diagnostics, for clients that can also be told to ask again."""

from __future__ import annotations

from lsprotocol import types

from kls.server.server import KlsServer

OPTIONS = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="kls")


async def pull(
    ls: KlsServer, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
    """The diagnostics of a file or a cell; waits for the text that is there now, or for newer, never for older."""
    uri = params.text_document.uri
    file = ls.texts.find(uri)
    result = await ls.analyses.current(file.uri) if file else None
    items = ls.diagnostics(result).get(uri, []) if result else []
    result_id = ls.result_id(uri, items)
    if result_id == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=result_id)
