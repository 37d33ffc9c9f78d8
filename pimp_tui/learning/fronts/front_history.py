"""How the measured front grew with every planned configuration, and when it last moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning.fronts.measured_front import hypervolume
from pimp_tui.learning.measured import measured_frame, metric_values, one_kind_of_energy
from pimp_tui.learning.suggestion.acquisition import open_reference
from pimp_tui.learning.suggestion.proposal import to_costs

MOVED = 0.01  # a growth of the hypervolume, as a share of it, that counts


def front_history(rows: pl.DataFrame, objectives: Mapping[str, str]) -> np.ndarray:
    """Hypervolume (rows,) of the front of the first 1, 2, … planned configurations.

    Args:
        rows: one row per planned configuration in plan order, with ``config_id``.
        objectives: one to three metrics, each with ``min`` or ``max``.

    Returns:
        volumes on the scale that suggestions use (logarithmic where a metric is positive), bounded
        by the worst value of all rows; what was not measured adds nothing.
    """
    known = measured_frame(rows)
    for name in objectives:
        known, _, _ = one_kind_of_energy(metric_values(known, name), name)
    known = known.drop_nulls(list(objectives))
    volumes = np.zeros(rows.height)
    if known.is_empty():
        return volumes
    values = known.select(pl.col(list(objectives)).cast(pl.Float64)).to_numpy()
    costs = to_costs(values, list(objectives.values()))
    reference = open_reference(costs)
    place = dict(zip(known["config_id"].to_list(), range(known.height), strict=True))
    so_far: list[int] = []
    volume = 0.0
    for index, config_id in enumerate(rows["config_id"].to_list()):
        if config_id in place:
            so_far.append(place[config_id])
            volume = volume_of(costs[so_far], reference)
        volumes[index] = volume
    return volumes


def volume_of(costs: np.ndarray, reference: np.ndarray) -> float:
    """Hypervolume; for one objective the length from the best to the reference."""
    if costs.shape[1] == 1:
        return float(max(reference[0] - costs.min(), 0.0))
    return hypervolume(costs, reference)


def still_since(rows: pl.DataFrame, objectives: Mapping[str, Any]) -> int:
    """How many suggested configurations were tried since the front last moved by ``MOVED``."""
    volumes = front_history(rows, objectives)
    if not volumes.any():
        return 0
    moved = np.flatnonzero(np.diff(volumes, prepend=0.0) > MOVED * volumes[-1])
    later = rows[int(moved[-1]) + 1 :]
    return later.filter(pl.col("sampler") == "suggest").height
