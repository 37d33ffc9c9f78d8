"""One row of text at each end of which something may stand; it repaints only when it changes."""

from __future__ import annotations

from textual.strip import Strip

from pimp_tui.tui.widgets.painted import Painted, Spans, spans_len


class Line(Painted):
    """A row: ``left`` from the left edge, ``right`` up to the right edge; right wins over left."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(
        self, left: Spans = (), right: Spans = (), *, id: str | None = None, classes: str = ""
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._left: Spans = tuple(left)
        self._right: Spans = tuple(right)

    @property
    def text(self) -> str:
        """What the row says, without padding."""
        return "".join(text for text, _ in (*self._left, *self._right))

    def show(self, left: Spans, right: Spans = ()) -> None:
        """Set both ends."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The row as a strip of the widget's width."""
        width = self.size.width
        if y:
            return self.paint((), width)
        right_width = min(spans_len(self._right), width)
        left = self.paint(self._left, width - right_width)
        if not right_width:
            return left
        return Strip.join([left, self.paint(self._right, right_width)])
