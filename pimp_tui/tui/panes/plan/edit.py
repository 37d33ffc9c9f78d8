"""Edits of a session's plan: under its lock, written whole or not at all. For threads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError
from pimp_tui.session.bundle import Session
from pimp_tui.session.lock import SessionLock
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.session.segments import write_frame

if TYPE_CHECKING:
    import polars as pl

Change = Callable[["pl.DataFrame"], "pl.DataFrame"]


def change_plan(session: Path, change: Change) -> int:
    """Replace the plan by ``change(plan)``, positions counted anew from 1.

    A finished campaign that gets more configurations counts as stopped, so that it can go on.

    Returns:
        How many configurations there are now.

    Raises:
        UserError: a runner works on the session, or the change is refused.
    """
    with SessionLock.acquire(session):
        plan = Session(session).plan.collect()
        changed = renumbered(change(plan))
        write_frame(session / "plan.parquet", changed)
        manifest = read_manifest(session)
        if manifest["status"] == "done" and changed.height > plan.height:
            write_manifest(session, manifest | {"status": "stopped"})
    return changed.height


def renumbered(plan: pl.DataFrame) -> pl.DataFrame:
    """Positions 1, 2, … in the order of the rows."""
    import polars as pl

    return plan.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("position"))


def moved(config_id: str, by: int) -> Change:
    """Move a configuration up (-1) or down (1)."""

    def change(plan: pl.DataFrame) -> pl.DataFrame:
        ids = plan["config_id"].to_list()
        here = ids.index(config_id)
        there = here + by
        if not 0 <= there < len(ids):
            raise UserError("it is at the end of the plan already")
        order = list(range(len(ids)))
        order[here], order[there] = order[there], order[here]
        return plan[order]

    return change


def dropped(config_id: str, session: Path | None) -> Change:
    """Leave a configuration out; one that was measured stays.

    Args:
        session: where runs are looked for; None for a plan that belongs to no session.
    """

    def change(plan: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        if session is not None:
            runs = Session(session).runs.filter(pl.col("config_id") == config_id)
            if runs.select(pl.len()).collect().item():
                raise UserError("it is measured already: what was measured stays in the plan")
        if plan.height == 1:
            raise UserError("a plan needs one configuration at least")
        first = plan["config_id"].to_list().index(config_id)
        return pl.concat([plan[:first], plan[first + 1 :]])

    return change


def extended(more: pl.DataFrame) -> Change:
    """Add the configurations of another plan that are not in it yet."""

    def change(plan: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        known = set(plan["config_id"])
        fresh = more.filter(~pl.col("config_id").is_in(list(known))).unique(
            "config_id", keep="first", maintain_order=True
        )
        if fresh.is_empty():
            raise UserError("all of these are in the plan already")
        if set(fresh.columns) != set(plan.columns):
            raise UserError("the space's options are not those of the plan")
        return pl.concat([plan, fresh.select(plan.columns).cast(dict(plan.schema))])  # type: ignore[arg-type]

    return change


def restored(before: pl.DataFrame, session: Path | None) -> Change:
    """Bring back an earlier plan; what was measured since stays in it."""

    def change(plan: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        if session is None:
            return before
        measured = set(Session(session).runs.select("config_id").collect()["config_id"])
        lost = plan.filter(pl.col("config_id").is_in(list(measured - set(before["config_id"]))))
        return pl.concat([before, lost])

    return change
