"""The plan as rows of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.widgets.painted import Spans, fit

if TYPE_CHECKING:
    import polars as pl

_KINDS = {"failed": "bad", "ok": "good", "running": "accent"}


@dataclass(frozen=True)
class PlanLine:
    """One planned configuration.

    Attributes:
        status: ``ok``, ``failed``, ``1/2`` repeats, ``running``, or ``-`` for not measured.
    """

    config_id: str
    position: int
    sampler: str
    differs: str
    status: str

    @property
    def measured(self) -> bool:
        """Whether anything of it was run."""
        return self.status not in ("-", "running")


def read_lines(
    plan: pl.DataFrame, runs: pl.DataFrame | None, repeats: int, info: PlanInfo
) -> list[PlanLine]:
    """Lines of a plan with what the runs say of each."""
    statuses = status_of(runs, repeats) if runs is not None else {}
    keys = plan.select("config_id", "position", "sampler").iter_rows()
    return [
        PlanLine(config_id, position, str(sampler), info.describe(config_id),
                 statuses.get(config_id, "-"))
        for config_id, position, sampler in keys
    ]  # fmt: skip


def status_of(runs: pl.DataFrame, repeats: int) -> dict[str, str]:
    """config_id -> status word, by the best attempt of each repeat."""
    best: dict[str, dict[int, bool]] = {}
    for config_id, repetition, status in runs.select(
        "config_id", "repetition", "status"
    ).iter_rows():
        seen = best.setdefault(config_id, {})
        seen[repetition] = seen.get(repetition, False) or status == "ok"
    words = {}
    for config_id, seen in best.items():
        ok = sum(seen.values())
        if ok >= repeats:
            words[config_id] = "ok"
        elif len(seen) >= repeats:
            words[config_id] = "failed" if ok == 0 else f"{ok}/{repeats} ok"
        else:
            words[config_id] = f"{len(seen)}/{repeats}"
    return words


def heading(width: int, has_default: bool) -> Spans:
    """The line over the rows."""
    last = "differs from the default by" if has_default else "options that vary"
    return [(f"     #  {'sampler':<11} {'status':<8} {last}"[:width], "dim")]


def paint(line: PlanLine, width: int, running: str | None) -> Spans:
    """One row; ``running`` is the config_id that is measured now."""
    status = "running" if line.config_id == running else line.status
    sampler = fit(line.sampler, 11)
    room = max(width - 2 - 4 - 2 - 11 - 1 - 8 - 1, 8)
    return [
        (f"{line.position:>4}  {sampler} ", ""),
        (f"{status:<8} ", _KINDS.get(status, "dim" if status == "-" else "")),
        (fit(line.differs, room), ""),
    ]


def matching(lines: Sequence[PlanLine], text: str) -> list[PlanLine]:
    """Lines that hold every word of a filter."""
    words = text.lower().split()
    return [
        line
        for line in lines
        if all(
            word in f"#{line.position} {line.sampler} {line.status} {line.differs}".lower()
            for word in words
        )
    ]
