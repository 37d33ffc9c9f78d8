"""Holding picks to their word: measured anew beside the control, with other seeds and problems.

What was picked because it was predicted (or measured) to be good is on average worse than that:
the winner's curse. A batch of picks therefore becomes a campaign of its own inside the session,
interleaved with the session's control, on the problems that were kept out where there are any.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.campaign.budget import Budget
from pimp_tui.campaign.settings import Settings, parse_budget
from pimp_tui.errors import UserError
from pimp_tui.learning.verification.control import control_of
from pimp_tui.session import segments
from pimp_tui.session.manifest import new_manifest, read_manifest, write_manifest
from pimp_tui.session.picks import FOLDER, batches, waiting

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.session.bundle import Session

#: Two runs give no interval worth the name: a batch takes at least so many.
LEAST_REPEATS = 3
#: What of the campaign's manifest holds for its verification too.
_SHARED = (
    "host", "devices", "libraries", "engine", "models", "space", "choice", "sandbox", "options",
    "named", "host_file",
)  # fmt: skip


def next_batch(session: Session, budget: Budget) -> Path | None:
    """The batch to go on with: one that is not done, else a new one of the picks that wait.

    The caller holds the session's lock.

    Args:
        budget: the campaign's, of which a new batch may spend what is left.

    Raises:
        UserError: picks wait, and nothing of the budget is left.
    """
    for batch in batches(session.path):
        if read_manifest(batch)["status"] != "done":
            return batch
    plan = session.plan.collect()
    picks = waiting(session.path, plan)
    if not picks:
        return None
    # Polars and more, only for picks.
    from pimp_tui.learning.verification.promises import with_promises

    allowed = allowed_budget(session.manifest["settings"], picks, budget)
    return _make(session, plan, with_promises(session, picks), allowed)


def _make(
    session: Session, plan: pl.DataFrame, picks: Sequence[Mapping[str, Any]], budget: str | None
) -> Path:
    import polars as pl

    chosen = [pick["config_id"] for pick in picks]
    first = next((name for name in plan["config_id"] if name not in chosen), None)
    control = control_of(session.manifest.get("named"), first)
    wanted = [control[1]] if control else []
    wanted += [name for name in chosen if name not in wanted]
    rows = plan.filter(pl.col("config_id").is_in(wanted)).unique("config_id", keep="first")
    order = {name: place for place, name in enumerate(wanted)}
    rows = rows.sort(pl.col("config_id").replace_strict(order, return_dtype=pl.Int64))
    number = len(batches(session.path)) + 1
    target = session.path / FOLDER / str(number)
    draft = target.with_name(f".{number}.new")
    shutil.rmtree(draft, ignore_errors=True)
    for table in ("runs", "requests", "power"):
        (draft / table).mkdir(parents=True)
    shutil.copyfile(session.path / "space.uvl", draft / "space.uvl")
    segments.write_frame(draft / "plan.parquet", rows)
    segments.write_frame(draft / "prompts.parquet", segments.frame_of("prompts", []))
    write_manifest(draft, _manifest(session, number, picks, control, budget))
    shutil.rmtree(target, ignore_errors=True)  # one without a manifest is none
    draft.rename(target)
    return target


def _manifest(
    session: Session,
    number: int,
    picks: Sequence[Mapping[str, Any]],
    control: tuple[str, str] | None,
    budget: str | None,
) -> dict[str, Any]:
    old, before = session.manifest, Settings.from_json(session.manifest["settings"])
    repeats = next((pick["repeats"] for pick in picks if pick.get("repeats")), before.repeats)
    settings = before.to_json() | {
        "seed": random.Random(f"{before.seed}/verify/{number}").randrange(2**31),
        "repeats": max(int(repeats), LEAST_REPEATS),
        "budget": budget,
        "precision": None,
    }
    workload = dict(old["workload"])
    if kept := workload.pop("kept_out", None):
        workload |= {"task_ids": kept, "tasks": len(kept)}
    return new_manifest(
        f"{session.name} {FOLDER} {number}",
        **{name: old[name] for name in _SHARED if name in old},
        workload=workload,
        settings=settings,
        seeds={"campaign": settings["seed"]},
        campaign={"name": session.name, "created": old["created"]},
        control={"name": control[0], "config_id": control[1]} if control else None,
        picks=[dict(pick) for pick in picks],
    )


def allowed_budget(
    settings: Mapping[str, Any], picks: Sequence[Mapping[str, Any]], budget: Budget
) -> str | None:
    """The batch's own budget where one was given, else what is left of the campaign's.

    Raises:
        UserError: nothing is left.
    """
    for pick in picks:
        if pick.get("budget"):
            return str(pick["budget"])
    if not settings.get("budget"):
        return None
    amount, unit = parse_budget(settings["budget"])
    left = amount - budget.spent
    if left <= 0:
        waiting_ones = "1 pick" if len(picks) == 1 else f"{len(picks)} picks"
        raise UserError(
            f"{waiting_ones} not verified: the budget of {settings['budget']} is used up",
            mend="`pimp-tui verify SESSION --budget 20runs` gives them one of their own",
        )
    return f"{left:.3f}{unit}"
