"""The terminal app: wires screens to the session; the work is done elsewhere."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Size
from textual.screen import Screen

from pimp_tui.errors import UserError
from pimp_tui.tui import collecting, marks
from pimp_tui.tui.ending import Ending
from pimp_tui.tui.keys_in_turn import KeysInTurn, KeyTurn
from pimp_tui.tui.memory import Memory
from pimp_tui.tui.screens.frame import FrameScreen
from pimp_tui.tui.screens.too_small import TooSmall, fits
from pimp_tui.tui.sending import Sending
from pimp_tui.tui.settings import Settings, read_settings
from pimp_tui.tui.terminal import few_colours, require_terminal
from pimp_tui.tui.widgets.contrast import faint
from pimp_tui.tui.words import told

if TYPE_CHECKING:
    from pimp_tui.space.space import Space
    from pimp_tui.tui.screens.wizard.draft import Draft
    from pimp_tui.tui.screens.workspace import WorkspaceScreen

ANSI_THEMES = ("ansi-dark", "ansi-light")
LEAVE_WORDS = "q leaves; the campaign goes on"


class PimpApp(App[int]):
    """Sessions, and a workspace on one of them.

    Args:
        session: open the workspace on this folder at once.
        space: a feature model (name or path) to open without a session.
        no_mouse: leave the mouse to the terminal.
        ascii: plain ASCII whatever the locale says.
        slow: for thin lines: refresh half as often.
        loaded: that feature model where it is read already.
        settings: the user's; what they say adds to the arguments.
        memory: remembers where the user was in each session; None remembers nothing.

    Raises:
        UserError: the settings name an unknown theme, action or key, or two on one key.
    """

    CSS_PATH = "styles/app.tcss"
    TITLE = "pimp-tui"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (160, "-very-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012
    # ctrl+q is flow control in many terminals: it means nothing here.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "nothing", show=False, priority=True, system=True),
        Binding("ctrl+c", "nothing", show=False, system=True),
    ]

    def __init__(
        self,
        session: Path | None = None,
        space: str | Path | None = None,
        *,
        no_mouse: bool = False,
        ascii: bool = False,
        slow: bool = False,
        loaded: Space | None = None,
        settings: Settings | None = None,
        memory: Memory | None = None,
    ) -> None:
        settings = settings or Settings()
        #: Whether the terminal's own colours are all there are, or none (NO_COLOR).
        self.plain_colours = "NO_COLOR" in os.environ or few_colours()
        super().__init__(ansi_color=True if self.plain_colours else None)
        theme = self._known_theme(settings) if settings.theme else ""
        if self.plain_colours:
            self.theme = theme if theme in ANSI_THEMES else ANSI_THEMES[0]
        elif theme:
            self.theme = theme
        #: What the settings ask for and few terminals can do; told at the start.
        self.warning = ""
        self.keymap = self._own_keys(settings)
        self.memory = memory
        plain = ascii or settings.ascii or marks.wants_ascii()
        self.marks = marks.ASCII if plain else marks.UNICODE
        self.slow = slow or settings.slow
        self.no_mouse = no_mouse or not settings.mouse
        self.animation_level = "none"
        self.session, self.space, self.loaded = session, space, loaded
        self.sending = Sending(self)
        self._keys = KeysInTurn(self, super().on_event, _holds)
        self._opened = False
        self.fault: UserError | None = None
        self.draft: Draft | None = None
        self.crash_log: Path | None = None
        self.ending: Ending | None = None
        self._filters_first: list[LineFilter] = [marks.Styled()]
        self._filters_last: list[LineFilter] = [marks.Plain()] if self.marks.ascii else []

    def _known_theme(self, settings: Settings) -> str:
        if settings.theme in self.available_themes:
            return settings.theme
        from pimp_tui.space.nearest import did_you_mean

        known = list(self.available_themes)
        mend = did_you_mean(settings.theme, known, f"there are {', '.join(known)}")
        raise UserError(f"no theme {settings.theme}", settings.place("theme"), mend)

    def _own_keys(self, settings: Settings) -> dict[str, str]:
        if not settings.keys:
            return {}
        from pimp_tui.tui.keymap.resolve import keymap_of, unsendable

        keymap = keymap_of(settings)
        self.warning = unsendable(settings) or ""
        self.set_keymap(keymap)
        return keymap

    def get_css_variables(self) -> dict[str, str]:
        """Textual's, and ``faint``: text of less weight that can be read."""
        known = super().get_css_variables()
        colours = (Color.parse(known[name]) for name in ("foreground", "background"))
        return {**known, "faint": faint(*colours).css}

    @property
    def leave_words(self) -> str:
        """What ctrl+c says without a selection."""
        return LEAVE_WORDS

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters between ours."""
        return [*self._filters_first, *super().get_line_filters(), *self._filters_last]

    def get_default_screen(self) -> Screen[Any]:
        """What was asked for is the first screen: no other is painted before it."""
        if self.space is None and self.session is None:
            from pimp_tui.tui.screens.sessions import SessionsScreen

            return SessionsScreen()
        return super().get_default_screen()

    def on_mount(self) -> None:
        """Open the workspace that was asked for."""
        if self.space is not None or self.session is not None:
            self.push_screen(self._workspace(self.session, self.space, loaded=self.loaded))
        self._opened = True
        if self.ending:
            loop = asyncio.get_running_loop()
            self.ending.leaves_by(lambda: loop.call_soon_threadsafe(self.exit))
        self.app_resume_signal.subscribe(self, lambda _: self.forget_terminal())
        self._cover(self.size)
        self.call_after_refresh(self._started)

    def _started(self) -> None:
        """After the first frame."""
        collecting.go_on()
        if self.warning and isinstance(self.screen, FrameScreen):
            self.screen.say(self.warning, "warn")

    async def on_event(self, event: events.Event) -> None:
        """Keys wait for their turn: typed in a burst they reach what the one before opened."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._keys.add(event)
        else:
            await super().on_event(event)

    def on_key_turn(self, turn: KeyTurn) -> None:
        """A key has done what it does."""
        turn.done.set()

    def on_unmount(self) -> None:
        """Nobody waits for the keys that are left."""
        self._keys.close()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Send the cells that differ from what the terminal shows, and nothing where none do."""
        super()._display(screen, self.sending.update(screen, renderable))

    def forget_terminal(self) -> None:
        """The terminal may show something else than was sent: the next frame is sent whole."""
        self.sending.forget()

    def on_resize(self, event: events.Resize) -> None:
        """Too small: say so until it is not."""
        self.forget_terminal()
        if self._opened:
            self._cover(event.size)

    def _cover(self, size: Size) -> None:
        """Put the words about the size on top of everything, or take them away."""
        top = self.screen
        if fits(size):
            if isinstance(top, TooSmall):
                self.pop_screen()
        elif isinstance(top, TooSmall):
            top.tell(size)
        else:
            self.push_screen(TooSmall())

    # Where one can go.

    def show_sessions(self, words: str = "", path: Path | None = None) -> None:
        """The list, whatever workspace stands on it."""
        from pimp_tui.tui.screens.sessions import SessionsScreen

        while len(self.screen_stack) > 1 and not isinstance(self.screen, SessionsScreen):
            self.pop_screen()
        if not isinstance(self.screen, SessionsScreen):
            self.push_screen(SessionsScreen())
        if isinstance(self.screen, SessionsScreen):
            self.screen.came_back(words, path)

    def leave_space(self) -> None:
        """Back to what a feature model was opened from, or to the shell."""
        if isinstance(self.screen_stack[-2], FrameScreen):
            self.pop_screen()
        else:
            self.exit(0)

    def show_session(self, path: Path, first: int | None = None) -> None:
        """The workspace on a session, in place of the one that is open."""
        from pimp_tui.session.manifest import read_manifest

        try:
            read_manifest(path)
        except UserError as error:
            if isinstance(self.screen, FrameScreen):
                self.screen.say(told(error), "error")
            return
        self.show_sessions()
        self.push_screen(self._workspace(path, first=first))
        self._cover(self.size)

    def open_space(self, source: Path, loaded: Space) -> None:
        """The workspace on a feature model alone, over whatever is open."""
        self.push_screen(self._workspace(None, source, loaded=loaded))

    def _first_pane(self, session: Path | None) -> int:
        place = self.memory.place(session) if self.memory and session else {}
        number = place.get("pane")
        known = isinstance(number, int) and 1 <= number <= 6
        return number if known else _first_pane(session)  # type: ignore[return-value]

    def _workspace(
        self, session: Path | None, space: str | Path | None = None, first: int | None = None,
        loaded: Space | None = None,
    ) -> WorkspaceScreen:  # fmt: skip
        from pimp_tui.tui.screens.workspace import WorkspaceScreen

        return WorkspaceScreen(session, space, first or self._first_pane(session), loaded=loaded)

    def commands(self) -> list[Any]:
        """What the palette offers beside the keys: sessions, themes."""
        from pimp_tui.tui.screens.palette_commands import app_commands

        return app_commands(self)

    def leave_with(self, fault: UserError) -> None:
        """End the app with a user's error, told on stderr after the terminal is restored."""
        self.fault = fault
        self.exit(2, return_code=2)

    def action_nothing(self) -> None:
        """A key that is kept from meaning anything."""

    def action_exit_now(self) -> None:
        """Leave to the shell."""
        self.exit(0)

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback over the restored terminal: keep it in a file instead.
        if not self.is_headless:
            from pimp_tui.tui.crash import write_crash_log

            self.crash_log = write_crash_log(error)
            self._return_code = 1
            self._close_messages_no_wait()
        else:
            super()._handle_exception(error)


def _holds(screen: Screen[object], event: events.Key | events.Paste) -> bool:
    return isinstance(screen, FrameScreen) and screen.holds(event)


def _first_pane(session: Path | None) -> int:
    """Monitor for a campaign that runs, Results for one that has some, Space otherwise."""
    if session is None:
        return 1
    from pimp_tui.session.manifest import read_manifest
    from pimp_tui.session.status import state_of

    try:
        state = state_of(session, read_manifest(session))
    except UserError:
        return 1
    return {"running": 3, "paused": 3, "lost": 3, "done": 4, "stopped": 4}.get(state, 1)


def run_app(
    session: Path | None = None,
    space: str | Path | None = None,
    *,
    no_mouse: bool = False,
    ascii: bool = False,
    slow: bool = False,
    loaded: Space | None = None,
) -> int:
    """Run the app until the user leaves.

    Returns:
        The exit code: 0, or 1 after a fault of ours (one line names the log).

    Raises:
        UserError: no fit terminal, no such session, or settings that cannot be followed.
    """
    require_terminal()
    if not os.environ.get("NO_COLOR"):
        os.environ.pop("NO_COLOR", None)  # set to nothing it asks for nothing (no-color.org)
    settings = read_settings()
    if session is not None:
        from pimp_tui.session.manifest import read_manifest

        read_manifest(session)
    app = PimpApp(session, space, no_mouse=no_mouse, ascii=ascii, slow=slow, loaded=loaded,
                  settings=settings, memory=Memory())  # fmt: skip
    with Ending() as app.ending:
        app.run(mouse=not app.no_mouse)
    app.ending.follow()
    if app.fault:
        raise app.fault
    if app.crash_log:
        print(f"pimp-tui failed; the log is {app.crash_log}", file=sys.stderr)
        return 1
    return 0
