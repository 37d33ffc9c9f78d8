"""Pareto fronts of measured configurations, hypervolume and knee."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs

from pimp_tui.errors import UserError
from pimp_tui.learning.energy import same_meters
from pimp_tui.learning.fronts.nondominated import nondominated
from pimp_tui.learning.measured import (
    check_objectives,
    measured_frame,
    metric_values,
    one_kind_of_energy,
)
from pimp_tui.session.where import compile_where

if TYPE_CHECKING:
    import numpy as np

_ALONE = "__alone"


def pareto(source: Any, objectives: Mapping[str, str], where: str | None = None) -> pl.DataFrame:
    """Configurations that no other one beats in every objective.

    Args:
        source: a session or a frame; repeats are averaged per ``config_id`` first.
        objectives: column -> "min" or "max".
        where: a condition (EXPR) on the averaged rows.

    Returns:
        every non-dominated row with all its columns, best first by the first objective. Rows
        equal in all objectives are kept together; a null in an objective is never on the front.

    Raises:
        UserError: unknown column, bad direction, or a mistake in ``where``.
    """
    frame = comparable(source, objectives)
    if condition_of(where):
        frame = frame.filter(compile_where(str(where), frame.schema))
    frame = frame.filter(pl.Series(nondominated(costs(frame, objectives)), dtype=pl.Boolean))
    worst_first = [way == "max" for way in objectives.values()]
    return frame.sort(list(objectives), descending=worst_first, maintain_order=True)


def comparable(source: Any, objectives: Mapping[str, str]) -> pl.DataFrame:
    """One row per configuration that has all objectives, energies of one kind: who competes.

    Raises:
        UserError: as ``pareto``.
    """
    frame = measured_frame(source)
    check_objectives(frame, objectives)
    for name in objectives:
        frame = metric_values(frame, name)
    frame = average_repeats(frame)
    for name in objectives:
        frame, _, _ = one_kind_of_energy(frame, name)
    return frame.drop_nulls(list(objectives))


def condition_of(where: Any) -> str | None:
    """A condition as text; None where there is none.

    Raises:
        UserError: it is no text.
    """
    if where is not None and not isinstance(where, str):
        raise UserError(
            f"a condition is text, not {type(where).__name__}",
            mend='write it as where="latency_s <= 2"',
        )
    return where.strip() or None if where else None


def costs(frame: pl.DataFrame, objectives: Mapping[str, str]) -> np.ndarray:
    """Objectives as a float matrix (rows, objectives) in which less is better."""
    signs = [1.0 if way == "min" else -1.0 for way in objectives.values()]
    return frame.select(pl.col(list(objectives)).cast(pl.Float64)).to_numpy() * signs


def average_repeats(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per config_id: numbers that differ between repeats become their mean.

    NaN counts as not measured. Rows without a config_id stay what they are: nothing says that
    they are of one configuration.
    """
    if "config_id" not in frame.columns or not frame["config_id"].is_duplicated().any():
        return frame
    frame = same_meters(frame).with_columns(cs.float().fill_nan(None))
    others = [name for name in frame.columns if name != "config_id"]
    alone = pl.when(pl.col("config_id").is_null()).then(pl.int_range(pl.len())).alias(_ALONE)
    groups = frame.with_columns(alone).group_by("config_id", _ALONE, maintain_order=True)
    varies = groups.agg(pl.col(others).n_unique() > 1).select(pl.col(others).any()).row(0)
    columns = []
    for name, differs in zip(others, varies, strict=True):
        number = frame.schema[name].is_numeric() or frame.schema[name] == pl.Boolean
        column = pl.col(name)
        columns.append(column.cast(pl.Float64).mean() if differs and number else column.first())
    return groups.agg(columns).select(frame.columns)


def hypervolume(points: np.ndarray, reference: np.ndarray) -> float:
    """Volume dominated by ``points`` and bounded by ``reference``; less is better.

    Args:
        points: shape (n, 2) or (n, 3).
        reference: shape (2,) or (3,); points not better than it in every objective add nothing.
    """
    import numpy as np

    points = np.asarray(points, dtype=float)
    reference = np.asarray(reference, dtype=float)
    dimensions = reference.size
    if dimensions not in (2, 3):
        raise ValueError("hypervolume is for two or three objectives")
    points = points.reshape(-1, dimensions)
    points = points[(points < reference).all(axis=1)]
    if not len(points):
        return 0.0
    points = points[nondominated(points)]
    points = points[np.argsort(points[:, -1], kind="stable")]
    if dimensions == 2:
        return _area(points, reference)
    bounds = np.append(points[1:, 2], reference[2])
    slabs = bounds - points[:, 2]
    # sweep along the last objective: the area covered so far times the height of the slab
    return float(
        sum(
            height * _area(points[: i + 1, :2], reference[:2])
            for i, height in enumerate(slabs)
            if height > 0
        )
    )


def _area(points: np.ndarray, reference: np.ndarray) -> float:
    import numpy as np

    points = points[np.lexsort((points[:, 1], points[:, 0]))]
    lowest = np.minimum.accumulate(points[:, 1])
    right = np.append(points[1:, 0], reference[0])
    return float(((right - points[:, 0]) * (reference[1] - lowest)).sum())


def knee(points: np.ndarray) -> int | None:
    """Index of the point of a front that lies furthest inside the chord of its ends.

    With three objectives inside the plane x + y + z = c in the middle of the best points of each
    objective, every objective scaled to 0..1 over the front (after Das 1999).

    Args:
        points: (n, 2) or (n, 3) non-dominated costs; less is better.

    Returns:
        the first of equal ones; None with fewer points than objectives and one more, where an
        objective is constant, or where no point lies inside.
    """
    import numpy as np

    points = np.asarray(points, dtype=float)
    if len(points) <= points.shape[-1]:
        return None
    span = np.ptp(points, axis=0)
    if (span == 0).any():
        return None
    unit = (points - points.min(axis=0)) / span
    total = unit.sum(axis=1)
    ends = [total[column == 0.0].min() for column in unit.T]  # of two objectives 1: (0, 1), (1, 0)
    depth = np.mean(ends) - total
    best = int(np.argmax(depth))
    return best if depth[best] > 1e-12 else None
