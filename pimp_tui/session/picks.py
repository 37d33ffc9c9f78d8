"""Picks to be verified: queued in the plan, with what was promised of them when they were picked.

A pick is a line of the plan with the sampler ``verify``, or a configuration of the plan named in
``picks.json``. Each batch of them is measured in a bundle of its own, ``verify/1``, ``verify/2``,
…: other problems and other seeds must not stand in one table with the campaign's. The campaign
itself does not run lines with that sampler: they would spend its budget, and the verification's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError
from pimp_tui.session.atomic import write_json
from pimp_tui.session.manifest import FILE as MANIFEST

if TYPE_CHECKING:
    import polars as pl

SAMPLER = "verify"
FILE = "picks.json"
FOLDER = "verify"


def promises_of(row: Mapping[str, Any]) -> dict[str, dict[str, float | None]]:
    """Metric -> ``value, lower, upper`` of a predicted row; empty where it predicts nothing."""
    found: dict[str, dict[str, float | None]] = {}
    for name in row:
        metric = name.removesuffix("_lower")
        if metric == name or f"{metric}_upper" not in row or _finite(row.get(metric)) is None:
            continue
        ends = {"value": metric, "lower": name, "upper": f"{metric}_upper"}
        found[metric] = {end: _finite(row[column]) for end, column in ends.items()}
    return found


def queue_pick(
    session: Path,
    row: Mapping[str, Any],
    objectives: Mapping[str, str] | None = None,
    **more: Any,
) -> int:
    """Append a configuration to the plan with the sampler ``verify``; keep what it promises.

    The caller holds the session's lock. A finished session becomes a stopped one, so that it is
    gone on with. A configuration that is planned already is not planned twice.

    Args:
        row: config_id and the options of the plan; of a prediction also its metrics, as
            ``promises_of`` reads them.
        objectives: metric -> "min" or "max" that it was picked by.
        more: kept with the pick as it is.

    Returns:
        its position in the plan.

    Raises:
        UserError: the session was imported, or its plan cannot be written.
    """
    import polars as pl

    from pimp_tui.session.manifest import read_manifest, write_manifest
    from pimp_tui.session.segments import write_frame

    manifest = read_manifest(session)
    if manifest.get("imported_metrics"):
        raise UserError("an imported table cannot be measured here")
    file = session / "plan.parquet"
    plan = pl.read_parquet(file)
    known = plan.filter(pl.col("config_id") == row["config_id"])
    pick = {"config_id": row["config_id"], "promised": promises_of(row)}
    pick |= {"objectives": dict(objectives or {})} | more
    try:
        write_json(session / FILE, [*_others(session, row["config_id"]), pick])
        if known.height:
            position = int(known["position"][0])
        else:
            position = int(plan["position"].max() or 0) + 1  # type: ignore[arg-type]
            full = {name: row.get(name) for name in plan.columns}
            full |= {"position": position, "sampler": SAMPLER}
            write_frame(file, pl.concat([plan, pl.DataFrame([full], schema=plan.schema)]))
        if manifest.get("status") == "done":
            write_manifest(session, manifest | {"status": "stopped"})
    except OSError as error:
        raise UserError(f"the plan cannot be written: {error.strerror}", str(file)) from None
    return position


def read_picks(session: Path) -> list[dict[str, Any]]:
    """What is kept of the picks, in the order they were queued; empty where none was."""
    try:
        value = json.loads((session / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise UserError(f"the picks cannot be read ({error})", str(session / FILE)) from None
    if not isinstance(value, list):
        raise UserError("the picks are no list", str(session / FILE), "take the file away")
    return [pick for pick in value if isinstance(pick, dict) and pick.get("config_id")]


def amend_picks(session: Path, picks: Iterable[Mapping[str, Any]], **more: Any) -> None:
    """Keep more with picks that wait, as ``queue_pick`` does; the caller holds the lock.

    Raises:
        UserError: they cannot be written.
    """
    amended = {pick["config_id"]: dict(pick) | more for pick in picks}
    kept = [pick for pick in read_picks(session) if pick["config_id"] not in amended]
    try:
        write_json(session / FILE, [*kept, *amended.values()])
    except OSError as error:
        raise UserError(
            f"the picks cannot be written: {error.strerror}", str(session / FILE)
        ) from None


def batches(session: Path) -> list[Path]:
    """Bundles of the verifications so far, in order."""
    folder = session / FOLDER
    if not folder.is_dir():
        return []
    found = [
        item for item in folder.iterdir() if item.name.isdigit() and (item / MANIFEST).exists()
    ]
    return sorted(found, key=lambda one: int(one.name))


def planned_picks(batch: Path) -> list[str]:
    """config_ids of a batch's picks, without the control that is measured beside them."""
    from pimp_tui.session.manifest import read_manifest

    return [pick["config_id"] for pick in read_manifest(batch).get("picks") or []]


def campaign_rows(plan: pl.DataFrame, ran: Iterable[str]) -> pl.DataFrame:
    """The rows of a session's plan that its campaign runs: all but those that were only picked.

    Args:
        plan: with ``config_id`` and ``sampler``.
        ran: config_ids with a run in the campaign; a pick among them stays (earlier versions).
    """
    import polars as pl

    picked = plan["sampler"].cast(pl.String).eq_missing(SAMPLER)
    if not picked.any():  # of a million rows nobody looks up which were run
        return plan
    return plan.filter(~picked | plan["config_id"].is_in(list(ran)))


def waiting(session: Path, plan: pl.DataFrame) -> list[dict[str, Any]]:
    """The picks that no batch holds yet, each once; of those in the plan alone only the id.

    Args:
        plan: the session's plan.
    """
    taken = {name for batch in batches(session) for name in planned_picks(batch)}
    kept = {pick["config_id"]: pick for pick in read_picks(session)}
    queued = plan.filter(plan["sampler"] == SAMPLER)["config_id"].to_list()
    order: Iterable[str] = dict.fromkeys([*kept, *queued])
    planned: Sequence[str] = plan["config_id"].to_list()
    return [
        kept.get(name, {"config_id": name, "promised": {}, "objectives": {}})
        for name in order
        if name not in taken and name in planned
    ]


def _finite(value: Any) -> float | None:
    number = isinstance(value, int | float) and math.isfinite(value)
    return float(value) if number else None


def _others(session: Path, config_id: str) -> list[dict[str, Any]]:
    return [pick for pick in read_picks(session) if pick["config_id"] != config_id]
