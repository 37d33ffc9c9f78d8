"""Opening a screen: by far the most typed command lines, told apart without Typer.

Typer and every command module cost a quarter of the CPU to the first frame, so these lines reach
the app without them; any other line, mistakes among them, is Typer's.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

_FLAGS = {"--no-mouse": "no_mouse", "--ascii": "ascii", "--slow": "slow"}


class Opening(NamedTuple):
    """A screen to open: a session's workspace, or without one the list of sessions."""

    session: str | None = None
    no_mouse: bool = False
    ascii: bool = False
    slow: bool = False


def opening_of(arguments: Sequence[str]) -> Opening | None:
    """What a command line opens; None where Typer is needed to tell.

    Exactly ``[open SESSION]``, SESSION not looking like an option, and anywhere among them the
    flags of every screen, once each.
    """
    if "_PIMP_TUI_COMPLETE" in os.environ:
        return None
    words = [word for word in arguments if word not in _FLAGS]
    flags = [word for word in arguments if word in _FLAGS]
    if len(set(flags)) < len(flags) or any(word.startswith("-") for word in words):
        return None
    named = len(words) == 2 and words[0] == "open"
    if words and not named:
        return None
    given = {_FLAGS[flag]: True for flag in flags}
    return Opening(words[1] if named else None, **given)


def show(opening: Opening) -> int:
    """Run the app on a session, or on the list of sessions; returns the exit code.

    Raises:
        UserError: no such session, or no terminal that can show it.
    """
    path = None
    if opening.session is not None:
        from pimp_tui.session.manifest import read_manifest
        from pimp_tui.session.paths import resolve

        path = resolve(opening.session)
        read_manifest(path)
    from pimp_tui.tui import collecting

    collecting.hold()
    from pimp_tui.tui.app import run_app

    return run_app(session=path, no_mouse=opening.no_mouse, ascii=opening.ascii, slow=opening.slow)
