"""The Monitor's list of events: follows the newest, steps through failures, tells each whole."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget

from pimp_tui.tui.panes.monitor.model import Event
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, line, printable, wrap
from pimp_tui.tui.widgets.painted import Spans, fit
from pimp_tui.tui.widgets.rows import Rows

#: Cells before an event's text: the cursor and the moment.
_HEAD = 11


class EventList(Widget):
    """Rows of events; in their place one in full: on Enter, and a failure's reason on ``w``."""

    DEFAULT_CSS = "EventList { height: 1fr; width: 1fr; }"
    BINDINGS = [Binding("escape,enter", "close", "close", show=False)]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self._events: list[Event] = []
        self._why: Event | None = None

    def compose(self) -> ComposeResult:
        """The rows, and the reason that hides them."""
        self.rows = Rows(cursor_mark=True)
        self.reason = Block(self._draw_reason)
        self.reason.display, self.reason.can_focus = False, True
        yield self.rows
        yield self.reason

    def show(self, found: list[Event]) -> None:
        """Show these events; the cursor follows the newest unless it was moved away."""
        if found == self._events:
            return
        follows = self.rows.cursor >= len(self._events) - 1
        self._events = list(found)
        self._paint(len(self._events) - 1 if follows else None)

    def _paint(self, cursor: int | None = None) -> None:
        room = self.size.width - _HEAD
        self.rows.set_rows([_row(event, room) for event in self._events], cursor)

    def on_resize(self) -> None:
        """Cut the rows anew."""
        self._paint()

    def step_failure(self, way: int) -> bool:
        """Put the cursor on the next (1) or previous (-1) failure or warning, around the end.

        Returns:
            False where there is none.
        """
        failed = [i for i, e in enumerate(self._events) if e.failure or e.warning]
        if not failed:
            return False
        here = self.rows.cursor
        later = [i for i in failed if i > here] if way > 0 else [i for i in failed if i < here]
        target = (later[0] if way > 0 else later[-1]) if later else failed[0 if way > 0 else -1]
        self.rows.move_to(target)
        if self._why is None:
            self.rows.focus()
        else:
            self._why = self._events[target]
            self.reason.update()
        return True

    def toggle_why(self) -> bool:
        """Open or close the failure or warning at, or last before, the cursor."""
        if self._why:
            self.action_close()
            return True
        upto = self._events[: self.rows.cursor + 1][::-1] + self._events[::-1]
        self._why = next((event for event in upto if event.failure or event.warning), None)
        if self._why is None:
            return False
        self._open()
        return True

    def on_rows_chosen(self, chosen: Rows.Chosen) -> None:
        """Enter: the whole event."""
        chosen.stop()
        self._why = self._events[chosen.index]
        self._open()

    def _open(self) -> None:
        self.rows.display, self.reason.display = False, True
        self.reason.focus()
        self.reason.update()

    def action_close(self) -> None:
        """Back to the rows."""
        if self._why is not None:
            self._why = None
            self.rows.display, self.reason.display = True, False
            self.rows.focus()

    def _draw_reason(self, width: int, height: int) -> list[Line]:
        if self._why is None:
            return []
        text = f"{self._why.at:%H:%M:%S} {self._why.text}"
        kind = _kind(self._why)
        lines = [line((" " + part, kind)) for part in wrap(text, width - 2)]
        detail = self._why.detail
        if detail and " ".join(detail.split()) not in text:
            for part in detail.splitlines():
                lines += [line(" " + piece) for piece in wrap(printable(part), width - 2)]
        return [*lines, line((" esc closes", "dim"))][-height:]


def _kind(event: Event) -> str:
    return "bad" if event.failure else ("warn" if event.warning else "")


def _row(event: Event, room: int) -> Spans:
    text = printable(event.text)
    if room > 0 and cell_len(text) > room:
        text = fit(text, room)
    return ((f"{event.at:%H:%M:%S} ", "dim"), (text, _kind(event)))
