"""A section whose rule holds live numbers: only the characters that changed are sent."""

from __future__ import annotations

from typing import Any

from textual.geometry import Region

from pimp_tui.tui.widgets.cells import changed
from pimp_tui.tui.widgets.rule import Rule
from pimp_tui.tui.widgets.section import Section


class LiveRule(Rule):
    """A rule that repaints what differs: a whole rule is 250 bytes at 80 columns."""

    def show(self, title: str | None = None, right: str | None = None) -> None:
        """Change either end; None leaves it."""
        title = self._title if title is None else title
        right = self._right if right is None else right
        if (title, right) == (self._title, self._right):
            return
        if not self.is_attached or not self.size.width:
            self._title, self._right = title, right
            return
        before = self._characters()
        self._title, self._right = title, right
        if run := changed(((before, ""),), ((self._characters(), ""),)):
            self.refresh(Region(run[0], 0, run[1] - run[0], 1))

    def _characters(self) -> str:
        return "".join(segment.text for segment in self.render_line(0))


class LiveSection(Section):
    """A section with a :class:`LiveRule`."""

    def __init__(self, *children: Any, title: str = "", right: str = "", **options: Any) -> None:
        super().__init__(*children, title=title, right=right, **options)
        self.rule = LiveRule(title, right)
