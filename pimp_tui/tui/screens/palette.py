"""The command palette: every action by its name, with its key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from pimp_tui.tui.widgets.painted import fit
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.widgets.section import Section

if TYPE_CHECKING:
    from pimp_tui.tui.screens.frame import FrameScreen

_KEY_NAMES = {
    "question_mark": "?", "colon": ":", "slash": "/", "equals_sign": "=", "escape": "esc",
    "left_square_bracket": "[", "right_square_bracket": "]",
}  # fmt: skip


class Command(NamedTuple):
    """One line of the palette."""

    name: str
    key: str
    run: Callable[[], Awaitable[Any] | Any]


def commands_of(screen: FrameScreen) -> list[Command]:
    """Every action that is possible now: of the focus, its pane, the screen, of the other parts
    that can have the focus, then of the app."""
    found: dict[str, Command] = {}
    for active in screen.active_bindings.values():
        if active.enabled:
            _offer(found, screen, active.binding, active.node)
    for part in screen.focus_chain:
        for node in part.ancestors_with_self[:-1]:
            for _, binding in node._bindings:
                # Which list another part's "open" means, nobody could tell.
                mine = binding.id and not binding.id.startswith("list.")
                if mine and screen.app._check_action_state(binding.action, node):
                    _offer(found, screen, binding, node)
    return [*found.values(), *screen.pimp.commands()]


def _offer(found: dict[str, Command], screen: FrameScreen, binding: Binding, node: Any) -> None:
    """Add an action that has a name of ours: Textual's own scrolling keys have none."""
    name = binding.tooltip
    if not name or binding.system or name in found:
        return
    own = screen.pimp.keymap.get(binding.id or "", binding.key).split(",")[0]
    key = binding.key_display or _KEY_NAMES.get(own, own)
    found[name] = Command(name, key, lambda: screen.app.run_action(binding.action, node))


class Palette(ModalScreen[None]):
    """Type to narrow, Enter runs, Escape closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "close", show=False),
        Binding("up", "move(-1)", "up", show=False, priority=True),
        Binding("down", "move(1)", "down", show=False, priority=True),
        Binding("pageup", "move(-8)", "page up", show=False, priority=True),
        Binding("pagedown", "move(8)", "page down", show=False, priority=True),
    ]

    def __init__(self, commands: list[Command]) -> None:
        super().__init__()
        self._all = commands
        self._shown: list[Command] = []

    def compose(self) -> ComposeResult:
        """List above, input below it."""
        self.rows = Rows()
        self.rows.can_focus = False
        self.field = Input(compact=True, placeholder="type a part of a name")
        self.field.cursor_blink = False
        yield Section(
            self.rows, title="Commands", right="enter runs · esc closes", id="palette-list"
        )
        yield self.field

    def on_mount(self) -> None:
        """Show all."""
        self.field.focus()
        self.call_after_refresh(self._narrow)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow."""
        event.stop()
        self._narrow()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Run the chosen one."""
        event.stop()
        self._run(self.rows.cursor)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """A click runs too."""
        event.stop()
        self._run(event.index)

    def action_move(self, by: int) -> None:
        """Move in the list while typing."""
        self.rows.move_to(self.rows.cursor + by)

    def on_click(self, event: events.Click) -> None:
        """A click beside the panel closes it."""
        if event.widget is self:
            self.dismiss()

    def _narrow(self) -> None:
        words = self.field.value.lower().split()
        self._shown = [c for c in self._all if all(word in c.name.lower() for word in words)]
        width = self.rows.size.width - 2
        self.rows.set_rows(
            [[(fit(c.name, max(width - 14, 10)), ""), (fit(c.key, 14), "accent")]
             for c in self._shown], cursor=0,
        )  # fmt: skip

    def _run(self, index: int) -> None:
        if not 0 <= index < len(self._shown):
            return
        command = self._shown[index]
        app = self.app

        async def run() -> None:
            result = command.run()
            if hasattr(result, "__await__"):
                await result

        self.dismiss()
        app.call_later(run)
