"""Code actions: the fixes of the findings under the cursor, "fix all", "confirm", "say how to call it" and "ignore".

All of them are made from the analysis of the text that is there now, never from the diagnostics that the client sends
along, which may be older.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lsprotocol import types

from kls.confirming import suspects
from kls.fixes import safe_edits
from kls.rules.finding import Edit, Finding
from kls.server.analyses import Result
from kls.server.ignoring import ignore_edit
from kls.server.lenses import confirm_command
from kls.server.places import overlap
from kls.server.server import KlsServer
from kls.source.position import Location

Kind = types.CodeActionKind

FIX_ALL = "source.fixAll.kls"
OPTIONS = types.CodeActionOptions(code_action_kinds=[Kind.QuickFix, FIX_ALL])


def register(ls: KlsServer) -> None:
    """Add the feature."""
    ls.feature(types.TEXT_DOCUMENT_CODE_ACTION, OPTIONS)(actions)


async def actions(ls: KlsServer, params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
    """What can be done at the range. A client that knows only commands gets only those."""
    uri = params.text_document.uri
    file = ls.texts.find(uri)
    result = await ls.analyses.with_models(file.uri) if file else None
    if result is None:
        return []
    only = params.context.only
    found: list[types.CodeAction] = []
    if _wanted(Kind.QuickFix, only):
        found += _at(ls, result, uri, params)
    if _wanted(FIX_ALL, only):
        found += _fix_all(ls, result)
    if ls.client.action_literals:
        return list(found)
    return [action.command for action in found if action.command]


def _at(ls: KlsServer, result: Result, uri: str, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Quick fixes for each finding that the range touches: its fixes, safe ones first, then confirm, then ignore."""
    asked = result.places.range(result.file, uri, params.range)
    shown = ls.findings(result)
    here = [f for f in shown if f.place.path == result.file.path and overlap(f.place.range, asked)]
    suspected = suspects(result.analysis) if here else ()
    fixes: list[types.CodeAction] = []
    others: list[types.CodeAction] = []
    for finding in here:
        about = _about(finding, result, params.context.diagnostics)
        for fix in sorted(finding.fixes, key=lambda fix: not fix.safe):
            title = f"{fix.title} (verified)" if fix.verified else fix.title
            edit = None if fix.verified is False else workspace_edit(ls, result, fix.edits)
            if edit is not None:
                fixes.append(types.CodeAction(title, Kind.QuickFix, about, fix.safe or None, edit=edit))
        about_it = next((s for s in suspected if finding.place in {f.place for f in s.findings}), None)
        if about_it is not None and finding.verdict is None:
            command = confirm_command("Confirm with Keras", result, about_it)
            others.append(types.CodeAction(command.title, Kind.QuickFix, about, command=command))
        ignore = ignore_edit(result.file.document, finding)
        edit = workspace_edit(ls, result, [ignore]) if ignore else None
        if edit is not None:
            others.append(types.CodeAction(f"Ignore {finding.rule} on this line", Kind.QuickFix, about, edit=edit))
    for suspect, comment in ls.verdicts.wanted(result):
        edit = workspace_edit(ls, result, [comment]) if overlap(suspect.location.range, asked) else None
        if edit is not None:
            fixes.append(types.CodeAction("Say how to call it, to confirm with Keras", Kind.QuickFix, edit=edit))
    return _unique([*fixes, *sorted(others, key=lambda action: action.command is None)])


def _fix_all(ls: KlsServer, result: Result) -> list[types.CodeAction]:
    """One action with the safe fix of every finding of the file; none if there is nothing to fix."""
    edits = safe_edits(ls.findings(result), result.file.path)
    edit = workspace_edit(ls, result, edits) if edits else None
    return [types.CodeAction("Fix all that kls can fix safely", FIX_ALL, edit=edit)] if edit else []


def workspace_edit(ls: KlsServer, result: Result, edits: Iterable[Edit[Location]]) -> types.WorkspaceEdit | None:
    """`edits` for the client, with the versions they are for where it can tell; None if a place has no text here."""
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in edits:
        place = result.places.location(edit.place)
        if place is None:
            return None
        changes.setdefault(place.uri, []).append(types.TextEdit(place.range, edit.new_text))
    if not ls.client.document_changes:
        return types.WorkspaceEdit(changes=changes)
    documents = []
    for uri, texts in changes.items():
        file = ls.texts.find(uri)
        identifier = types.OptionalVersionedTextDocumentIdentifier(uri, file.version_of(uri) if file else None)
        documents.append(types.TextDocumentEdit(identifier, texts))
    return types.WorkspaceEdit(document_changes=documents)


def _about(
    finding: Finding[Location], result: Result, sent: Sequence[types.Diagnostic]
) -> list[types.Diagnostic] | None:
    """Those of the client's diagnostics that are this finding, so that it can put the action beside them."""
    place = result.places.location(finding.place)
    return [d for d in sent if place and d.code == finding.rule and d.range == place.range] or None


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client that asks for `only` these kinds wants `kind`, which may be a kind of one of them."""
    return only is None or any(kind == parent or kind.startswith(f"{parent}.") or not parent for parent in only)


def _unique(actions: list[types.CodeAction]) -> list[types.CodeAction]:
    """Two findings with one answer make one action."""
    kept: list[types.CodeAction] = []
    for action in actions:
        if not any((a.title, a.edit, a.command) == (action.title, action.edit, action.command) for a in kept):
            kept.append(action)
    return kept
