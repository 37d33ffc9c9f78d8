"""Whether a point loses accuracy: paired over problems and repeats, not by its mean alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.tui.widgets.cells import Line, line, wrap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pimp_tui.learning.verification.accuracy import Comparison
    from pimp_tui.session.bundle import Session

    Interval = tuple[float, float]

_KINDS = {"no loss": "good", "loss": "bad"}
#: So many points of one problem are judged: the front, and what lies near it.
_MOST = 300


class Verdicts:
    """What is known of the points' accuracy.

    Attributes:
        against: what they are compared with, by the name the session has for it.
        found: config_id -> comparison; without those that were never scored.
        intervals: config_id -> 95% interval of its pass@1 over problems and runs.
    """

    def __init__(self) -> None:
        self.against = ""
        self.found: dict[str, Comparison] = {}
        self.intervals: dict[str, Interval] = {}

    def take(
        self,
        answer: tuple[str, dict[str, Comparison]] | None,
        intervals: Mapping[str, Interval] | None = None,
    ) -> None:
        """Take what ``read_verdicts`` found; None: the session has no control with scores."""
        self.against, self.found = answer or ("", {})
        self.intervals = dict(intervals or {})

    def with_interval(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with the bounds of its pass@1 where it was measured and they are known."""
        known = None if row.get("estimated") else self.intervals.get(row["config_id"])
        if known is None:
            return row
        return row | {"pass_at_1_lower": known[0], "pass_at_1_upper": known[1]}

    def words(self, row: dict[str, Any]) -> str:
        """The verdict in short, for a rule: ``no loss``; empty where there is none."""
        one = self.found.get(row["config_id"])
        return "" if one is None or row.get("estimated") else _short(one)

    def rows(self, row: dict[str, Any], width: int) -> list[Line]:
        """The verdict, its interval, and what more would settle it."""
        one = self.found.get(row["config_id"])
        if one is None or row.get("estimated"):
            return []
        kind = _KINDS.get(one.reading, "warn")
        against = self.against.removeprefix("library ")
        tail = f"against the {against} over {one.problems} problems"
        if one.problems_needed is not None:
            tail += f"; about {one.problems_needed} would show no loss beyond {one.margin:g}"
        # The shortest first: a small terminal cuts the end off.
        head = line(" accuracy: ", (_short(one), kind))
        interval = line((f"  [{one.lower:+.3f}, {one.upper:+.3f}]", "dim"))
        return [head, interval, *(line(("  " + part, "dim")) for part in wrap(tail, width - 3))]


def _short(one: Comparison) -> str:
    return one.reading.partition(" with ")[0]


def config_ids(points: Sequence[dict[str, Any]], front: Sequence[dict[str, Any]]) -> list[str]:
    """The measured points to judge, those of the front first."""
    rows = [row for row in [*front, *points] if not row.get("estimated")]
    return list(dict.fromkeys(row["config_id"] for row in rows))[:_MOST]


def read_verdicts(
    session: Session, chosen: Sequence[str]
) -> tuple[str, dict[str, Comparison]] | None:
    """The control's name and config_id -> comparison with it; blocking, for a thread."""
    from pimp_tui.learning.verification.outcomes import compare_with_control

    return compare_with_control(session, chosen)


def read_intervals(session: Session, chosen: Sequence[str]) -> dict[str, Interval]:
    """config_id -> 95% interval of its pass@1 over problems and runs; blocking, for a thread."""
    from pimp_tui.learning.verification.accuracy import accuracy_interval
    from pimp_tui.learning.verification.outcomes import outcomes_of

    known = {name: accuracy_interval(one) for name, one in outcomes_of(session, chosen).items()}
    return {name: bounds[1:] for name, bounds in known.items() if bounds is not None}
