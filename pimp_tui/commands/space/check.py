"""``pimp-tui space check``."""

from __future__ import annotations

from typing import Annotated

import typer

from pimp_tui.commands.sampling import Model, SpaceArgument


def check(
    space: SpaceArgument,
    model: Model = None,
    n: Annotated[int | None, typer.Option("-n", help="Configurations to run.")] = None,
) -> int:
    """Run a space for real to find missing and over-strict constraints."""
    from pimp_tui.commands.later import refuse

    raise refuse("space check", "`pimp-tui run` records failed runs and ignored options")
