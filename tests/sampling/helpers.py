"""What the tests of samplers share."""

from __future__ import annotations

from itertools import combinations

from hypothesis import HealthCheck, settings

quick = settings(
    max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def interactions(rows: list[dict], columns: list[str], t: int) -> set:
    """All combinations of t cells of different columns, by looking at the rows."""
    return {
        tuple((c, str(row[c])) for c in some)
        for row in rows
        for some in combinations(columns, t)
    }  # fmt: skip
