"""What the Monitor watches over: others on the GPUs, drift of the control. Pure functions."""

from __future__ import annotations

from typing import Any

from pimp_tui.learning.verification.control import change
from pimp_tui.tui.panes.monitor.model import Model
from pimp_tui.tui.widgets.cells import Line, line
from pimp_tui.tui.widgets.numbers import scale_of

#: So many rows at most are given to other people's processes.
MOST_ROWS = 3


def foreign_count(model: Model) -> int:
    """How many processes of others are on the GPUs now."""
    return len(model.foreign) if model.live else 0


def foreign_rows(model: Model, height: int) -> list[Line]:
    """Other people's processes on the GPUs, one a row: pid, user, memory, device.

    Args:
        height: rows there are; with too few the last one counts the rest.
    """
    found = model.foreign if model.live else []
    if not found or height < 1:
        return []
    if len(found) > height:
        shown, rest = found[: height - 1], found[height - 1 :]
        told = f"{len(rest)} processes of others" if shown == [] else f"{len(rest)} more"
        pids = ", ".join(_who(one) for one in rest)
        return [*map(_row, shown), line((f"  ! {told}: {pids}", "warn"))]
    return [_row(one) for one in found]


def _row(process: dict[str, Any]) -> Line:
    return line((f"  ! not ours: {_who(process)} on {process['device']}", "warn"))


def _who(process: dict[str, Any]) -> str:
    user, memory = process.get("user"), process.get("memory_bytes")
    much = "" if memory is None else scale_of("peak_memory_bytes", [memory]).text(memory)
    extra = ", ".join(part for part in (user, much) if part)
    return f"pid {process['pid']} ({extra})" if extra else f"pid {process['pid']}"


def control_words(model: Model, config_id: str | None, name: str, wide: bool) -> str:
    """``control #1: 1.20 to 1.25 s (+4.2 %)``: its last run against its first.

    Args:
        config_id: of the control configuration.
        name: what it is called.
        wide: energy too, where it is measured.
    """
    runs = [run for run in model.runs.values() if run.config_id == config_id and run.status == "ok"]
    found = change([run.metrics.get("duration_s") for run in runs])
    if found is None:
        return ""
    scale = scale_of("duration_s", found[:2])
    first, last, share = found
    told = f"control {name}: {scale.number(first)} to {scale.text(last)} ({share:+.1%})"
    measured = [
        run.metrics.get("energy_j") for run in runs if not run.metrics.get("energy_estimated")
    ]
    if wide and (energy := change(measured)):
        told += f", energy {energy[2]:+.1%}"
    return told
