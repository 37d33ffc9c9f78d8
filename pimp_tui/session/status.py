"""How far a session is, told by its files alone."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimp_tui.session import lock
from pimp_tui.session.damage import require_whole
from pimp_tui.session.manifest import read_manifest
from pimp_tui.session.picks import batches, campaign_rows
from pimp_tui.session.replaced import scan_plan
from pimp_tui.session.segments import MERGED, keys_in


def state_of(session: Path, manifest: dict[str, Any]) -> str:
    """One of planned, running, paused, done, stopped, lost.

    ``lost``: the manifest says that a runner of this machine works, but nobody holds the lock.
    """
    state = str(manifest.get("status"))
    if state not in ("running", "paused"):
        return state
    runner = manifest.get("runner") or {}
    elsewhere = runner.get("host") not in (None, socket.gethostname())
    return state if elsewhere or lock.is_held(session) else "lost"


def read_status(session: Path) -> dict[str, Any]:
    """The answer of ``pimp-tui status`` (contracts.md).

    ``eta_s`` is None unless a campaign runs; then it is the mean time between the runs so far,
    times the runs that are left: an estimate. Runs of verified picks are counted apart.

    Raises:
        UserError: the folder is no session, or a file in it is damaged.
    """

    manifest = read_manifest(session)
    state = state_of(session, manifest)
    own = _count(session, manifest)
    checked = [_count(batch, read_manifest(batch)) for batch in batches(session)]
    eta_s = None
    if state == "running":
        # a batch starts only when the campaign is through
        eta_s = sum(filter(None, (one.eta_s for one in (own, *checked)))) or None
    return {
        "state": state,
        "runs_done": own.done,
        "runs_failed": own.failed,
        "runs_planned": own.planned,
        "verification_done": sum(one.done for one in checked),
        "verification_failed": sum(one.failed for one in checked),
        "verification_planned": sum(one.planned for one in checked),
        "eta_s": eta_s,
        "pid": (manifest.get("runner") or {}).get("pid")
        if state in ("running", "paused")
        else None,
    }


@dataclass(frozen=True)
class _Count:
    """Runs of one bundle; eta_s: of what is left, None where nothing tells."""

    done: int
    failed: int
    planned: int
    eta_s: float | None


def _count(bundle: Path, manifest: dict[str, Any]) -> _Count:
    import polars as pl

    require_whole(bundle)
    done: set[tuple[str, int]] = set()
    seen: set[tuple[str, int]] = set()
    times: list[float] = []
    runs = bundle / "runs"
    if keys_in(runs) or (runs / MERGED).exists():
        columns = ["config_id", "repetition", "status", "started_at", "ended_at"]
        try:
            frame = pl.scan_parquet(runs / "*.parquet").select(columns).collect()
        except pl.exceptions.PolarsError:
            require_whole(bundle, thoroughly=True)
            raise
        for config_id, repetition, status, _, _ in frame.iter_rows():
            seen.add((config_id, repetition))
            if status == "ok":
                done.add((config_id, repetition))
        ended = frame["ended_at"].drop_nulls().sort()
        times = [gap.total_seconds() for gap in ended.diff().drop_nulls()]
    planned = _planned_runs(bundle, manifest, (config_id for config_id, _ in seen))
    left = max(planned - len(seen), 0)
    eta_s = round(left * sorted(times)[len(times) // 2], 1) if times and left else None
    return _Count(len(done), len(seen - done), planned, eta_s)


def _planned_runs(bundle: Path, manifest: dict[str, Any], ran: Iterable[str]) -> int:
    """Distinct configurations to be run times repeats, less the repeats that were not needed."""
    file = bundle / "plan.parquet"
    if not file.exists():
        return 0
    repeats = int((manifest.get("settings") or {}).get("repeats") or 1)
    plan = scan_plan(file).select("config_id", "sampler").collect()
    if "picks" not in manifest:  # of a batch all are run
        plan = campaign_rows(plan, ran)
    return plan["config_id"].n_unique() * repeats - int(manifest.get("repeats_left_out") or 0)
