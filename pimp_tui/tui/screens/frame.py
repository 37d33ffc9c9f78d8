"""The frame that every screen shares: header, body, message line, footer, common keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.footer import ALWAYS, Footer, FooterKey
from pimp_tui.tui.widgets.line import Line
from pimp_tui.tui.widgets.message import MessageLine

if TYPE_CHECKING:
    from textual.events import Key, Paste

    from pimp_tui.tui.app import PimpApp
    from pimp_tui.tui.keymap.names import Rewrite
    from pimp_tui.tui.screens.help import HelpText


class FrameScreen(Screen[None]):
    """Header line, body, message line, footer.

    A subclass yields its body in ``compose_body`` and says what the footer and the help panel
    show for the widget that has the focus.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("q", "leave", "leave", "Back, and at last to the shell"),
        bind("question_mark", "help", "help", "Help on the focused pane"),
        bind("colon,ctrl+p", "palette", "commands", "Every action by name"),
        Binding("ctrl+c", "copy_or_tell", "copy the selection", show=False),
        bind("ctrl+l", "repaint", "repaint", "Repaint the screen"),
        bind("ctrl+z", "app.suspend_process", "suspend", "Suspend to the shell"),
    ]
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.header = Line(id="header")
        self.message = MessageLine()
        self.footer = Footer()

    def compose(self) -> ComposeResult:
        """The five parts, under the classes that Textual would set after a first layout."""
        width, height = self.app.size
        self.set_class(self.pimp.marks.ascii, "-ascii")
        for limits, size in (
            (self.app.HORIZONTAL_BREAKPOINTS or [], width),
            (self.app.VERTICAL_BREAKPOINTS or [], height),
        ):
            self.add_class(*[name for limit, name in limits if size >= limit][-1:])
        yield self.header
        yield from self.compose_body()
        yield self.message
        yield self.footer

    def compose_body(self) -> Iterable[Widget]:
        """Everything between header and message line."""
        return ()

    @property
    def pimp(self) -> PimpApp:
        """The app, typed."""
        return self.app  # type: ignore[return-value]

    def holds(self, event: Key | Paste) -> bool:
        """Whether a key must wait, since the focus is on its way to what the last one opened."""
        return self.message.moving

    def footer_keys(self) -> Sequence[FooterKey]:
        """The footer for what has the focus now, most used first."""
        return ()

    def always_keys(self) -> Sequence[FooterKey]:
        """What the footer ends with."""
        return ALWAYS

    def help_text(self) -> HelpText:
        """What ``?`` shows; a screen of its own says more."""
        from pimp_tui.tui.screens.help import HelpText

        return HelpText(self.app.title, "The keys that mean the same on every screen.")

    def on_mount(self) -> None:
        """Wait for the focus to move."""
        self.watch(self, "focused", self._focus_moved, init=False)
        self.refresh_footer()

    def _focus_moved(self) -> None:
        self.refresh_footer()
        self.call_after_refresh(self.refresh_footer)  # has_focus follows by a message

    def refresh_footer(self) -> None:
        """Show the keys of what has the focus."""
        if self.is_attached:
            # Letters are the text, or the answer, while there is an input or a question.
            asked = self.message.keys
            if asked is not None:
                self.footer.show(asked, ())
                return
            keys, always = self.footer_keys(), self.always_keys()
            if self.pimp.keymap:
                rewrite = self.own_keys()
                keys = [key._replace(label=rewrite(key.label)) for key in keys]
                always = [key._replace(label=rewrite(key.label)) for key in always]
            self.footer.show(keys, always)

    def own_keys(self) -> Rewrite:
        """Turns keys as our words name them into the user's, where the focus is now."""
        from pimp_tui.tui.keymap.names import rewrite_for

        return rewrite_for((self.focused or self).ancestors_with_self, self.pimp.keymap)

    def own_words(self, text: str) -> str:
        """A sentence with the user's keys where it names a default one."""
        if not self.pimp.keymap:
            return text
        from pimp_tui.tui.keymap.names import in_sentence

        return in_sentence(text, self.own_keys())

    def say(self, text: str, kind: str = "info") -> None:
        """One sentence in the message line; kind is info, good, warn or error."""
        if self.is_attached:
            self.message.say(self.own_words(text), kind)

    async def ask(self, question: str) -> bool:
        """See ``MessageLine.ask``."""
        return await self.message.ask(self.own_words(question))

    async def prompt(
        self,
        label: str,
        initial: str = "",
        validate: Callable[[str], str | None] | None = None,
        live: Callable[[str], object] | None = None,
        complete: Callable[[str], Sequence[str]] | None = None,
    ) -> str | None:
        """See ``MessageLine.prompt``."""
        return await self.message.prompt(label, initial, validate, live, complete)

    @work
    async def copy(self, text: str, what: str) -> None:
        """Copy and say by which route: ``copied 1 row (tmux buffer)``."""
        from pimp_tui.tui import clipboard

        route = await clipboard.copy(self.app, text)
        self.say(f"copied {what} ({route})", "good")

    def action_leave(self) -> None:
        """Leave this screen."""
        self.app.pop_screen()

    def action_help(self) -> None:
        """Open the help panel."""
        from pimp_tui.tui.screens.help import HelpPanel

        self.app.push_screen(HelpPanel(self.help_text(), self.own_keys()))

    def action_palette(self) -> None:
        """Open the command palette."""
        from pimp_tui.tui.screens.palette import Palette, commands_of

        self.app.push_screen(Palette(commands_of(self)))

    def action_copy_or_tell(self) -> None:
        """Ctrl+C copies a mouse selection; it never ends anything."""
        selection = self.get_selected_text()
        if selection:
            self.copy(selection, f"{len(selection)} characters")
        else:
            self.say(self.pimp.leave_words)

    def action_repaint(self) -> None:
        """Draw everything anew, after something else wrote to the terminal."""
        self.pimp.forget_terminal()
        self.refresh(repaint=True, layout=True)
        self.say("repainted")
