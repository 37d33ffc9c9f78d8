"""The tab line: every pane with its number, the current one in brackets and reversed."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from pimp_tui.tui.widgets.painted import Painted, Span

#: Letters of the other tabs where the line is too short for all: the current one is never cut.
_SHORT = (4, 3, 2, 1)


class TabLine(Painted):
    """`` 0 Sessions [1 Space] 2 Plan …``; a click on a tab chooses it."""

    DEFAULT_CSS = "TabLine { height: 1; width: 1fr; }"

    class Picked(Message):
        """A tab was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, tabs: Sequence[tuple[int, str]]) -> None:
        super().__init__(id="tabs")
        self._tabs = list(tabs)
        self._current = -1

    def show(self, current: int) -> None:
        """Mark the current tab."""
        if current != self._current:
            self._current = current
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The row."""
        if y:
            return self.paint((), self.size.width)
        spans: list[Span] = []
        for number, name in self._named():
            here = number == self._current
            spans.append((f"[{number} {name}]", "reverse") if here else (f" {number} {name} ", ""))
        return self.paint(spans, self.size.width)

    def _named(self) -> list[tuple[int, str]]:
        """The tabs with their names, shortened where the line is too short for all."""
        tabs = self._tabs
        for most in (99, *_SHORT):
            tabs = [(n, name if n == self._current else name[:most]) for n, name in self._tabs]
            if sum(len(name) + 4 for _, name in tabs) <= self.size.width + 1:
                break
        return tabs

    def on_click(self, event: events.Click) -> None:
        """Find the tab under the pointer."""
        left = 0
        for number, name in self._named():
            left += len(name) + 4
            if event.x < left:
                self.post_message(self.Picked(number))
                return
