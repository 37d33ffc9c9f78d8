"""Objectives on the command line: ``--objective energy_j:min``."""

from __future__ import annotations

from typing import Annotated

import typer

from pimp_tui.commands.output import split_list
from pimp_tui.errors import UserError

Objectives = Annotated[
    list[str] | None, typer.Option("--objective", help="metric:min or metric:max.")
]


def parse_objectives(values: list[str] | None) -> dict[str, str]:
    """``metric:min`` texts as metric -> direction.

    Raises:
        UserError: a direction is neither min nor max.
    """
    objectives = {}
    for value in split_list(values):
        name, _, way = value.rpartition(":")
        if not name or way not in ("min", "max"):
            raise UserError(
                f"{value!r} is no objective", "--objective", "write metric:min or metric:max"
            )
        objectives[name] = way
    return objectives
