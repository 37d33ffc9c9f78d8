"""Objectives on the command line: ``--objective energy_j:min``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.session import Session

Objectives = Annotated[
    list[str] | None, typer.Option("--objective", help="metric:min or metric:max.")
]


def parse_objectives(values: list[str] | None) -> dict[str, str]:
    """``metric:min`` texts as metric -> direction.

    Raises:
        UserError: a direction is neither min nor max, or a metric has both.
    """
    objectives: dict[str, str] = {}
    for value in values or ():
        # a comma parts two objectives only after a direction: names may hold commas
        for part in re.split(r"(?<=:min),|(?<=:max),", value):
            name, _, way = part.strip().rpartition(":")
            if not name or way not in ("min", "max"):
                known = name or (way if way not in ("min", "max") else "") or "metric"
                mend = f"write {known}:min or {known}:max"
                raise UserError(f"{part!r} is no objective", "--objective", mend)
            if objectives.setdefault(name, way) != way:
                raise UserError(f"{name} is asked for both ways", "--objective", "give one")
    return objectives


def require_measured(session: Session, objectives: dict[str, str]) -> None:
    """Raise a UserError for an unknown objective or one that nobody measured."""
    from pimp_tui.learning.measured import check_objectives, measured_frame, metric_values

    frame = measured_frame(session)
    check_objectives(frame, objectives)
    for name in objectives:
        if metric_values(frame, name)[name].drop_nulls().is_empty():
            raise UserError(
                f"no {name} was measured", str(session.path), "measure it, or choose another"
            )
