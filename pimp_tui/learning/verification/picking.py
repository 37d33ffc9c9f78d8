"""Which configurations of a predicted front to verify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning.fronts.measured_front import costs
from pimp_tui.learning.verification.outcomes import control_of_session
from pimp_tui.session.picks import batches, planned_picks, promises_of


def pick_along(
    session: Any, front: pl.DataFrame, objectives: Mapping[str, str], n: int
) -> list[dict[str, Any]]:
    """Up to ``n`` rows of a front, the predicted ones first, each as far from the others as can be.

    The extremes of the objectives come before what lies between. The control and what was
    verified already are left out. A measured row promises what was measured of it: it was picked
    for that, so it is under the winner's curse too.
    """
    control = control_of_session(session)
    known = {name for batch in batches(session.path) for name in planned_picks(batch)}
    known |= {control[1]} if control else set()
    front = front.filter(~pl.col("config_id").is_in(list(known)))
    chosen: list[dict[str, Any]] = []
    for predicted in (True, False):
        part = front.filter(pl.col("estimated") == predicted)
        rows = part.to_dicts()
        for index in _spread(costs(part, objectives), n - len(chosen)):
            row = rows[index]
            if not predicted:
                row |= {f"{name}_{end}": None for name in objectives for end in ("lower", "upper")}
            assert promises_of(row).keys() >= set(objectives)
            chosen.append(row)
    return chosen


def _spread(points: np.ndarray, n: int) -> list[int]:
    """Indices of ``n`` points: the best by each objective, then always the farthest of the rest."""
    count = min(n, len(points))
    if count < 1:
        return []
    span = np.ptp(points, axis=0)
    scaled = (points - points.min(axis=0)) / np.where(span > 0, span, 1.0)
    best = [int(np.argmin(column)) for column in scaled.T]
    chosen = list(dict.fromkeys(best))[:count]
    while len(chosen) < count:
        gaps = np.linalg.norm(scaled[:, None] - scaled[chosen][None], axis=2).min(axis=1)
        gaps[chosen] = -1.0
        chosen.append(int(np.argmax(gaps)))
    return chosen
