"""A body of cells that repaints only the cells that changed: the ground of every live widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.selection import Selection
from textual.strip import Strip

from pimp_tui.tui.widgets.cells import Line, changed, fit, shown, text_of
from pimp_tui.tui.widgets.painted import Painted

Draw = Callable[[int, int], Sequence[Line]]


class Block(Painted):
    """Lines of cells, drawn by a function of the size.

    ``draw(width, height)`` is pure and cheap. :meth:`update` calls it, compares with what is on
    the screen and refreshes only the cells that differ: Textual repaints whole widgets
    otherwise, and a screen on which nothing changes must send nothing.

    Args:
        draw: gives at most ``height`` lines of any length; they are cut or padded.
    """

    DEFAULT_CSS = "Block { width: 1fr; height: 1fr; }"

    def __init__(
        self, draw: Draw | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._draw = draw
        self._lines: list[Line] = []
        self._kinds: dict[str, Style] = {}

    def body(self, width: int, height: int) -> Sequence[Line]:
        """The lines; override, or pass ``draw``."""
        return self._draw(width, height) if self._draw else []

    @property
    def text(self) -> str:
        """What the block shows, as plain text."""
        return "\n".join(shown(text_of(cells)).rstrip() for cells in self._lines)

    def update(self) -> None:
        """Draw again and send the cells that changed."""
        width, height = self.size
        if width <= 0 or height <= 0 or not self.is_attached:
            return
        fresh = [fit(cells, width) for cells in list(self.body(width, height))[:height]]
        fresh += [fit((), width)] * (height - len(fresh))
        regions = []
        for y, new in enumerate(fresh):
            old = self._lines[y] if y < len(self._lines) else ()
            if run := changed(old, new):
                regions.append(Region(run[0], y, run[1] - run[0], 1))
        self._lines = fresh
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One row as it was last drawn."""
        if y >= len(self._lines):
            return Strip([Segment(" " * self.size.width, self._kind(""))], self.size.width)
        segments = [Segment(shown(text), self._kind(kind)) for text, kind in self._lines[y]]
        strip = Strip(segments).simplify()  # each span of its own costs 40 bytes
        if (selection := self.text_selection) is not None:
            span = selection.get_span(y)
            if span is not None:
                strip = _reversed(strip, *span)
        return strip.apply_offsets(0, y)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected characters, without trailing blanks."""
        return selection.extract(self.text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Repaint what is selected."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget the styles of another theme or focus."""
        self._kinds = {}
        super().notify_style_update()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Draw a cursor as it looks with, or without, the focus."""
        super().watch_has_focus(has_focus)
        self.update()

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size."""
        self._lines = []
        self.update()

    def _kind(self, kind: str) -> Style:
        found = self._kinds.get(kind)
        if found is None:
            found = self._kinds[kind] = self.kind_style(kind)
        return found


def _reversed(strip: Strip, start: int, end: int) -> Strip:
    length = strip.cell_length
    end = length if end == -1 else min(end, length)
    middle = [
        Segment(text, (style or Style()) + Style(reverse=True))
        for text, style, _ in strip.crop(start, end)
    ]
    return Strip.join([strip.crop(0, start), Strip(middle), strip.crop(end, length)])
