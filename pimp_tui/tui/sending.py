"""What is sent of a repaint: the cells that changed, or all of it by Textual itself.

Textual's painting is private to it. With another Textual than the one :mod:`canvas` knows, the
screens must be dear, not broken: whatever does not fit leaves the painting to Textual for good.
``tests/tui/test_sending.py`` fails when that happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from pimp_tui.tui.canvas import Canvas

#: What is used of the app beside its public names.
_PRIVATE = ("_running", "_closed", "_batch_count", "_previous_cursor_position", "_display")


class Sending:
    """Chooses what an app displays.

    Attributes:
        fault: why the painting is left to Textual; None while only changes are sent.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self.fault: Exception | None = None
        self._canvas: Canvas | None = None
        try:
            from pimp_tui.tui.canvas import Canvas

            for name in _PRIVATE:
                getattr(app, name)
            self._canvas = Canvas()
        except (ImportError, AttributeError) as error:
            self.fault = error

    def forget(self) -> None:
        """The terminal may show something else than was sent: the next frame is sent whole."""
        if self._canvas is not None:
            self._canvas.forget()

    def update(self, screen: Any, renderable: Any) -> Any:
        """What to display in place of ``renderable``; None where that would change nothing."""
        if self._canvas is None or self._app.is_inline:
            return renderable
        try:
            return self._changes(self._canvas, screen, renderable)
        except Exception as error:
            self.fault, self._canvas = error, None
            return renderable

    def _changes(self, canvas: Canvas, screen: Any, renderable: Any) -> Any:
        from pimp_tui.tui.canvas import Changes, paints

        app = self._app
        if not paints(renderable):
            return renderable
        if not app._running or app._closed or app._batch_count or app.is_headless:
            return None  # Textual would send nothing either
        sequences = canvas.changes(renderable, screen.size, app.console)
        moved = app.cursor_position != app._previous_cursor_position
        return Changes(sequences) if sequences or moved else None
