"""What the command palette offers beside the keys: sessions and themes by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError
from pimp_tui.tui.words import short_path, told

if TYPE_CHECKING:
    from pimp_tui.tui.app import PimpApp
    from pimp_tui.tui.screens.palette import Command


def app_commands(app: PimpApp) -> list[Command]:
    """Open each session, use each theme, leave to the shell."""
    from pimp_tui.session.paths import list_sessions
    from pimp_tui.tui.app import ANSI_THEMES
    from pimp_tui.tui.screens.palette import Command

    def opener(path: Path) -> Command:
        return Command(f"Open session {path.name}", "", lambda: app.show_session(path))

    def themed(name: str) -> Command:
        return Command(f"Theme {name}", "", lambda: setattr(app, "theme", name))

    sessions = [opener(path) for path in list_sessions()]
    # Of colours that the terminal does not have none can be chosen.
    known = ANSI_THEMES if app.plain_colours else sorted(app.available_themes)
    themes = [themed(name) for name in known]
    settings = Command("Settings: tell the file, write it with every key where there is none", "",
                       lambda: tell_settings(app))  # fmt: skip
    return [*sessions, *themes, settings, Command("Leave to the shell", "", app.action_exit_now)]


def tell_settings(app: PimpApp) -> None:
    """Where the settings are; without any, a file of the defaults, every line a comment."""
    from pimp_tui.tui.screens.frame import FrameScreen
    from pimp_tui.tui.settings import settings_path

    screen, path = app.screen, settings_path()
    if not isinstance(screen, FrameScreen):
        return
    if path.exists():
        screen.say(f"the settings are in {short_path(path)}; they hold from the next start")
        return
    from pimp_tui.session.atomic import write_text
    from pimp_tui.tui.keymap.template import template

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, template(app.available_themes))
    except (OSError, UserError) as error:
        words = told(error) if isinstance(error, UserError) else str(error)
        screen.say(f"cannot write {short_path(path)}: {words}", "error")
        return
    screen.say(f"wrote {short_path(path)}; what you uncomment holds from the next start", "good")
