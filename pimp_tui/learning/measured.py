"""From whatever holds measurements to one row per configuration, one kind of energy only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.session.where_tokens import nearest

PLAN_COLUMNS = ("config_id", "position", "sampler")
_ENERGY = ("energy_", "j_per_")
_ESTIMATED = "energy_estimated"


def is_energy(metric: str) -> bool:
    """Whether a metric is in joules, hence either measured or estimated."""
    return metric.startswith(_ENERGY) and metric != _ESTIMATED


def measured_frame(source: Any) -> pl.DataFrame:
    """Measured rows of a session (one per configuration), a DataFrame or a LazyFrame.

    Failed runs are left out where a ``status`` or ``runs_ok`` column tells.
    """
    rows = source.configurations() if hasattr(source, "configurations") else source
    frame = rows.collect() if isinstance(rows, pl.LazyFrame) else rows
    if not isinstance(frame, pl.DataFrame):
        raise UserError(f"a session or a Polars frame is needed, not {type(source).__name__}")
    if frame.schema.get("status") == pl.String:
        frame = frame.filter(pl.col("status") == "ok")
    if "runs_ok" in frame.columns:
        frame = frame.filter(pl.col("runs_ok").cast(pl.Float64) > 0)
    return frame


def options_of(source: Any, options: Iterable[str] | None) -> list[str]:
    """The option columns: those given, else those of the session's plan."""
    if options is not None:
        return list(options)
    if not hasattr(source, "plan"):
        raise UserError("a frame does not tell its options", mend="give options=[...]")
    plan = source.plan
    names = plan.collect_schema().names() if isinstance(plan, pl.LazyFrame) else plan.columns
    return [name for name in names if name not in PLAN_COLUMNS]


def require_columns(frame: pl.DataFrame, names: Iterable[str], kind: str = "column") -> None:
    """Raise a UserError with the nearest name for the first name that is no column."""
    for name in names:
        if name not in frame.columns:
            close = nearest(name, frame.columns)
            hint = f"; did you mean {close}?" if close else ""
            raise UserError(f"no {kind} {name}{hint}")


def metric_values(frame: pl.DataFrame, metric: str) -> pl.DataFrame:
    """The frame with ``metric`` as Float64, infinite and NaN values as null."""
    require_columns(frame, [metric], "metric")
    dtype = frame.schema[metric]
    if dtype == pl.Null or not (dtype.is_numeric() or dtype == pl.Boolean):
        if frame[metric].null_count() == frame.height:
            return frame.with_columns(pl.lit(None, pl.Float64).alias(metric))
        raise UserError(f"{metric} holds no numbers", mend="choose a numeric metric")
    value = pl.col(metric).cast(pl.Float64)
    return frame.with_columns(pl.when(value.is_finite()).then(value).alias(metric))


def one_kind_of_energy(frame: pl.DataFrame, metric: str) -> tuple[pl.DataFrame, bool, str | None]:
    """Rows whose energy is of one kind: measured or estimated, whichever has more.

    Returns:
        the rows, whether they are estimates, and a note where rows were left out.
    """
    if not is_energy(metric) or _ESTIMATED not in frame.columns:
        return frame, False, None
    share = pl.col(_ESTIMATED).cast(pl.Float64)
    present = frame.filter(pl.col(metric).is_not_null())
    measured = present.filter(share.fill_null(0.0) == 0.0)
    estimated = present.filter(share == 1.0)
    chosen, is_estimate = measured, False
    if estimated.height > measured.height:
        chosen, is_estimate = estimated, True
    dropped = present.height - chosen.height
    kinds = ("estimates", "measured") if is_estimate else ("measured", "estimated or mixed")
    note = f"{metric}: {kinds[0]} only; {dropped} {kinds[1]} rows left out" if dropped else None
    return chosen, is_estimate, note


def per_configuration(
    frame: pl.DataFrame, options: Sequence[str], metrics: Sequence[str]
) -> pl.DataFrame:
    """Average repeats: one row per configuration, in order of first appearance.

    A configuration is a ``config_id`` where there is one, else equal option values. Every
    averaged metric gets a companion ``<metric>__variance``: the variance of its mean over the
    repeats, null for a single run.
    """
    key = ["config_id"] if "config_id" in frame.columns else list(options)
    if not key:
        return frame
    spread = [
        (pl.col(name).var() / pl.col(name).count()).alias(f"{name}__variance") for name in metrics
    ]
    means = [pl.col(name).mean() for name in metrics]
    others = [c for c in frame.columns if c not in (*key, *metrics)]
    firsts = [pl.col(name).first() for name in others]
    return frame.group_by(key, maintain_order=True).agg(*firsts, *means, *spread)


def default_objectives(source: Any) -> dict[str, str]:
    """Energy and pass@1 where energy was measured, else duration and pass@1 (contracts)."""
    frame = measured_frame(source)
    names = frame.columns
    energy = "energy_j" in names and frame["energy_j"].drop_nulls().len() > 0
    if energy:
        _, estimated, _ = one_kind_of_energy(frame, "energy_j")
        energy = not estimated
    cost = "energy_j" if energy else "duration_s"
    chosen = {cost: "min", "pass_at_1": "max"}
    present = {name: way for name, way in chosen.items() if _has_values(frame, name)}
    if not present:
        raise UserError("no default objective was measured", mend="name the objectives")
    return present


def _has_values(frame: pl.DataFrame, name: str) -> bool:
    return name in frame.columns and frame[name].drop_nulls().len() > 0


def check_objectives(frame: pl.DataFrame, objectives: Mapping[str, str]) -> None:
    """Raise a UserError for no objective, an unknown column or a direction not min or max."""
    if not objectives:
        raise UserError("no objective given", mend='give at least one, such as {"energy_j": "min"}')
    require_columns(frame, objectives, "column")
    for name, way in objectives.items():
        if way not in ("min", "max"):
            close = nearest(str(way), ["min", "max"]) or "min or max"
            raise UserError(f"no direction {way} for {name}; did you mean {close}?")
