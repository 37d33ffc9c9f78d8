"""Accuracy of picks against the session's baseline or default, in rows and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pimp_tui.commands.output import print_table

if TYPE_CHECKING:
    from pimp_tui.session import Session


def with_accuracy(
    rows: Sequence[Mapping[str, Any]], session: Session, margin: float
) -> list[dict[str, Any]]:
    """The rows of configurations, those with scored problems told their ``accuracy_`` columns.

    Raises:
        UserError: the margin is not between 0 and 1.
    """
    from pimp_tui.learning.verification.outcomes import accuracy_columns

    ids = [str(row["config_id"]) for row in rows if row.get("config_id")]
    found = accuracy_columns(session, ids, margin)
    return [dict(row) | found.get(str(row.get("config_id")), {}) for row in rows]


def print_accuracy(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print what the comparison of each row allows to say; nothing where nothing was compared."""
    if compared := accuracy_rows(rows):
        print("\n" + accuracy_title(rows))
        print_table(compared)


def accuracy_title(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the rows are compared with, and how."""
    compared = [row for row in rows if row.get("accuracy_reading")]
    first = compared[0]
    single = any(row["accuracy_runs"] < 2 for row in compared)
    return (
        f"Accuracy against the {first['accuracy_against']}, paired by problem; 95 % intervals "
        f"over problems and repeats, margin {first['accuracy_margin']:g}"
        + ("; of a single run it is not known what whole runs differ by" if single else "")
    )


def accuracy_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A table of the rows that were compared."""
    return [
        {
            "config_id": row["config_id"][:8],
            "difference": difference_words(row),
            "reading": row["accuracy_reading"],
            "problems needed": _needed(row),
        }
        for row in rows
        if row.get("accuracy_reading")
    ]


def _needed(row: Mapping[str, Any]) -> Any:
    known = row["accuracy_problems_needed"]
    unsettled = str(row["accuracy_reading"]).startswith("not shown")
    return "more repeats first" if known is None and unsettled else known


def difference_words(row: Mapping[str, Any]) -> str:
    """``-0.021 (-0.060 to +0.018)``."""
    ends = (row[f"accuracy_{name}"] for name in ("difference", "lower", "upper"))
    difference, lower, upper = ends
    return f"{difference:+.3f} ({lower:+.3f} to {upper:+.3f})"


def interval_words(row: Mapping[str, Any]) -> str | None:
    """``0.21 to 0.48``, of the pass rate of one configuration; None where nothing was scored."""
    found = row.get("accuracy_interval")
    return None if found is None else f"{found[0]:.3f} to {found[1]:.3f}"
