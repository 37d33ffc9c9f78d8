"""What the command palette offers beside the keys: sessions and themes by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pimp_tui.tui.app import PimpApp
    from pimp_tui.tui.screens.palette import Command


def app_commands(app: PimpApp) -> list[Command]:
    """Open each session, use each theme, leave to the shell."""
    from pimp_tui.session.paths import list_sessions
    from pimp_tui.tui.screens.palette import Command

    def opener(path: Path) -> Command:
        return Command(f"Open session {path.name}", "", lambda: app.show_session(path))

    def themed(name: str) -> Command:
        return Command(f"Theme {name}", "", lambda: setattr(app, "theme", name))

    sessions = [opener(path) for path in list_sessions()]
    themes = [themed(name) for name in sorted(app.available_themes)]
    return [*sessions, *themes, Command("Leave to the shell", "", app.action_exit_now)]
