"""Table 5 on a terminal: figures of the predictors with their intervals, and the good mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pimp_tui.commands.output import print_table

_FIGURES = ("r2", "mae", "mape", "rank_correlation")
_WITHIN = "of these, in the good mode"


def print_quality(records: Sequence[Mapping[str, Any]]) -> None:
    """Print evaluation records; below them, how the good mode of each metric was found."""
    rows = quality_rows(records)
    print_table(rows)
    if rows:
        print("In parentheses: 95 % bootstrap intervals over the configurations tested.")
    found = {r["metric"]: r["good_mode"]["found"] for r in records if r.get("good_mode")}
    for metric, words in found.items():
        print(f"Good mode of {metric}: {words}.")


def quality_rows(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Evaluation records as rows, each followed by one of its good mode where there is one."""
    rows = []
    for record in records:
        rows.append(_row(record, record["test"], record["n"], record.get("n_test")))
        if mode := record.get("good_mode"):
            rows.append(_row({**record, **mode}, _WITHIN, record["n"], mode.get("n")))
    return rows


def print_curve(records: Sequence[Mapping[str, Any]]) -> None:
    """Print learning curves, one row a point."""
    print_table(
        [
            {
                **{name: record[name] for name in ("metric", "predictor", "training", "n")},
                "mae": with_interval(record["mae"], record["mae_interval"]),
                "mape": with_interval(record["mape"], record["mape_interval"]),
                "draws": record["draws"],
                "estimated": record["estimated"],
            }
            for record in records
        ]
    )
    if records:
        print(
            "Mean error on the fifth of the configurations that each draw held out; in "
            "parentheses: 95 % bootstrap intervals over those configurations."
        )


def _row(record: Mapping[str, Any], test: str, n: int, tested: int | None) -> dict[str, Any]:
    """A record as told: learnt from n configurations, its figures over the ``tested``."""
    intervals = record.get("intervals") or {}
    return {
        "metric": record["metric"],
        "predictor": record["predictor"],
        "training": record["training"],
        "test": test,
        "n": n,
        "tested": tested,
        **{name: with_interval(record[name], intervals.get(name)) for name in _FIGURES},
        "interval_coverage": None if test == _WITHIN else record["interval_coverage"],
        "estimated": record["estimated"],
    }


def with_interval(value: float | None, interval: Sequence[float] | None) -> str | None:
    """``0.94 (0.9 to 0.96)``; the value alone where no interval is known."""
    if value is None:
        return None
    if interval is None:
        return f"{value:.3g}"
    return f"{value:.3g} ({interval[0]:.3g} to {interval[1]:.3g})"
