"""A campaign's budget of time, energy or runs, counted over all its sittings."""

from __future__ import annotations

from pimp_tui.campaign.settings import parse_budget
from pimp_tui.session.bundle import Session

NOT_REPEATED = "not repeated: "
"""How the reason begins of runs that were left out because their configuration had failed."""


class Budget:
    """Says when the budget is used up.

    Minutes are those of the whole campaign but its pauses: loads, warm-ups, waits and scoring are
    in them. Joules are those of every attempt, spoilt ones too. Runs are those that were tried.

    Args:
        text: ``60min``, ``5MJ``, ``40runs`` or None for no budget.
        session: its runs so far count, and the seconds that its manifest keeps.

    Attributes:
        unit: ``s``, ``J``, ``runs`` or empty.
        spent: in that unit.
    """

    def __init__(self, text: str | None, session: Session) -> None:
        self._text = text
        self._amount, self.unit = parse_budget(text) if text else (0.0, "")
        self.spent = self._before(session) if text else 0.0

    def spend(self, seconds: float = 0.0, energy_j: float | None = None, runs: int = 0) -> None:
        """Count what an attempt or a run took; joules of None were not measured."""
        self.spent += {"s": seconds, "J": energy_j or 0.0, "runs": runs, "": 0.0}[self.unit]

    @property
    def exhausted(self) -> bool:
        """Whether no further run may start."""
        return bool(self._text) and self.spent >= self._amount

    def __str__(self) -> str:
        return f"budget of {self._text} used up" if self._text else "no budget"

    def _before(self, session: Session) -> float:
        """What earlier sittings spent."""
        kept = session.manifest.get("spent_s")
        if self.unit == "s" and kept is not None:
            return float(kept)
        spent, tried = 0.0, set()
        for run in session.runs.collect().iter_rows(named=True):
            if str(run["reason"] or "").startswith(NOT_REPEATED):
                continue
            tried.add((run["config_id"], run["repetition"]))
            spent += _seconds(run) if self.unit == "s" else run["energy_j"] or 0.0
        return float(len(tried)) if self.unit == "runs" else spent


def _seconds(run: dict) -> float:
    if run["started_at"] is None or run["ended_at"] is None:
        return 0.0
    return float((run["ended_at"] - run["started_at"]).total_seconds())
