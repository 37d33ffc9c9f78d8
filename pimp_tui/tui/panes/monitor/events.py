"""The Monitor's list of events: follows the newest, steps through failures, tells reasons."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget

from pimp_tui.tui.panes.monitor.model import Event
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, line, printable, wrap
from pimp_tui.tui.widgets.painted import Spans
from pimp_tui.tui.widgets.rows import Rows


class EventList(Widget):
    """Rows of events; in their place, on ``w``, the reason of one failure in full."""

    DEFAULT_CSS = "EventList { height: 1fr; width: 1fr; }"
    BINDINGS = [Binding("escape", "close", "close", show=False)]  # noqa: RUF012

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
        if len(found) == len(self._events) and found[-1:] == self._events[-1:]:
            return
        follows = self.rows.cursor >= len(self._events) - 1
        self._events = list(found)
        self.rows.set_rows(
            [_row(event) for event in self._events],
            len(self._events) - 1 if follows else None,
        )

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
        self.rows.display, self.reason.display = False, True
        self.reason.focus()
        self.reason.update()
        return True

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
        kind = "bad" if self._why.failure else "warn"
        lines = [line((" " + part, kind)) for part in wrap(text, width - 2)]
        detail = self._why.detail
        if detail and " ".join(detail.split()) not in text:
            for part in detail.splitlines():
                lines += [line(" " + piece) for piece in wrap(printable(part), width - 2)]
        return [*lines, line((" w closes", "dim"))][-height:]


def _row(event: Event) -> Spans:
    kind = "bad" if event.failure else ("warn" if event.warning else "")
    return ((f"{event.at:%H:%M:%S} ", "dim"), (printable(event.text), kind))
