"""Queueing a configuration for verification: one more line of the plan, under the lock."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError

SAMPLER = "verify"


def queue(session: Path, row: Mapping[str, Any]) -> int:
    """Append a configuration to the session's plan with the sampler ``verify``.

    A finished session becomes a stopped one, so that ``r`` goes on with it.

    Args:
        row: the options of the plan, and config_id.

    Returns:
        its position in the plan.

    Raises:
        UserError: it is planned already, a campaign holds the session, or it cannot be written.
    """
    import polars as pl

    from pimp_tui.session.lock import SessionLock
    from pimp_tui.session.manifest import read_manifest, write_manifest
    from pimp_tui.session.segments import write_frame

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
        manifest = read_manifest(session)
        if manifest.get("imported_metrics"):
            raise UserError("an imported table cannot be measured here")
        file = session / "plan.parquet"
        plan = pl.read_parquet(file)
        known = plan.filter(pl.col("config_id") == row["config_id"])
        if known.height:
            raise UserError(f"it is planned already as #{known['position'][0]}")
        position = int(plan["position"].max() or 0) + 1  # type: ignore[arg-type]
        full = {name: row.get(name) for name in plan.columns}
        full |= {"position": position, "sampler": SAMPLER}
        fresh = pl.DataFrame([full], schema=plan.schema)
        try:
            write_frame(file, pl.concat([plan, fresh]))
            if manifest.get("status") == "done":
                write_manifest(session, manifest | {"status": "stopped"})
        except OSError as error:
            raise UserError(f"the plan cannot be written: {error.strerror}", str(file)) from None
    return position
