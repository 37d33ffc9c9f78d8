"""``pimp-tui space open``."""

from __future__ import annotations

from typing import Annotated

import typer

from pimp_tui.commands.screens import Ascii, NoMouse, Slow


def open_file(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A .uvl file or a shipped name.")],
    no_mouse: NoMouse = False,
    ascii_only: Ascii = False,
    slow: Slow = False,
) -> int:
    """Open a feature model alone: no session, no model, no torch."""
    from pimp_tui.space import load_space

    space = load_space(file)
    from pimp_tui.tui.app import run_app

    return run_app(space=file, no_mouse=no_mouse, ascii=ascii_only, slow=slow, loaded=space)
