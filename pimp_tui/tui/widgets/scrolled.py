"""Lines of text longer than their place: scrolled by line and page."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.message import Message

from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line


class Scrolled(Block, can_focus=True):
    """Shows a window of ``all_lines``; the first ``pinned`` of them stay on top."""

    BINDINGS = [  # noqa: RUF012
        Binding("down,j", "scroll_by(1)", "down", show=False),
        Binding("up,k", "scroll_by(-1)", "up", show=False),
        Binding("pagedown", "scroll_by(10)", "page down", show=False),
        Binding("pageup", "scroll_by(-10)", "page up", show=False),
        Binding("g,home", "scroll_by(-100000)", "top", show=False),
        Binding("G,end", "scroll_by(100000)", "end", show=False),
    ]

    class Scrolls(Message):
        """Another window is shown, or the place has another size."""

    def __init__(self) -> None:
        super().__init__()
        self.all_lines: Sequence[Line] = ()
        self.pinned = 0
        self._top = 0

    def set_lines(self, lines: Sequence[Line], pinned: int = 0, top: int = 0) -> None:
        """Show other lines, from ``top`` on."""
        self.all_lines, self.pinned, self._top = lines, pinned, top
        self.update()

    @property
    def below(self) -> int:
        """Lines under the window."""
        return max(len(self.all_lines) - max(self.size.height, self.pinned) - self._top, 0)

    @property
    def hides(self) -> bool:
        """Whether there are more lines than rows."""
        return len(self.all_lines) > self.size.height

    def body(self, width: int, height: int) -> list[Line]:
        """The pinned lines, then those from the scroll position on."""
        self._top = max(0, min(self._top, len(self.all_lines) - height))
        head = list(self.all_lines[: self.pinned])
        return head + list(self.all_lines[self.pinned + self._top : self._top + height])

    def update(self) -> None:
        """Draw, and tell how much lies below."""
        super().update()
        self.post_message(self.Scrolls())

    def action_scroll_by(self, by: int) -> None:
        """Scroll by lines."""
        self._top += by
        self.update()
