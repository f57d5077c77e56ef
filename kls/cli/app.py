"""The commands and their flags. Each imports what it needs when it runs: `kls --help` must not wait for an analysis."""

from __future__ import annotations

import io
import os
import sys
from enum import Enum
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

FOUND, FAILED = 1, 2


class CheckFormat(str, Enum):
    """How `kls check` prints."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class GraphFormat(str, Enum):
    """How `kls graph` prints."""

    TEXT = "text"
    JSON = "json"
    MERMAID = "mermaid"
    DOT = "dot"


class ConfirmFormat(str, Enum):
    """How `kls confirm` prints."""

    TEXT = "text"
    JSON = "json"


Paths = Annotated[
    list[str], typer.Argument(help="Files, folders (all .py and .ipynb in them, as .gitignore allows), or - for stdin.")
]
Keras = Annotated[str | None, typer.Option(metavar="VERSION", help="The Keras to check against; else the installed.")]
Python = Annotated[str | None, typer.Option(metavar="EXE", help="The interpreter of the project; else it is found.")]
Rules = Annotated[list[str] | None, typer.Option(metavar="RULES", help="Codes or names, with commas between them.")]


def run() -> None:
    """Run the command line; a mistake in it is one line on standard error and exit code 2."""
    command = typer.main.get_command(app)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name in a program may have half a surrogate pair
    try:
        code = command.main(sys.argv[1:], prog_name="kls", standalone_mode=False)
    except BrokenPipeError:
        # `kls check | head`: nobody reads on. Python must not complain of it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        words = getattr(error, "format_message", None)
        if words is None:
            raise
        message = words()
        no_command = message.startswith("Usage:")
        print(message if no_command else f"kls: {message}", file=sys.stdout if no_command else sys.stderr)
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)


def _print_version(wanted: bool) -> None:
    if wanted:
        from kls import __version__

        print(f"kls {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """The language server for Keras, and its checks for the command line.

    Exit codes: 0 nothing found, 1 findings of severity warning or error, 2 could not run.
    """


@app.command()
def check(
    paths: Paths,
    format: Annotated[CheckFormat, typer.Option(help="How to print.")] = CheckFormat.TEXT,
    keras: Keras = None,
    python: Python = None,
    select: Rules = None,
    ignore: Rules = None,
    fix: Annotated[bool, typer.Option("--fix", help="Write the safe fixes into the files.")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="Build what is suspicious with the real Keras.")] = False,
    cache: Annotated[bool, typer.Option("--cache/--no-cache", help="Keep what was found for the next run.")] = True,
) -> None:
    """Say where a model is not the one its author meant."""
    from kls.cli.check import Options, check_paths

    selected, ignored = _rules(select, "--select"), _rules(ignore, "--ignore")
    options = Options(format.value, keras, python, selected, ignored, fix, confirm, cache)
    raise typer.Exit(check_paths(paths, options))


@app.command()
def graph(
    paths: Paths,
    format: Annotated[GraphFormat, typer.Option(help="How to print.")] = GraphFormat.TEXT,
    keras: Keras = None,
    python: Python = None,
) -> None:
    """Print the models that the code builds, without running it."""
    from kls.cli.graph import graph_paths

    raise typer.Exit(graph_paths(paths, format.value, keras, python))


@app.command()
def confirm(
    file: Annotated[str, typer.Argument(help="A Python file.")],
    line: Annotated[int | None, typer.Option(metavar="N", help="Only the model on line N (from 1).", min=1)] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Write the fixes that were verified into the file.")] = False,
    format: Annotated[ConfirmFormat, typer.Option(help="How to print.")] = ConfirmFormat.TEXT,
    python: Annotated[
        list[str] | None,
        typer.Option(metavar="EXE", help="The interpreter of the project; else it is found. Several make a table."),
    ] = None,
    matrix: Annotated[
        bool,
        typer.Option("--matrix", help="One table over every Keras and backend of those interpreters, or of all found."),
    ] = False,
) -> None:
    """Build the suspicious models with the real Keras, in a sandbox, and prove their fixes."""
    from kls.cli.confirm import confirm_file

    several = matrix or len(python or ()) > 1
    if several and fix:
        raise typer.BadParameter("writes what one Keras has verified; a table has several", param_hint="--fix")
    raise typer.Exit(confirm_file(file, line, fix, format.value, python or [], several))


@app.command()
def explain(rule: Annotated[str, typer.Argument(help="A rule's code or name, such as KLS101.")]) -> None:
    """Print the page of a rule."""
    from kls.cli.explain import explain_rule

    raise typer.Exit(explain_rule(rule))


@app.command()
def rules() -> None:
    """List the rules."""
    from kls.cli.explain import list_rules

    raise typer.Exit(list_rules())


@app.command()
def doctor(python: Python = None) -> None:
    """Say which Python, Keras and sandbox kls has found here."""
    from kls.cli.doctor import examine

    raise typer.Exit(examine(python))


@app.command()
def demo() -> None:
    """Show it all on an example: the finding, the proof, the fix."""
    from kls.cli.demo import show

    raise typer.Exit(show())


@app.command()
def server(
    tcp: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Listen there for one client, instead of on stdin.")
    ] = None,
) -> None:
    """Serve an editor, by the Language Server Protocol."""
    address = _address(tcp) if tcp else None
    from kls.server.main import start_stdio, start_tcp

    raise typer.Exit(start_tcp(*address) if address else start_stdio())


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise typer.BadParameter(f"{text!r} is not HOST:PORT", param_hint="--tcp")
    return host, int(port)


def _rules(words: list[str] | None, option: str) -> tuple[str, ...]:
    """`--select A,B --select C` as ("A", "B", "C")."""
    from kls.pages import naming_nothing

    listed = tuple(word.strip() for given in words or () for word in given.split(",") if word.strip())
    for word in naming_nothing(listed):
        raise typer.BadParameter(f"{word!r} is no rule: `kls rules` lists them", param_hint=option)
    return listed
