"""Queueing a configuration for verification: one more line of the plan, under the lock."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError


def queue(
    session: Path, row: Mapping[str, Any], objectives: Mapping[str, str] | None = None
) -> int:
    """Append a configuration to the session's plan with the sampler ``verify``.

    A finished session becomes a stopped one, so that ``r`` goes on with it.

    Args:
        row: the options of the plan, and config_id; what it predicts is kept as promised.
        objectives: metric -> "min" or "max" that it was picked by.

    Returns:
        its position in the plan.

    Raises:
        UserError: it is planned already, a campaign holds the session, or it cannot be written.
    """
    import polars as pl

    from pimp_tui.session.lock import SessionLock
    from pimp_tui.session.picks import queue_pick

    try:
        lock = SessionLock.acquire(session, patience_s=0.2)
    except UserError:
        raise UserError(
            "a campaign runs on this session, so its plan is fixed",
            mend="x stops it; v then queues, r goes on",
        ) from None
    except OSError as error:
        raise UserError(f"the session cannot be written: {error.strerror}") from None
    with lock:
        plan = pl.read_parquet(session / "plan.parquet", columns=["config_id", "position"])
        known = plan.filter(pl.col("config_id") == row["config_id"])
        if known.height:
            raise UserError(f"it is planned already as #{known['position'][0]}")
        return queue_pick(session, row, objectives)
