"""What a front's rows are told beside their values: intervals, chance to be on it, knee, share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning.fronts.front_history import volume_of
from pimp_tui.learning.fronts.measured_front import comparable, condition_of, costs, knee
from pimp_tui.learning.fronts.nondominated import nondominated
from pimp_tui.learning.measured import all_rows
from pimp_tui.learning.suggestion.acquisition import reference_point
from pimp_tui.learning.suggestion.proposal import to_costs
from pimp_tui.session.where import compile_where

_DRAWS = 500
_LEVEL = 0.9  # of the intervals, as of those of predictions


def marked(
    front: pl.DataFrame,
    session: Any,
    objectives: Mapping[str, str],
    seed: int = 0,
    where: str | None = None,
) -> pl.DataFrame:
    """The front with what can be said of how sure it is.

    Args:
        front: rows of ``pareto`` or ``predicted_front``, with ``config_id`` and ``estimated``.
        session: what was measured, to compare with.
        where: the front's condition: only what satisfies it competes.

    Returns:
        the rows with, for each objective, ``<metric>_lower`` and ``<metric>_upper``: 90% interval,
        for a measured configuration that of the mean over its repeats (Student), null for fewer
        than two; ``front_probability``: share of 500 draws within those intervals in which nothing
        measured or on the front beats the row, null without an interval; ``knee``: the point, and
        its equals, of two or three objectives furthest inside; ``hypervolume_share``: what the
        front's hypervolume (log scale, up to three objectives) would lose without the row.
    """
    names = list(objectives)
    if front.is_empty():
        return front
    front = _with_intervals(front, session, names)
    others = comparable(session, objectives)
    if condition := condition_of(where):
        others = others.filter(compile_where(condition, others.schema))
    others = others.filter(~pl.col("config_id").is_in(front["config_id"]))
    others = _with_intervals(others, session, names)
    points = costs(front, objectives)
    middle = knee(points) if len(names) in (2, 3) else None
    at_knee = np.zeros(len(points), bool) if middle is None else (points == points[middle]).all(1)
    return front.with_columns(
        pl.Series("front_probability", _chances(front, others, objectives, seed), pl.Float64),
        pl.Series("knee", at_knee, pl.Boolean),
        pl.Series("hypervolume_share", _shares(front, objectives), pl.Float64),
    )


def front_volume(front: pl.DataFrame, objectives: Mapping[str, str]) -> tuple[float, dict] | None:
    """Hypervolume of one to three objectives and its reference, a value for each metric.

    On the scale of logarithms where a metric is positive; the reference is the front's nadir and a
    tenth of its range. None for an empty front, or more objectives.
    """
    if front.is_empty() or len(objectives) > 3:
        return None
    values = front.select(pl.col(list(objectives)).cast(pl.Float64)).to_numpy()
    scaled = to_costs(values, list(objectives.values()))
    reference = reference_point(scaled)
    told = {}
    for column, (name, way) in enumerate(objectives.items()):
        bound = float(reference[column]) * (1.0 if way == "min" else -1.0)
        told[name] = float(np.exp(bound)) if (values[:, column] > 0).all() else bound
    return volume_of(scaled, reference), told


def _shares(front: pl.DataFrame, objectives: Mapping[str, str]) -> list[float | None]:
    if len(objectives) > 3:
        return [None] * front.height
    values = front.select(pl.col(list(objectives)).cast(pl.Float64)).to_numpy()
    scaled = to_costs(values, list(objectives.values()))
    reference = reference_point(scaled)
    whole = volume_of(scaled, reference)
    if front.height < 2 or whole <= 0:
        return [1.0 if front.height == 1 else None] * front.height
    rest = [np.delete(scaled, place, axis=0) for place in range(front.height)]
    return [1.0 - volume_of(part, reference) / whole for part in rest]


def _with_intervals(frame: pl.DataFrame, session: Any, names: list[str]) -> pl.DataFrame:
    """Bounds of each metric; those of a prediction stay, measured rows get theirs."""
    from scipy.stats import t as student

    spread = all_rows(session, True)
    for name in names:
        low, high = f"{name}_lower", f"{name}_upper"
        missing = [pl.lit(None, pl.Float64).alias(end) for end in (low, high)]
        frame = frame.with_columns(one for one in missing if one.meta.output_name() not in frame)
        if not {f"{name}_std", "runs_ok"} <= set(spread.columns):
            continue
        known = spread.select("config_id", f"{name}_std", pl.col("runs_ok").alias("_repeats"))
        known = known.filter(pl.col("_repeats") > 1)
        count = known["_repeats"].to_numpy().astype(float)
        reach = student.ppf(0.5 + _LEVEL / 2, np.maximum(count - 1, 1)) / np.sqrt(count)
        half = known.select("config_id", (pl.col(f"{name}_std") * pl.Series(reach)).alias("_half"))
        frame = frame.join(half, on="config_id", how="left", maintain_order="left")
        frame = frame.with_columns(
            pl.coalesce(low, pl.col(name) - pl.col("_half")).alias(low),
            pl.coalesce(high, pl.col(name) + pl.col("_half")).alias(high),
        ).drop("_half")
    return frame


def _chances(
    front: pl.DataFrame, others: pl.DataFrame, objectives: Mapping[str, str], seed: int
) -> list[float | None]:
    """Share of draws in which nothing beats each row of the front; None without its interval."""
    random = np.random.default_rng(seed)
    both = [_centre_and_spread(frame, objectives) for frame in (front, others)]
    centre, spread = (np.vstack([part[which] for part in both]) for which in (0, 1))
    certain = np.isnan(spread)
    spread = np.where(certain, 0.0, spread)
    count = front.height
    on = np.zeros(count)
    for _ in range(_DRAWS):
        on += nondominated(centre + spread * random.standard_normal(centre.shape))[:count]
    unknown = certain[:count].any(axis=1)
    return [None if no else float(hits) / _DRAWS for hits, no in zip(on, unknown, strict=True)]


def _centre_and_spread(
    frame: pl.DataFrame, objectives: Mapping[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Costs and standard deviations (rows, objectives), NaN where no interval is known."""
    from scipy.special import ndtri

    width = 2.0 * float(ndtri(0.5 + _LEVEL / 2))
    deviations = [
        ((frame[f"{name}_upper"] - frame[f"{name}_lower"]) / width).cast(pl.Float64).to_numpy()
        for name in objectives
    ]
    empty = np.zeros((0, len(objectives)))
    if frame.is_empty():
        return empty, empty
    return costs(frame, objectives), np.column_stack(deviations)
