"""The parts of Trade-offs and how they share the body (wireframes 8)."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from pimp_tui.tui.panes.tradeoffs.cloud import LOOKS
from pimp_tui.tui.panes.tradeoffs.objectives import Objectives
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line
from pimp_tui.tui.widgets.plot import Paint, PlotBlock
from pimp_tui.tui.widgets.scrolled import Scrolled
from pimp_tui.tui.widgets.section import Section

Draw = Callable[[int, int], list[Line]]
Lines = Callable[[], list[Line]]
_WIDE, _VERY_WIDE = 110, 160


class FrontList(Block, can_focus=True):
    """The front as rows."""


class Parts(Widget):
    """Scatter with the point's details and options beside it, the front list under it."""

    DEFAULT_CSS = "Parts { layout: vertical; height: 1fr; width: 1fr; }"

    def __init__(
        self,
        paint: Paint,
        draw_details: Draw,
        draw_front: Draw,
        draw_options: Draw,
        compared: Lines,
        left_out: Lines,
    ) -> None:
        super().__init__()
        self.plot = PlotBlock(paint, LOOKS)
        self.details = Block(draw_details)
        self.front = FrontList(draw_front)
        self.options = Block(draw_options)
        self.compare, self.left_out = Scrolled(), Scrolled()
        self._scrolled = ((self.compare, compared, 1), (self.left_out, left_out, 0))
        self.objectives = Objectives()
        self.plot_part = Section(self.plot, title="Trade-off", can_focus=True)
        self.details_part = Section(self.details, title="", classes="divided")
        self.front_part = Section(self.front, title="Front")
        self.options_part = Section(
            self.options,
            title="Options",
            right="changed from the default first",
            can_focus=True,
            classes="divided",
        )
        self.compare_part = Section(self.compare, title="Compare")
        self.objectives_part = Section(
            self.objectives, title="Objectives and constraints",
            right="space changes · d drops · esc closes",
        )  # fmt: skip
        self.left_part = Section(self.left_out, title="Left out")
        self.lower_parts = (
            self.front_part, self.compare_part, self.objectives_part, self.left_part,
        )  # fmt: skip
        for part in self.lower_parts[1:]:
            part.display = False

    def compose(self) -> ComposeResult:
        """Plot with details and options beside it, over the lists: those need the width."""
        self.right = Vertical(self.details_part, self.options_part)
        self.lower = Horizontal(*self.lower_parts)
        yield Horizontal(self.plot_part, self.right)
        yield self.lower

    def set_room(self, width: int, height: int) -> None:
        """Share the body."""
        very_wide = width >= _VERY_WIDE
        self.right.styles.width = (
            round(width * 0.34) if very_wide else (40 if width >= _WIDE else 26)
        )
        self.right.display = width >= 70
        self.options_part.display = very_wide or height >= 34
        self.options_part.set_rule(
            right="changed from the default first" if very_wide else "changed first"
        )
        self.details_part.styles.height = "2fr" if self.options_part.display else "1fr"
        self.options_part.styles.height = "3fr"
        self.lower.styles.height = self.lower_rows(height)

    def lower_rows(self, height: int) -> int:
        """Rows of the list under the plot; more while something is chosen or compared."""
        if not self.front_part.display:
            return max(height // 2, 6)
        return 5 if height < 16 else (7 if height < 30 else height // 3)

    def show_lower(self, part: Section, height: int) -> None:
        """Show one of the lower parts in place of the others."""
        for one in self.lower_parts:
            one.display = one is part
        self.lower.styles.height = self.lower_rows(height)

    def update_all(self) -> None:
        """Draw every block again."""
        for block in (self.plot, self.details, self.front, self.options):
            block.update()
        for scrolled, lines, pinned in self._scrolled:
            if (fresh := lines()) != scrolled.all_lines:
                scrolled.set_lines(fresh, pinned)

    def on_scrolled_scrolls(self, event: Scrolled.Scrolls) -> None:
        """Say in the rules what does not fit."""
        event.stop()
        for block, part, close in (
            (self.compare, self.compare_part, "= closes"),
            (self.left_out, self.left_part, "esc closes"),
        ):
            more = f"j k scroll · {block.below} below · " if block.hides else ""
            part.set_rule(right=f"{more}{close}")
