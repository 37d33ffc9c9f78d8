"""From whatever holds measurements to one row per configuration, one kind of energy only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.energy import is_energy as is_energy
from pimp_tui.learning.energy import one_kind_of_energy as one_kind_of_energy
from pimp_tui.session.directions import more_is_better as more_is_better
from pimp_tui.space.nearest import nearest

PLAN_COLUMNS = ("config_id", "position", "sampler")
_VARIANCE, _REPEATS = "__variance", "__repeats"
_PRIOR_FREEDOM = 4.0


def measured_frame(source: Any, spread: bool = False, options: Iterable[str] = ()) -> pl.DataFrame:
    """Measured rows of a session (one per configuration), a DataFrame or a LazyFrame.

    Failed runs are left out where a ``status`` or ``runs_ok`` column tells.

    Args:
        spread: of a session, add ``<metric>_std``, the deviation between repeats.
        options: columns that say what was configured, whatever their names.
    """
    frame = all_rows(source, spread)
    if frame.schema.get("status") == pl.String and "status" not in options:
        frame = frame.filter(pl.col("status") == "ok")
    if "runs_ok" in frame.columns:
        # null where nothing was run but predicted: such a row did not fail
        frame = frame.filter(pl.col("runs_ok").cast(pl.Float64).fill_null(1.0) > 0)
    return frame


def all_rows(source: Any, spread: bool = False) -> pl.DataFrame:
    """The rows of a session, a DataFrame or a LazyFrame, failed ones too."""
    rows = source.configurations(spread=spread) if hasattr(source, "configurations") else source
    frame = rows.collect() if isinstance(rows, pl.LazyFrame) else rows
    if not isinstance(frame, pl.DataFrame):
        raise UserError(f"a session or a Polars frame is needed, not {type(source).__name__}")
    return frame


def failed_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Configurations that were tried and never ran through."""
    if not {"runs_ok", "runs_failed"} <= set(rows.columns):
        return rows.head(0)
    never = pl.col("runs_ok").fill_null(0) == 0
    return rows.filter(never & (pl.col("runs_failed").fill_null(0) > 0))


def options_of(source: Any, options: Iterable[str] | None) -> list[str]:
    """The option columns: those given, else those of the session's plan."""
    if options is not None:
        return [options] if isinstance(options, str) else list(dict.fromkeys(options))
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


def per_configuration(
    frame: pl.DataFrame, options: Sequence[str], metric: str
) -> tuple[pl.DataFrame, np.ndarray | None]:
    """Average repeats: one row per configuration, in order of first appearance.

    A configuration is a ``config_id`` where there is one, else equal option values.

    Returns:
        the rows, and the variance (n,) of each mean; None where hardly any ran twice.
    """
    key = ["config_id"] if "config_id" in frame.columns else list(options)
    if {f"{metric}_std", "runs_ok"} <= set(frame.columns):
        spread = frame[f"{metric}_std"].cast(pl.Float64).to_numpy() ** 2
        return frame, _variance_of_mean(
            frame[metric].to_numpy(), spread, frame["runs_ok"].cast(pl.Float64).to_numpy()
        )
    if not key or not frame.select(key).is_duplicated().any():
        return frame, None
    others = [pl.col(name).first() for name in frame.columns if name not in (*key, metric)]
    value = pl.col(metric)
    rows = frame.group_by(key, maintain_order=True).agg(
        *others, value.mean(), value.var().alias(_VARIANCE), value.count().alias(_REPEATS)
    )
    spread = rows[_VARIANCE].cast(pl.Float64).to_numpy()
    repeats = rows[_REPEATS].cast(pl.Float64).to_numpy()
    variance = _variance_of_mean(rows[metric].to_numpy(), spread, repeats)
    return rows.select(frame.columns), variance


def _variance_of_mean(
    mean: np.ndarray, variance: np.ndarray, repeats: np.ndarray
) -> np.ndarray | None:
    """Variance of each mean, each estimate drawn towards the pooled one.

    Two or three repeats alone would now and then claim a variance of nearly 0, and a single run
    tells none. What is pooled is relative to the squared mean where all means are positive: noise
    of a time or an energy grows with it. None where too few repeats speak.
    """
    freedom = np.maximum(repeats - 1.0, 0.0)
    if freedom.sum() < _PRIOR_FREEDOM:
        return None
    scale = mean**2 if (mean > 0).all() else np.ones(len(mean))
    own = np.where(freedom > 0, variance, 0.0) / scale
    pooled = (freedom * own).sum() / freedom.sum()
    drawn = (_PRIOR_FREEDOM * pooled + freedom * own) / (_PRIOR_FREEDOM + freedom)
    return np.asarray(drawn * scale / repeats)


def default_objectives(source: Any) -> dict[str, str]:
    """Objectives of a front when none are asked for (contracts).

    Energy and pass@1 where energy was measured, duration and pass@1 under estimates; those of
    the session itself where it names some (an imported table does).

    Raises:
        UserError: none of them was measured.
    """
    frame = measured_frame(source)
    own = getattr(source, "default_objectives", None)
    chosen = own if isinstance(own, Mapping) else _objectives_of(frame)
    present = {name: way for name, way in chosen.items() if has_values(frame, name)}
    if not present:
        raise UserError("no default objective was measured", mend="name the objectives")
    return present


def _objectives_of(frame: pl.DataFrame) -> dict[str, str]:
    energy = has_values(frame, "energy_j") and not one_kind_of_energy(frame, "energy_j")[1]
    return {"energy_j" if energy else "duration_s": "min", "pass_at_1": "max"}


def default_metrics(source: Any) -> list[str]:
    """Metrics to learn when none are named: the paper's three, or all of an imported table.

    Estimated energy is left out: it is a formula over the time, so its R2 says nothing.
    """
    manifest = getattr(source, "manifest", None)
    imported = manifest.get("imported_metrics") if isinstance(manifest, Mapping) else None
    frame = measured_frame(source)
    names = list(imported or [*default_objectives(source), "duration_s", "pass_at_1"])
    return [name for name in dict.fromkeys(names) if has_values(frame, name)]


def has_values(frame: pl.DataFrame, name: str) -> bool:
    """Whether the column exists and is not null throughout."""
    return name in frame.columns and frame[name].drop_nulls().len() > 0


def check_objectives(frame: pl.DataFrame, objectives: Mapping[str, str]) -> None:
    """Raise a UserError for no objective, an unknown column or a direction not min or max."""
    mend = 'give at least one, such as {"energy_j": "min"}'
    if not objectives:
        raise UserError("no objective given", mend=mend)
    if not isinstance(objectives, Mapping):
        raise UserError(f"{objectives!r} does not tell which way is better", mend=mend)
    require_columns(frame, objectives, "column")
    for name, way in objectives.items():
        if way not in ("min", "max"):
            close = nearest(str(way), ["min", "max"]) or "min or max"
            raise UserError(f"no direction {way} for {name}; did you mean {close}?")
