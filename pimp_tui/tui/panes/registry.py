"""Which panes there are and where each lives; nothing here imports one."""

from __future__ import annotations

from typing import NamedTuple


class PaneSpec(NamedTuple):
    """A numbered pane."""

    number: int
    tab: str
    module: str
    name: str
    needs_session: bool


PANES = (
    PaneSpec(1, "Space", "pimp_tui.tui.panes.space.pane", "SpacePane", False),
    PaneSpec(2, "Plan", "pimp_tui.tui.panes.plan.pane", "PlanPane", False),
    PaneSpec(3, "Monitor", "pimp_tui.tui.panes.monitor.pane", "MonitorPane", True),
    PaneSpec(4, "Results", "pimp_tui.tui.panes.results.pane", "ResultsPane", True),
    PaneSpec(5, "Predict", "pimp_tui.tui.panes.predictions.pane", "PredictionsPane", True),
    PaneSpec(6, "Trade-offs", "pimp_tui.tui.panes.tradeoffs.pane", "TradeoffsPane", True),
)
