"""Commands that open the terminal app."""

from __future__ import annotations

from typing import Annotated

import typer

from pimp_tui.commands.output import SessionArgument

NoMouse = Annotated[bool, typer.Option("--no-mouse", help="Leave the mouse to the terminal.")]
Ascii = Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters only.")]
Slow = Annotated[bool, typer.Option("--slow", help="Send less to a slow line.")]
Version = Annotated[bool, typer.Option("--version", help="Print the version.")]


def root(
    context: typer.Context,
    version: Version = False,
    no_mouse: NoMouse = False,
    ascii_only: Ascii = False,
    slow: Slow = False,
) -> int | None:
    """Tune LLM inference as a configurable system; without a command: the sessions screen."""
    if version:
        from pimp_tui import __version__

        print(f"pimp-tui {__version__}")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        raise typer.Exit(show(None, no_mouse, ascii_only, slow))
    return None


def open_session(
    session: SessionArgument,
    no_mouse: NoMouse = False,
    ascii_only: Ascii = False,
    slow: Slow = False,
) -> int:
    """Open the workspace on a session; attaches to its campaign if one runs."""
    return show(session, no_mouse, ascii_only, slow)


def show(session: str | None, no_mouse: bool, ascii_only: bool, slow: bool) -> int:
    """Run the app on a session, or on the list of sessions."""
    path = None
    if session is not None:
        from pimp_tui.session.manifest import read_manifest
        from pimp_tui.session.paths import resolve

        path = resolve(session)
        read_manifest(path)
    from pimp_tui.tui.app import run_app

    return run_app(session=path, no_mouse=no_mouse, ascii=ascii_only, slow=slow)


COMMANDS = {"open": open_session}
