"""The part under the table: details, comparison beside it, or the chooser in their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.widget import Widget

from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.results import details
from pimp_tui.tui.panes.results.care import Care
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line
from pimp_tui.tui.widgets.chooser import Chooser
from pimp_tui.tui.widgets.scrolled import Scrolled
from pimp_tui.tui.widgets.section import Section

_HINTS = {
    "configurations": "enter: repeats, requests, completions",
    "group": "enter: its configurations",
    "repeats": "enter: its requests",
    "requests": "enter: the completion",
}


class Lower(Widget):
    """Details of the row under the cursor; ``=`` puts a comparison beside or over them."""

    # Zoomed, the height it was given by ``fit_lower`` is not enough.
    DEFAULT_CSS = """
    Lower { layout: horizontal; height: 5; width: 1fr; }
    Lower.-zoom-path { min-height: 100%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.row: dict[str, Any] | None = None
        self.kind = ""
        self.plan: PlanInfo | None = None
        self.default_row: dict[str, Any] | None = None
        self.metrics: list[str] = []
        self.care = Care()
        self.runs: list[dict[str, Any]] = []
        self.compared: list[dict[str, Any]] = []
        self._alike = 0

    def compose(self) -> ComposeResult:
        """The three parts; which of them shows depends."""
        self.details = Block(self._draw_details)
        self.compare = Scrolled()
        self.chooser = Chooser()
        self.details_part = Section(self.details, title="", can_focus=False)
        self.compare_part = Section(self.compare, title="Compare")
        self.chooser_part = Section(self.chooser, title="Columns")
        self.compare_part.display = self.chooser_part.display = False
        yield self.compare_part
        yield self.chooser_part
        yield self.details_part

    def show(self, kind: str, row: dict[str, Any] | None, title: str) -> None:
        """Tell about a row of a level."""
        self.kind, self.row, self.runs = kind, row, []
        self.details_part.set_rule(title, _HINTS.get(kind, "") if row else "")
        self.details.update()

    def show_runs(self, config_id: str, runs: list[dict[str, Any]]) -> None:
        """Add the runs of the configuration that is told about, if it still is."""
        if self.kind == "configurations" and self.row and self.row["config_id"] == config_id:
            self.runs = runs
            self.details.update()

    def show_compare(self, rows: list[dict[str, Any]], wide: bool) -> None:
        """Open the comparison, or close it when there is nothing to compare."""
        self.compared = rows
        self.compare_part.display = bool(rows)
        self.details_part.display = not rows or wide
        if rows and self.plan:
            lines, self._alike = details.compare(rows, self.plan, self.metrics, 0 if wide else 3)
            self.compare.set_lines(lines, pinned=1)

    def on_scrolled_scrolls(self, event: Scrolled.Scrolls) -> None:
        """Say in the rule what does not fit."""
        event.stop()
        told = ["= closes", f"{self._alike} options alike"]
        if self.compare.hides:
            told.insert(0, f"tab, j k scroll · {self.compare.below} below")
        self.compare_part.set_rule(f"Compare {len(self.compared)}", " · ".join(told))

    def open_chooser(self, title: str, info: str, fill: Callable[[Chooser], object]) -> None:
        """Put the chooser in place of the rest and give it the focus."""
        self.chooser_part.set_rule(title, info)
        self.chooser_part.display = True
        self.compare_part.display = self.details_part.display = False
        fill(self.chooser)
        self.chooser.focus()

    def close_chooser(self, wide: bool) -> None:
        """Back to details and comparison."""
        self.chooser_part.display = False
        self.compare_part.display = bool(self.compared)
        self.details_part.display = not self.compared or wide

    @property
    def choosing(self) -> bool:
        """Whether the chooser is open."""
        return self.chooser_part.display

    def _draw_details(self, width: int, height: int) -> list[Line]:
        row, plan = self.row, self.plan
        if row is None:
            return []
        if self.kind == "configurations" and plan is not None:
            return details.configuration(
                row, plan, self.default_row, self.metrics, width, height, self.care,
                details.repeats(self.runs, self.metrics[:4]) if self.runs else (),
            )  # fmt: skip
        if self.kind == "repeats":
            return details.run(row, width, self.care)
        if self.kind == "requests":
            return details.request(row, width)
        return []
