"""The numbers behind a view as a table: points, learning curve, effects or pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.tui.panes.predictions.views import Charts

if TYPE_CHECKING:
    import polars as pl


def rows_of(charts: Charts) -> list[dict[str, Any]]:
    """What the view shows, in raw units; empty while it is not learnt."""
    if charts.view == "curve":
        return charts.curve if isinstance(charts.curve, list) else []
    if charts.view in ("effects", "pairs"):
        return (charts.effects or {}).get("features" if charts.view == "effects" else "pairs") or []
    return [
        point | {"residual": point["measured"] - point["prediction"]}
        for point in (charts.fit or {}).get("points", [])
        if point["prediction"] is not None
    ]


def table(rows: list[dict[str, Any]], metric: str, estimated: bool) -> pl.DataFrame:
    """One row each, the metric and whether it is an estimate in front; an interval becomes
    ``_lower`` and ``_upper``."""
    import polars as pl

    flat = [{"metric": metric, "estimated": estimated} | dict(_cells(row)) for row in rows]
    return pl.DataFrame(flat, infer_schema_length=None)


def _cells(row: dict[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in row.items():
        if isinstance(value, list | tuple) and len(value) == 2:
            stem = name.removesuffix("_interval")
            found += [(f"{stem}_lower", value[0]), (f"{stem}_upper", value[1])]
        elif not isinstance(value, list | tuple | dict):
            found.append((name, value))
    return found
