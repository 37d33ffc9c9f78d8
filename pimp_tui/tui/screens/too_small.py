"""What a terminal below 60x18 shows: the size it has and the size it needs."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen

from pimp_tui.tui.widgets.line import Line

NEEDED = Size(60, 18)


def fits(size: Size) -> bool:
    """Whether the app works at this size."""
    return size.width >= NEEDED.width and size.height >= NEEDED.height


class TooSmall(Screen[None]):
    """Covers everything until the terminal is large enough again; the app pops it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.exit_now", "leave", show=False)]

    def compose(self) -> ComposeResult:
        """The one line."""
        self.line = Line()
        yield self.line

    def tell(self, size: Size) -> None:
        """Say both sizes."""
        self.line.show(
            [(f"{size.width}x{size.height}: needs {NEEDED.width}x{NEEDED.height}", "bright")]
        )

    def on_mount(self) -> None:
        """The size at the start."""
        self.tell(self.app.size)
