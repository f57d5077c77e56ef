"""What the client can do and what it told us at the start, asked of its capabilities once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.capabilities import get_capability


@dataclass(frozen=True)
class Client:
    """The answers, one a field. The defaults are those of a client that says nothing."""

    pulls: bool = False
    """Asks for diagnostics and can be told to ask again. Others are sent them: Neovim 0.11 and Helix 25 pull, but a
    finding that changes without a keystroke (it was confirmed) would never show."""
    related_information: bool = False
    document_changes: bool = False
    action_literals: bool = False
    lens_refresh: bool = False
    progress: bool = False
    markdown: bool = False
    configuration: bool = False
    watches: bool = False
    trusted: bool = True
    options: Any = None
    """initializationOptions, as they came."""


def client(params: types.InitializeParams) -> Client:
    """The facts in an `initialize` request."""
    capabilities = params.capabilities

    def can(name: str) -> bool:
        return bool(get_capability(capabilities, name, False))

    options = params.initialization_options
    formats = get_capability(capabilities, "text_document.hover.content_format", None) or ()
    return Client(
        pulls=get_capability(capabilities, "text_document.diagnostic", None) is not None
        and can("workspace.diagnostics.refresh_support"),
        related_information=can("text_document.publish_diagnostics.related_information")
        or can("text_document.diagnostic.related_information"),
        document_changes=can("workspace.workspace_edit.document_changes"),
        action_literals=get_capability(capabilities, "text_document.code_action.code_action_literal_support", None)
        is not None,
        lens_refresh=can("workspace.code_lens.refresh_support"),
        progress=can("window.work_done_progress"),
        markdown=types.MarkupKind.Markdown in formats,
        configuration=can("workspace.configuration"),
        watches=can("workspace.did_change_watched_files.dynamic_registration"),
        trusted=option(options, "trusted") is not False,
        options=options,
    )


def option(options: Any, name: str) -> Any:
    """One of initializationOptions, which pygls hands over as a dict or as an object; None if it is not there."""
    return options.get(name) if isinstance(options, dict) else getattr(options, name, None)
