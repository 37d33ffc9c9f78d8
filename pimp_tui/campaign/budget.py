"""A campaign's budget of time, energy or runs, counted over all its sittings."""

from __future__ import annotations

from pimp_tui.campaign.settings import parse_budget
from pimp_tui.session.bundle import Session


class Budget:
    """Says when the budget is used up.

    Args:
        text: ``60min``, ``5MJ``, ``40runs`` or None for no budget.
        session: its runs so far count.
    """

    def __init__(self, text: str | None, session: Session) -> None:
        self._text = text
        self._amount, self._unit = parse_budget(text) if text else (0.0, "")
        self._spent = 0.0
        if text:
            for run in session.runs.collect().iter_rows(named=True):
                self.spend(_seconds(run), run["energy_j"])

    def spend(self, seconds: float, energy_j: float | None) -> None:
        """Count one run: its seconds from start to end and its joules (None: not measured)."""
        self._spent += {"s": seconds, "J": energy_j or 0.0, "runs": 1.0, "": 0.0}[self._unit]

    @property
    def exhausted(self) -> bool:
        """Whether no further run may start."""
        return bool(self._text) and self._spent >= self._amount

    def __str__(self) -> str:
        return f"budget of {self._text} used up" if self._text else "no budget"


def _seconds(run: dict) -> float:
    if run["started_at"] is None or run["ended_at"] is None:
        return 0.0
    return float((run["ended_at"] - run["started_at"]).total_seconds())
