"""Commands that open the terminal app."""

from __future__ import annotations

from typing import Annotated

import typer

from pimp_tui.commands.opening import Opening, show
from pimp_tui.commands.output import SessionArgument
from pimp_tui.errors import UserError

NoMouse = Annotated[bool, typer.Option("--no-mouse", help="Leave the mouse to the terminal.")]
Ascii = Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters only.")]
Slow = Annotated[bool, typer.Option("--slow", help="Send less to a slow line.")]
_FLAGS = ("--no-mouse", "--ascii", "--slow")
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
        raise typer.Exit(show(Opening(None, no_mouse, ascii_only, slow)))
    given = [flag for flag, on in zip(_FLAGS, (no_mouse, ascii_only, slow), strict=True) if on]
    if given:
        raise UserError(
            f"{' '.join(given)} says nothing before {context.invoked_subcommand}",
            mend="flags of a screen come after its command",
        )
    return None


def open_session(
    session: SessionArgument,
    no_mouse: NoMouse = False,
    ascii_only: Ascii = False,
    slow: Slow = False,
) -> int:
    """Open the workspace on a session; attaches to its campaign if one runs."""
    return show(Opening(session, no_mouse, ascii_only, slow))


COMMANDS = {"open": open_session}
