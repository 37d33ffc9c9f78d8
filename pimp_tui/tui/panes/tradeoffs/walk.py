"""Where the cursor is among the points, and which points are marked."""

from __future__ import annotations

from typing import Any

from pimp_tui.tui.panes.tradeoffs.points import Points


class Walk:
    """A cursor over points that survives new points.

    Attributes:
        points: the scatter.
        row: the point under the cursor; None where there is none.
        marked: config_ids with a mark.
        wanted: configuration to stand on while there is no point yet.
    """

    def __init__(self) -> None:
        self.points = Points()
        self.row: dict[str, Any] | None = None
        self.marked: set[str] = set()
        self.wanted: str | None = None

    def take(self, points: Points) -> None:
        """Walk other points; the cursor stays on its configuration where it is still there."""
        self.points = points
        at = self.row["config_id"] if self.row else self.wanted
        same = (r for r in [*points.front, *points.measured] if r["config_id"] == at)
        self.row = next(same, None)
        if self.row is None and points.front:
            knee = points.knee if points.knee is not None else 0
            self.row = points.front[min(knee, len(points.front) - 1)]

    @property
    def place(self) -> int | None:
        """Index of the cursor on the front; None off the front."""
        if self.row is None:
            return None
        at = self.row["config_id"]
        found = (i for i, r in enumerate(self.points.front) if r["config_id"] == at)
        return next(found, None)

    def along_front(self, by: int, metric: str) -> None:
        """The next point of the front; from off the front the nearest in ``metric``."""
        front = self.points.front
        if not front:
            return
        place = self.place
        if place is None and abs(by) >= len(front) > 1:
            self.row = front[0 if by < 0 else -1]
        elif place is None:
            here = (self.row or {}).get(metric) or 0.0
            nearest = min(range(len(front)), key=lambda i: abs(front[i][metric] - here))
            self.row = front[nearest]
        else:
            self.row = front[max(0, min(place + by, len(front) - 1))]

    def through_all(self, by: int, metric: str) -> None:
        """The next measured point in the order of ``metric``, on the front or off it."""
        rows = sorted(self.points.measured, key=lambda r: (r[metric], r["config_id"]))
        if not rows:
            return
        at = self.row["config_id"] if self.row else None
        place = next((i for i, r in enumerate(rows) if r["config_id"] == at), None)
        if place is None:
            here = (self.row or {}).get(metric) or 0.0
            place = min(range(len(rows)), key=lambda i: abs(rows[i][metric] - here)) - by
        self.row = rows[max(0, min(place + by, len(rows) - 1))]

    def toggle_mark(self) -> None:
        """Mark or unmark the point under the cursor."""
        if self.row is not None:
            self.marked ^= {self.row["config_id"]}

    def marked_rows(self) -> list[dict[str, Any]]:
        """The marked points, in the order of the front, then the others."""
        seen: dict[str, dict[str, Any]] = {}
        for row in [*self.points.front, *self.points.measured]:
            if row["config_id"] in self.marked:
                seen.setdefault(row["config_id"], row)
        return list(seen.values())
