"""What a reader of the figures should know: meters, contaminated runs, heat, idle. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pimp_tui.tui.panes.monitor.model import Model, Run
from pimp_tui.tui.panes.plan_info import PlanInfo

#: Runs are named up to so many, then counted.
_NAMED = 6


def remarks(
    model: Model, plan: PlanInfo | None, manifest: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """(what, on which runs or how much), the gravest first; empty where all is well.

    Args:
        manifest: the session's, of which ``meter_remarks`` and ``idle_baselines`` are read.
    """
    found: list[tuple[str, str]] = []
    for remark in manifest.get("meter_remarks") or []:
        run = f"{_name(plan, str(remark.get('config_id')))} rep {remark.get('repetition')}"
        found.append(("meters", f"{remark.get('text')} (first seen: {run})"))
    found += _runs(model, plan, "contaminated", lambda run: bool(run.metrics.get("contaminated")))
    found += _runs(model, plan, "slowed by heat", lambda run: bool(run.throttled))
    if idle := _idle(manifest):
        found.append(("idle power", idle))
    return found


def meters_disagree(manifest: Mapping[str, Any]) -> bool:
    """Whether the counter and the integral of the samples differed in some run."""
    return any("disagree" in str(one.get("text")) for one in manifest.get("meter_remarks") or [])


def _runs(
    model: Model, plan: PlanInfo | None, what: str, holds: Callable[[Run], bool]
) -> list[tuple[str, str]]:
    ok = [run for run in model.runs.values() if run.status == "ok"]
    hit = [f"{_name(plan, run.config_id)} rep {run.repetition}" for run in ok if holds(run)]
    if not hit:
        return []
    more = f" and {len(hit) - _NAMED} more" if len(hit) > _NAMED else ""
    return [(what, f"{len(hit)} of {len(ok)} good runs: {', '.join(hit[:_NAMED])}{more}")]


def _idle(manifest: Mapping[str, Any]) -> str:
    baselines = [one for one in manifest.get("idle_baselines") or [] if one.get("power_w")]
    again = sum(str(one.get("reason")).startswith("drift") for one in baselines)
    if not again:
        return ""
    watts = [float(one["power_w"]) for one in baselines]
    return f"{min(watts):.1f} to {max(watts):.1f} W, taken again {again} times for drift"


def _name(plan: PlanInfo | None, config_id: str) -> str:
    return plan.name(config_id) if plan else config_id[:8]
