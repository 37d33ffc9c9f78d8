"""``pimp-tui space convert``."""

from __future__ import annotations

from typing import Annotated

import typer


def convert(
    file: Annotated[str, typer.Argument(metavar="FILE")],
    to: Annotated[str, typer.Option(help="uvl, xml or dimacs.")],
    out: Annotated[str, typer.Option(help="Where to write.")],
) -> int:
    """Write a model in another format."""
    from pimp_tui.commands.later import refuse

    raise refuse("space convert")
